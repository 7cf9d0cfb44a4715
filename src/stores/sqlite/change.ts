import type Database from "better-sqlite3";
import type { Retention } from "../retention.ts";
import type { Ledger } from "./ledger.ts";
import type { Places } from "./places.ts";
import { state } from "./schema.ts";
import { unblocker } from "./settle.ts";

interface Row {
  readonly seq: number;
  readonly state: number;
  readonly destination: number;
  readonly rank: number;
  readonly size: number;
  readonly ordering_key: string | null;
  readonly body_size: number | null;
}

/** Within a transaction: what operators ask for, and what retention does. Each says whether it did it. */
export function changer(db: Database.Database, ledger: Ledger, places: Places) {
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
  const eraseExchanges = db.prepare("update attempts set exchange = null where seq = ?");
  const resize = db.prepare("update deliveries set size = 0 where seq = ?");
  const oldest = db.prepare<[number, number], { seq: number; size: number; created_at: number; destination: number }>(
    "select seq, size, created_at, destination from deliveries where state = 0 + ? and state > 2 order by seq limit 0 + ?",
  );
  const settledBytes = db.prepare<[], number | null>("select sum(bytes) from counts where state > 2").pluck();
  const remove = ["attempts", "bodies", "deliveries"].map((table) => db.prepare(`delete from ${table} where seq = ?`));
  const unblock = unblocker(db, ledger);

  function replay(id: string, now: number): boolean {
    const row = find.get(id);
    if (row === undefined || row.state < state.delivered || row.state === state.aborted || row.body_size === null) {
      return false;
    }
    const { seq, destination, ordering_key } = row;
    const { channel } = places.row(destination);
    const behind = ordering_key !== null && isBehind.get(destination, ordering_key) !== undefined;
    again.run(behind ? state.behind : state.waiting, now, now, seq);
    ledger.count(channel, row.state, -1, -row.size);
    ledger.count(channel, state.waiting, 1, row.size);
    if (!behind) ledger.wait(destination, channel, row.rank % 3, now);
    return true;
  }

  function cancel(id: string, now: number, reason: string): boolean {
    const row = find.get(id);
    if (row === undefined || (row.state !== state.waiting && row.state !== state.behind)) return false;
    const { channel } = places.row(row.destination);
    cancelOne.run(now, reason, row.seq);
    ledger.count(channel, state.waiting, -1, -row.size);
    ledger.count(channel, state.cancelled, 1, row.size);
    if (row.state === state.waiting && row.ordering_key !== null) unblock(row.destination, row.ordering_key);
    return true;
  }

  function erase(id: string): boolean {
    const row = find.get(id);
    if (row === undefined || row.state < state.delivered) return false;
    eraseBody.run(row.seq);
    eraseExchanges.run(row.seq);
    resize.run(row.seq);
    ledger.count(places.row(row.destination).channel, row.state, 0, -row.size);
    return true;
  }

  function prune({ age, bytes }: Retention, now: number, limit: number): number {
    ledger.beforeCommit();
    let excess = (settledBytes.get() ?? 0) - bytes;
    const candidates = [state.delivered, state.dead, state.cancelled, state.aborted]
      .flatMap((one) => oldest.all(one, limit).map((row) => ({ ...row, state: one })))
      .sort((a, b) => a.seq - b.seq);
    let removed = 0;
    for (const { seq, size, created_at, destination, state: was } of candidates) {
      if (removed >= limit || (created_at >= now - age && excess <= 0)) break;
      for (const one of remove) one.run(seq);
      ledger.count(places.row(destination).channel, was, -1, -size);
      excess -= size;
      removed++;
    }
    return removed;
  }

  return { replay, cancel, erase, prune };
}
