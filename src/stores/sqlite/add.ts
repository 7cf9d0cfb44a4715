import type Database from "better-sqlite3";
import { type EnqueueResult, type Entry, priorities } from "../../store/index.ts";
import { state, stateName } from "./schema.ts";
import type { TransactionCache } from "./transaction-cache.ts";

interface Existing {
  readonly id: string;
  readonly state: number;
  readonly reason: string | null;
}

/** Adds one delivery. Runs within a transaction. */
export function adder(db: Database.Database, cache: TransactionCache): (entry: Entry) => EnqueueResult {
  const byKey = db.prepare<[string], Existing>("select id, state, reason from deliveries where idempotency_key = ?");
  const isBehind = db
    .prepare<[number, string], number>(
      "select 1 from deliveries where destination = ? and ordering_key = ? and state < 3 limit 1",
    )
    .pluck();
  const insert = db.prepare(
    `insert into deliveries (id, channel, destination, state, rank, due, created_at, since, settled_at, size, reason,
     idempotency_key, ordering_key, replay_of) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertBody = db.prepare("insert into bodies (seq, body, source) values (?, ?, ?)");

  return (entry) => {
    const { id, idempotencyKey = null, orderingKey = null, createdAt } = entry;
    const existing = idempotencyKey === null ? undefined : byKey.get(idempotencyKey);
    if (existing !== undefined) {
      const reason = existing.state < state.delivered ? undefined : (existing.reason ?? undefined);
      return { id: existing.id, state: stateName[existing.state]!, reason, duplicate: true };
    }
    const destination = cache.destination(entry.channel, entry.destination);
    const due = Math.max(createdAt, entry.due ?? createdAt);
    const rank = priorities.indexOf(entry.priority ?? "normal");
    const disabled = destination.disabled === null ? undefined : `destination disabled: ${destination.disabled}`;
    const reason = entry.aborted ?? disabled;
    let is: number = entry.aborted !== undefined ? state.aborted : disabled === undefined ? state.waiting : state.dead;
    if (is === state.waiting && orderingKey !== null && isBehind.get(destination.id, orderingKey) !== undefined) {
      is = state.behind;
    }
    const { to, alert, options, content } = entry;
    const body = JSON.stringify({ to, alert, options, content });
    const source = entry.source === undefined ? null : JSON.stringify(entry.source);
    const size = body.length + (source?.length ?? 0);
    const { lastInsertRowid: seq } = insert.run(
      id,
      destination.channel,
      destination.id,
      is,
      rank,
      due,
      createdAt,
      due,
      is < state.delivered ? null : createdAt,
      size,
      reason ?? null,
      idempotencyKey,
      orderingKey,
      entry.replayOf ?? null,
    );
    insertBody.run(seq, body, source);
    if (is === state.waiting) cache.addWaiting(destination.id, destination.channel, rank, due);
    cache.count(destination.channel, is, 1, size);
    return { id, state: stateName[is]!, reason, duplicate: false };
  };
}
