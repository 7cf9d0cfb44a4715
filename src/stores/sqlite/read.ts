import type Database from "better-sqlite3";
import type { Attempt, Kept, ListQuery, Page, State, Stats, Summary, Trouble } from "../../dispatch/outbox.ts";
import { priorities } from "../../dispatch/outbox.ts";
import { state, stateName } from "./schema.ts";

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

export function finder(db: Database.Database): (id: string) => Kept | undefined {
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

export function lister(db: Database.Database): (query: ListQuery) => Page<Summary> {
  return ({ state: wanted, channel, destination, limit = defaultLimit, after }) => {
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    const where = (condition: string, ...some: readonly (string | number)[]) => {
      conditions.push(condition);
      values.push(...some);
    };
    if (wanted === "pending") where("d.state < 3");
    else if (wanted !== undefined) where("d.state = ? and d.state > 2", state[wanted]);
    if (channel !== undefined) where("c.name = ?", channel);
    if (destination !== undefined) where("p.name = ?", destination);
    if (after !== undefined) where("d.seq < ?", Number(after));
    const all = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`;
    // A cross join fixes the order of joining: with deliveries outermost, newest first comes for free.
    const from = tables.replaceAll(" join ", " cross join ");
    const rows = db
      .prepare<unknown[], Row>(`select ${columns} from ${from} ${all} order by d.seq desc limit ?`)
      .all(...values, limit + 1);
    return pageOf(rows, limit, summaryOf, (row) => String(row.seq));
  };
}

export function troubleLister(db: Database.Database): (limit: number, after: string | undefined) => Page<Trouble> {
  const channels = db.prepare<[], { name: string; held_until: number; held_reason: string | null }>(
    "select name, held_until, held_reason from channels where held_until > 0 order by name",
  );
  const destinations = db.prepare<
    [number, number],
    {
      id: number;
      channel: string;
      name: string;
      held_until: number;
      held_reason: string | null;
      disabled: string | null;
      failures: number;
    }
  >(
    `select p.id, c.name as channel, p.name, p.held_until, p.held_reason, p.disabled, p.failures
     from destinations p cross join channels c on c.id = p.channel
     where (p.held_until > 0 or p.disabled is not null or p.failures > 0) and p.id > ? order by p.id limit ?`,
  );
  return (limit, after) => {
    const rows = destinations.all(Number(after ?? 0), limit + 1);
    const page = pageOf(
      rows,
      limit,
      (row): Trouble => ({
        channel: row.channel,
        destination: row.name,
        failures: row.failures,
        ...held(row.held_until, row.held_reason),
        ...(row.disabled === null ? {} : { disabled: row.disabled }),
      }),
      (row) => String(row.id),
    );
    if (after !== undefined) return page;
    const whole = channels.all().map(
      ({ name, held_until, held_reason }): Trouble => ({
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
  const oldest = db.prepare<[], number | null>("select min(due) from heads").pluck();
  return () => {
    const none = (): Record<State, number> => ({ pending: 0, delivered: 0, dead: 0, cancelled: 0, aborted: 0 });
    const channels: Record<string, Record<State, number>> = Object.create(null);
    const total = none();
    for (const { name, state: of, n } of counts.all()) {
      channels[name] ??= none();
      channels[name][stateName[of]!] += n;
      total[stateName[of]!] += n;
    }
    const oldestDue = oldest.get();
    return { channels, total, ...(oldestDue == null ? {} : { oldestDue }) };
  };
}

function pageOf<Raw, Item>(
  rows: readonly Raw[],
  limit: number,
  itemOf: (row: Raw) => Item,
  cursorOf: (row: Raw) => string,
): Page<Item> {
  const items = rows.slice(0, limit).map(itemOf);
  return rows.length > limit ? { items, next: cursorOf(rows[limit - 1]!) } : { items };
}

function summaryOf(row: Row): Summary {
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
