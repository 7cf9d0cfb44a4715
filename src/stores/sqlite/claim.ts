import type Database from "better-sqlite3";
import { type Claimed, type ClaimRequest, type Claims, priorities } from "../../store/index.ts";
import type { TransactionCache } from "./transaction-cache.ts";

interface Head {
  readonly destination: number;
  readonly name: string;
  readonly held_until: number;
  readonly disabled: string | null;
  readonly trial_until: number | null;
}

interface ChannelRow {
  readonly id: number;
  readonly name: string;
  readonly held_until: number;
}

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly attempt: number;
  readonly claims: number;
  readonly created_at: number;
  readonly since: number;
  readonly body: string;
}

interface Lost {
  readonly seq: number;
  readonly id: string;
  readonly destination: number;
  readonly rank: number;
  readonly size: number;
}

const firstAttempts = [0, 1, 2];
const retries = [3, 4, 5];
/** Reserves this share of a claim for retries, so that a flood of first attempts does not starve them. */
const shareOfRetries = 1 / 8;
/** Destinations that one claim looks at, at most. */
const maxVisits = 2000;
/** Limits the expired leases that one claim recovers. */
const maxLost = 500;

const lost = JSON.stringify({ kind: "lost", reason: "whoever made this attempt ended before it did" });

const ranks = [...firstAttempts, ...retries];
const never = Number.POSITIVE_INFINITY;
const orUndefined = (time: number): number | undefined => (time === never ? undefined : time);

/** Reads, outside of a transaction, when the next claim may find something. */
export function peeker(db: Database.Database): (request: ClaimRequest) => number | undefined {
  const channel = db.prepare<[string], ChannelRow>("select id, name, held_until from channels where name = ?");
  const soonest = db
    .prepare<[number, number], number | null>("select min(at) from heads where channel = ? and rank = ?")
    .pluck();
  const lease = db.prepare<[], number | null>("select min(lease) from deliveries where state = 1").pluck();
  return ({ channels }) => {
    let next = lease.get() ?? never;
    for (const name of Object.keys(channels)) {
      const row = channel.get(name);
      if (row === undefined) continue;
      for (const rank of ranks) next = Math.min(next, Math.max(row.held_until, soonest.get(row.id, rank) ?? never));
    }
    return orUndefined(next);
  };
}

