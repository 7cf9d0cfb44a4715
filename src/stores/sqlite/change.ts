import type Database from "better-sqlite3";
import { type ExpungeResult, erasedDestination } from "../../store/index.ts";
import type { Retention } from "../retention.ts";
import type { DestinationHealthWriter } from "./destination-health.ts";
import { settledStates, state } from "./schema.ts";
import { unblocker } from "./settle.ts";
import type { TransactionCache } from "./transaction-cache.ts";

interface Row {
  readonly seq: number;
  readonly state: number;
  readonly destination: number;
  readonly rank: number;
  readonly size: number;
  readonly ordering_key: string | null;
  readonly body_size: number | null;
}

/** Replays, cancels, erases, expunges and prunes deliveries. Runs within a transaction. */
export function changer(db: Database.Database, cache: TransactionCache, health: DestinationHealthWriter) {
  const find = db.prepare<[string], Row>(
    `select d.seq, d.state, d.destination, d.rank, d.size, d.ordering_key, length(b.body) as body_size
     from deliveries d left join bodies b on b.seq = d.seq where d.id = ?`,
  );
  const again = db.prepare(
    `update deliveries set state = ?, rank = rank % 3, due = ?, since = ?, attempt = 0, settled_at = null, reason = null
     where seq = ?`,
  );
  const isBehind = db
    .prepare<[number, string], number>(
      "select 1 from deliveries where destination = ? and ordering_key = ? and state < 3 limit 1",
    )
    .pluck();
  const cancelOne = db.prepare("update deliveries set state = 5, settled_at = ?, reason = ? where seq = ?");
  const eraseBody = db.prepare("delete from bodies where seq = ?");
  const eraseAttempts = db.prepare(
    "update attempts set exchange = null, outcome = json_replace(outcome, '$.reason', ?) where seq = ?",
  );
  const clearReason = db.prepare("update deliveries set size = 0, reason = null where seq = ?");
  const move = db.prepare("update deliveries set destination = ?, ordering_key = null where seq = ?");
  /**
   * Deletes those of the given destinations that have no deliveries. The two indexes cover all states, since `settled_at` is null
   * exactly for pending deliveries.
   */
  const deleteEmpty = (condition: string) =>
    `delete from destinations where id in (select value from json_each(?)) ${condition}
     and not exists (select 1 from deliveries d indexed by settled_to
       where d.destination = destinations.id and d.settled_at is not null)
     and not exists (select 1 from deliveries d indexed by pending_to
       where d.destination = destinations.id and d.settled_at is null) returning id`;
  const deleteEmptyAny = db.prepare<[string], number>(deleteEmpty("")).pluck();
  const deleteEmptyHealthy = db
    .prepare<[string, number], number>(deleteEmpty("and held_until <= ? and disabled is null and failures = 0"))
    .pluck();
  const removeHeads = db.prepare("delete from heads where destination = ?");
  const channels = db.prepare<[], number>("select id from channels").pluck();
  const oldest = db
    .prepare<[number, number, number], number>(
      `select seq from deliveries indexed by settled_in where settled_at is not null and channel = ? and state = ?
       order by seq limit ?`,
    )
    .pluck();
  const bySeq = db.prepare<
    [number],
    { seq: number; channel: number; state: number; size: number; created_at: number; destination: number }
  >("select seq, channel, state, size, created_at, destination from deliveries where seq = ?");
  const settledBytes = db.prepare<[], number | null>("select sum(bytes) from counts where state > 2").pluck();
  const remove = ["attempts", "bodies", "deliveries"].map((table) => db.prepare(`delete from ${table} where seq = ?`));
  const unblock = unblocker(db, cache);

  function replay(id: string, now: number): boolean {
    const row = find.get(id);
    if (row === undefined || row.state < state.delivered || row.state === state.aborted || row.body_size === null) {
      return false;
    }
    const { seq, destination, ordering_key } = row;
    const { channel } = health.row(destination);
    const behind = ordering_key !== null && isBehind.get(destination, ordering_key) !== undefined;
    again.run(behind ? state.behind : state.waiting, now, now, seq);
    cache.count(channel, row.state, -1, -row.size);
    cache.count(channel, state.waiting, 1, row.size);
    if (!behind) cache.addWaiting(destination, channel, row.rank % 3, now);
    return true;
  }

  function cancel(id: string, now: number, reason: string): boolean {
    const row = find.get(id);
    if (row === undefined || (row.state !== state.waiting && row.state !== state.behind)) return false;
    const { channel } = health.row(row.destination);
    cancelOne.run(now, reason, row.seq);
    cache.count(channel, state.waiting, -1, -row.size);
    cache.count(channel, state.cancelled, 1, row.size);
    if (row.state === state.waiting && row.ordering_key !== null) unblock(row.destination, row.ordering_key);
    return true;
  }

  /** Deletes the content of a delivery. The size 0 also marks a claimed delivery that has to be erased when its attempt settles. */
  function expungeContent({ seq, destination, state: is, size }: Row): void {
    eraseBody.run(seq);
    eraseAttempts.run(erasedDestination, seq);
    clearReason.run(seq);
    cache.count(health.row(destination).channel, is, 0, -size);
  }

  function erase(ids: readonly string[]): readonly string[] {
    const left = new Set<number>();
    const erased = ids.filter((id) => {
      const row = find.get(id);
      if (row === undefined || row.state < state.delivered) return false;
      expungeContent(row);
      move.run(cache.erasedDestination(health.row(row.destination).channel), row.seq);
      left.add(row.destination);
      return true;
    });
    gone(deleteEmptyAny.all(JSON.stringify([...left])));
    return erased;
  }

  function gone(destinations: readonly number[]): void {
    for (const one of destinations) removeHeads.run(one);
    if (destinations.length > 0) cache.invalidateDestinations();
  }

  function expunge(ids: readonly string[], now: number): ExpungeResult {
    for (const id of ids) cancel(id, now, "expunged");
    const inFlight = ids.filter((id) => {
      const row = find.get(id);
      if (row?.state !== state.claimed) return false;
      expungeContent(row);
      return true;
    });
    return { erased: erase(ids), inFlight };
  }

  function prune({ age, bytes }: Retention, now: number, limit: number): number {
    cache.beforeCommit();
    let excess = (settledBytes.get() ?? 0) - bytes;
    const candidates = channels
      .all()
      .flatMap((channel) => settledStates.flatMap((one) => oldest.all(channel, one, limit)))
      .sort((a, b) => a - b)
      .slice(0, limit);
    const left = new Set<number>();
    let removed = 0;
    for (const candidate of candidates) {
      const { seq, channel, state: was, size, created_at, destination } = bySeq.get(candidate)!;
      if (created_at >= now - age && excess <= 0) break;
      for (const one of remove) one.run(seq);
      cache.count(channel, was, -1, -size);
      left.add(destination);
      excess -= size;
      removed++;
    }
    gone(deleteEmptyHealthy.all(JSON.stringify([...left]), now));
    return removed;
  }

  return { replay, cancel, erase, expunge, prune };
}
