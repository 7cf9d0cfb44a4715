import type Database from "better-sqlite3";
import { type Page, pageOf } from "../../base/page.ts";
import {
  type Attempt,
  type DeliveryState,
  type DeliverySummary,
  type DestinationHealth,
  type ListQuery,
  priorities,
  type Stats,
  type StoredDelivery,
} from "../../store/index.ts";
import { cursorOf } from "../cursor.ts";
import { bounds, type NewestFirst, newest } from "./page.ts";
import { settledStates, stateName } from "./schema.ts";

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly channel: string;
  readonly destination: string;
  readonly state: number;
  readonly rank: number;
  readonly due: number;
  readonly lease: number | null;
  readonly attempt: number;
  readonly created_at: number;
  readonly settled_at: number | null;
  readonly reason: string | null;
  readonly idempotency_key: string | null;
  readonly ordering_key: string | null;
  readonly replay_of: string | null;
}

const columns = `d.seq, d.id, c.name as channel, p.name as destination, d.state, d.rank, d.due, d.lease, d.attempt, d.created_at,
  d.settled_at, d.reason, d.idempotency_key, d.ordering_key, d.replay_of`;
const tables = "deliveries d join destinations p on p.id = d.destination join channels c on c.id = p.channel";
const defaultLimit = 100;

export function finder(db: Database.Database): (id: string) => StoredDelivery | undefined {
  const row = db.prepare<[string], Row & { body: string | null; source: string | null }>(
    `select ${columns}, b.body, b.source from ${tables} left join bodies b on b.seq = d.seq where d.id = ?`,
  );
  const attempts = db.prepare<
    [number],
    { number: number; started_at: number; ended_at: number; outcome: string; exchange: string | null }
  >("select number, started_at, ended_at, outcome, exchange from attempts where seq = ? order by claim");
  return (id) => {
    const found = row.get(id);
    if (found === undefined) return undefined;
    const { body, source } = found;
    return {
      ...summaryOf(found),
      ...(body === null ? {} : JSON.parse(body)),
      ...(source === null ? {} : { source: JSON.parse(source) }),
      erased: body === null,
      journal: attempts.all(found.seq).map(
        ({ number, started_at, ended_at, outcome, exchange }): Attempt => ({
          number,
          startedAt: started_at,
          endedAt: ended_at,
          outcome: JSON.parse(outcome),
          ...(exchange === null ? {} : JSON.parse(exchange)),
        }),
      ),
    };
  };
}

/** Lists deliveries, newest first, filtered by channel, destination and state: see `newest`. */
export function lister(db: Database.Database): (query: ListQuery) => Page<DeliverySummary> {
  const row = db.prepare<[number], Row>(`select ${columns} from ${tables} where d.seq = ?`);
  const channels = db.prepare<[], { id: number; name: string }>("select id, name from channels");
  const destinationOf = db
    .prepare<[number, string], number>("select id from destinations where channel = ? and name = ?")
    .pluck();
  const numbers = (from: string) =>
    db.prepare<number[], number>(`select seq from deliveries ${from} seq < ? order by seq desc limit ?`).pluck();
  const all = numbers("where");
  const of = {
    channel: {
      pending: numbers("indexed by pending_in where settled_at is null and channel = ? and"),
      settled: numbers("indexed by settled_in where settled_at is not null and channel = ? and state = ? and"),
    },
    destination: {
      pending: numbers("indexed by pending_to where settled_at is null and destination = ? and"),
      settled: numbers("indexed by settled_to where settled_at is not null and destination = ? and state = ? and"),
    },
  };
  return ({ state: wanted, channel, destination, limit = defaultLimit, after }) => {
    const lists: NewestFirst[] = [];
    if (wanted === undefined && channel === undefined && destination === undefined) {
      lists.push((before, limit) => all.all(before, limit));
    } else {
      const { pending, settled } = destination === undefined ? of.channel : of.destination;
      for (const { id, name } of channels.all()) {
        if (channel !== undefined && channel !== name) continue;
        const place = destination === undefined ? id : destinationOf.get(id, destination);
        if (place === undefined) continue;
        if (wanted === undefined || wanted === "pending") {
          lists.push((before, limit) => pending.all(place, before, limit));
        }
        for (const one of settledStates) {
          if (wanted !== undefined && wanted !== stateName[one]) continue;
          lists.push((before, limit) => settled.all(place, one, before, limit));
        }
      }
    }
    return newest(lists, { limit, after }, (seq) => row.get(seq)!, summaryOf);
  };
}