/** Claims deliveries. Runs within a transaction. @param expunge erases deliveries that were expunged while they were claimed */
export function claimer(
  db: Database.Database,
  cache: TransactionCache,
  expunge: (ids: readonly string[], now: number) => void,
): (request: ClaimRequest) => Claims {
  const channelOf = db.prepare<[string], ChannelRow>("select id, name, held_until from channels where name = ?");
  const expiredLeases = db.prepare<[number, number], Lost>(
    "select seq, id, destination, rank, size from deliveries where state = 1 and lease <= ? order by lease limit ?",
  );
  const recordLost = db.prepare(
    `insert into attempts (seq, claim, number, started_at, ended_at, outcome)
     select seq, claims, attempt, lease, lease, ? from deliveries where seq = ?`,
  );
  const putBack = db.prepare("update deliveries set state = 0, lease = null, rank = ?, due = ? where seq = ?");
  const heads = db.prepare<[number, number, number, number], Head>(
    `select h.destination, d.name, d.held_until, d.disabled, d.trial_until
     from heads h join destinations d on d.id = h.destination
     where h.channel = ? and h.rank = ? and h.at <= ? order by h.at limit ?`,
  );
  const rows = db.prepare<[number, number, number, number], Row>(
    `select d.seq, d.id, d.attempt, d.claims, d.created_at, d.since, b.body
     from deliveries d join bodies b on b.seq = d.seq
     where d.destination = ? and d.rank = ? and d.state = 0 and d.due <= ? order by d.due, d.seq limit ?`,
  );
  const lease = db.prepare(
    "update deliveries set state = 1, lease = ?, attempt = attempt + 1, claims = claims + 1 where seq = ?",
  );
  const soonest = db
    .prepare<[number, number], number>(
      "select due from deliveries where destination = ? and rank = ? and state = 0 order by due limit 1",
    )
    .pluck();
  const moveHead = db.prepare("update heads set at = ?, due = ? where destination = ? and rank = ?");
  const postpone = db.prepare("update heads set at = ? where destination = ? and rank = ?");
  const removeHead = db.prepare("delete from heads where destination = ? and rank = ?");
  const onTrial = db.prepare("update destinations set trial_until = ? where id = ?");
  const next = db
    .prepare<[number, number, number], number | null>(
      "select min(at) from heads where channel = ? and rank = ? and at > ?",
    )
    .pluck();
  const nextLease = db.prepare<[], number | null>("select min(lease) from deliveries where state = 1").pluck();

  function recoverLost(now: number): void {
    for (const { seq, id, destination, rank, size } of expiredLeases.all(now, maxLost)) {
      const again = 3 + (rank % 3);
      recordLost.run(lost, seq);
      putBack.run(again, now, seq);
      cache.addWaiting(destination, cache.destinationById(destination).channel, again, now);
      if (size === 0) expunge([id], now);
    }
  }

  return (request) => {
    const { now, limit } = request;
    const claimed: Claimed[] = [];
    const taken = new Map<number, number>();
    const served = Object.keys(request.channels).flatMap((name) => channelOf.get(name) ?? []);
    const open = served.filter((channel) => channel.held_until <= now);
    // Rotates the channels by the clock, so that each is served first at times.
    const first = open.length === 0 ? 0 : now % open.length;
    const channels = [...open.slice(first), ...open.slice(0, first)];
    let visits = 0;
    let ranOut = false;
    recoverLost(now);

    function visit(channel: string, head: Head, rank: number, most: number): void {
      const { destination, name } = head;
      const blockedUntil = Math.max(head.held_until, head.trial_until ?? 0);
      if (head.disabled === null && blockedUntil > now) {
        postpone.run(blockedUntil, destination, rank);
        return;
      }
      const { perDestination, overrides } = request.channels[channel]!;
      const free =
        head.disabled === null
          ? Math.min(perDestination, overrides?.get(name) ?? perDestination) - (taken.get(destination) ?? 0)
          : most;
      const allowed = Math.min(most, free, head.trial_until === null ? most : 1);
      if (allowed <= 0) return;
      const found = rows.all(destination, rank, now, allowed);
      for (const row of found) {
        lease.run(now + request.lease, row.seq);
        claimed.push(claimedOf(row, channel, head, rank));
      }
      taken.set(destination, (taken.get(destination) ?? 0) + found.length);
      if (head.trial_until !== null && found.length > 0) onTrial.run(now + request.lease, destination);
      const due = soonest.get(destination, rank);
      if (due === undefined) removeHead.run(destination, rank);
      else moveHead.run(Math.max(due, now), due, destination, rank);
    }

    function take(ranks: readonly number[], upTo: number): void {
      for (const rank of ranks) {
        for (const channel of channels) {
          takeOf(channel, rank, upTo);
          if (claimed.length >= upTo || ranOut) return;
        }
      }
    }

    /** Claims from one channel. Destinations that give nothing (full, held, on trial) are skipped, and those behind them are looked at. */
    function takeOf({ id, name }: ChannelRow, rank: number, upTo: number): void {
      const seen = new Set<number>();
      const full = request.channels[name]!.overrides?.size ?? 0;
      while (claimed.length < upTo) {
        const most = upTo - claimed.length + full + seen.size;
        const found = heads.all(id, rank, now, most);
        for (const head of found) {
          if (claimed.length >= upTo) return;
          if (seen.has(head.destination)) continue;
          if (++visits > maxVisits) {
            ranOut = true;
            return;
          }
          seen.add(head.destination);
          visit(name, head, rank, upTo - claimed.length);
        }
        if (found.length < most) return;
      }
    }

    const maxRetries = Math.min(limit, request.retries ?? limit);
    take(firstAttempts, limit - Math.min(maxRetries, Math.floor(limit * shareOfRetries)));
    take(retries, Math.min(limit, claimed.length + maxRetries));
    take(firstAttempts, limit);
    // The heads in the cache are stale.
    cache.invalidateDestinations();
    return { claimed, next: ranOut || claimed.length === limit ? now : orUndefined(soonestAfterNow()) };

    /** Returns when to claim next. Anything already due but not claimed belongs to a destination at capacity, so only later times count. */
    function soonestAfterNow(): number {
      let at = nextLease.get() ?? never;
      for (const { id, held_until } of served) {
        for (const rank of ranks) {
          at = Math.min(at, Math.max(held_until, next.get(id, rank, held_until > now ? 0 : now) ?? never));
        }
      }
      return at;
    }
  };
}

function claimedOf(row: Row, channel: string, head: Head, rank: number): Claimed {
  return {
    id: row.id,
    channel,
    destination: head.name,
    ...JSON.parse(row.body),
    createdAt: row.created_at,
    since: row.since,
    attempt: row.attempt + 1,
    claim: row.claims + 1,
    priority: priorities[rank % 3]!,
    ...(head.disabled === null ? {} : { disabled: head.disabled }),
  };
}