export function unhealthyLister(
  db: Database.Database,
): (limit: number, after: string | undefined) => Page<DestinationHealth> {
  const channels = db.prepare<[], { name: string; held_until: number; held_reason: string | null }>(
    "select name, held_until, held_reason from channels where held_until > 0 order by name",
  );
  const destinations = db.prepare<
    [number, number],
    {
      seq: number;
      channel: string;
      name: string;
      held_until: number;
      held_reason: string | null;
      disabled: string | null;
      failures: number;
    }
  >(
    `select p.id as seq, c.name as channel, p.name, p.held_until, p.held_reason, p.disabled, p.failures
     from destinations p indexed by troubles cross join channels c on c.id = p.channel
     where (p.held_until > 0 or p.disabled is not null or p.failures > 0) and p.id > ? order by p.id limit ?`,
  );
  return (limit, after) => {
    const rows = destinations.all(cursorOf(after, bounds.first), limit + 1);
    const page = pageOf(
      rows,
      limit,
      (row): DestinationHealth => ({
        channel: row.channel,
        destination: row.name,
        failures: row.failures,
        ...held(row.held_until, row.held_reason),
        ...(row.disabled === null ? {} : { disabled: row.disabled }),
      }),
    );
    if (after !== undefined) return page;
    const whole = channels.all().map(
      ({ name, held_until, held_reason }): DestinationHealth => ({
        channel: name,
        failures: 0,
        ...held(held_until, held_reason),
      }),
    );
    return { ...page, items: [...whole, ...page.items] };
  };
}

const held = (until: number, reason: string | null) =>
  until === 0 ? {} : { heldUntil: until, ...(reason === null ? {} : { reason }) };

export function statsReader(db: Database.Database): () => Stats {
  const counts = db.prepare<[], { name: string; state: number; n: number }>(
    "select c.name, k.state, k.n from counts k join channels c on c.id = k.channel order by c.id",
  );
  const channels = db.prepare<[], number>("select id from channels").pluck();
  // A head is normally due (`at`) with its first delivery, so the index `visits` gives the oldest; postponed heads are looked at apart.
  const first = db
    .prepare<[number, number], number | null>("select min(at) from heads where channel = ? and rank = ?")
    .pluck();
  const postponed = db
    .prepare<[], number | null>("select min(due) from heads indexed by postponed where at > due")
    .pluck();
  const oldestDue = (): number | undefined => {
    let oldest = postponed.get() ?? Number.POSITIVE_INFINITY;
    for (const channel of channels.all()) {
      for (const rank of [0, 1, 2, 3, 4, 5]) {
        oldest = Math.min(oldest, first.get(channel, rank) ?? Number.POSITIVE_INFINITY);
      }
    }
    return Number.isFinite(oldest) ? oldest : undefined;
  };
  return () => {
    const none = (): Record<DeliveryState, number> => ({ pending: 0, delivered: 0, dead: 0, cancelled: 0, aborted: 0 });
    const byChannel: Record<string, Record<DeliveryState, number>> = Object.create(null);
    const total = none();
    for (const { name, state: of, n } of counts.all()) {
      byChannel[name] ??= none();
      byChannel[name][stateName[of]!] += n;
      total[stateName[of]!] += n;
    }
    const due = oldestDue();
    return { channels: byChannel, total, ...(due === undefined ? {} : { oldestDue: due }) };
  };
}

function summaryOf(row: Row): DeliverySummary {
  const is = stateName[row.state]!;
  return {
    id: row.id,
    channel: row.channel,
    destination: row.destination,
    state: is,
    priority: priorities[row.rank % 3]!,
    attempts: row.attempt,
    createdAt: row.created_at,
    ...(is === "pending" ? { due: row.due } : {}),
    ...(row.lease === null ? {} : { leasedUntil: row.lease }),
    ...(row.settled_at === null ? {} : { settledAt: row.settled_at }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.idempotency_key === null ? {} : { idempotencyKey: row.idempotency_key }),
    ...(row.ordering_key === null ? {} : { orderingKey: row.ordering_key }),
    ...(row.replay_of === null ? {} : { replayOf: row.replay_of }),
  };
}
