import type Database from "better-sqlite3";
import type { Claim, Settlement } from "../../store/index.ts";
import type { DestinationHealthWriter } from "./destination-health.ts";
import { state } from "./schema.ts";
import type { TransactionCache } from "./transaction-cache.ts";

interface Row {
  readonly seq: number;
  readonly destination: number;
  readonly rank: number;
  readonly attempt: number;
  readonly size: number;
  readonly ordering_key: string | null;
}

const back = "seq, destination, rank, attempt, size, ordering_key";

/** Makes the next delivery with an ordering key claimable, if one is queued. Runs within a transaction. */
export function unblocker(db: Database.Database, cache: TransactionCache): (destination: number, key: string) => void {
  const behind = db.prepare<[number, string], { seq: number; rank: number; due: number }>(
    `select seq, rank, due from deliveries where destination = ? and ordering_key = ? and state < 3 and state = 2
     order by seq limit 1`,
  );
  const free = db.prepare("update deliveries set state = 0 where seq = ?");
  return (destination, key) => {
    const next = behind.get(destination, key);
    if (next === undefined) return;
    free.run(next.seq);
    cache.addWaiting(destination, cache.destinationById(destination).channel, next.rank, next.due);
  };
}

/** Settles, releases and renews claims. Runs within a transaction. @param expunge erases deliveries that were expunged while they were claimed */
export function settler(
  db: Database.Database,
  cache: TransactionCache,
  health: DestinationHealthWriter,
  expunge: (ids: readonly string[], now: number) => void,
) {
  const fence = "where id = ? and state = 1 and claims = ?";
  const end = db.prepare<[number, number, string | null, number, string, number], Row>(
    `update deliveries set state = ?, lease = null, settled_at = ?, reason = ?, size = size + ? ${fence} returning ${back}`,
  );
  const again = db.prepare<[number, string | null, number, number, string, number], Row>(
    `update deliveries set state = 0, lease = null, rank = 3 + rank % 3, due = ?, reason = ?, size = size + ?,
     attempt = attempt - ? ${fence} returning ${back}`,
  );
  const giveBack = db.prepare<[number, string, number], Row>(
    `update deliveries set state = 0, lease = null, attempt = attempt - 1, due = min(due, ?) ${fence} returning ${back}`,
  );
  const extend = db.prepare(`update deliveries set lease = ? ${fence}`);
  const note = db.prepare(
    "insert into attempts (seq, claim, number, started_at, ended_at, outcome, exchange) values (?, ?, ?, ?, ?, ?, ?)",
  );
  const unblock = unblocker(db, cache);

  function settle(settlement: Settlement): boolean {
    const { claim, now, decision, attempt } = settlement;
    const { request, response, outcome } = attempt ?? {};
    const exchange = request === undefined && response === undefined ? null : JSON.stringify({ request, response });
    const grown = exchange?.length ?? 0;
    let row: Row | undefined;
    let uncounted = 0;
    if (decision.state === "pending") {
      uncounted = decision.countsAsAttempt === false ? 1 : 0;
      const reason = outcome !== undefined && "reason" in outcome ? outcome.reason : null;
      row = again.get(decision.due, reason, grown, uncounted, claim.id, claim.claim);
    } else {
      const reason = "reason" in decision ? decision.reason : null;
      row = end.get(state[decision.state], now, reason, grown, claim.id, claim.claim);
    }
    if (row === undefined) return false;
    const { seq, destination } = row;
    if (attempt !== undefined) {
      const number = row.attempt + uncounted;
      note.run(seq, claim.claim, number, attempt.startedAt, attempt.endedAt, JSON.stringify(outcome), exchange);
    }
    const place = health.row(destination);
    if (decision.state === "pending") {
      cache.addWaiting(destination, place.channel, row.rank, decision.due);
      cache.count(place.channel, state.waiting, 0, grown);
    } else {
      cache.count(place.channel, state.waiting, -1, grown - row.size);
      cache.count(place.channel, state[decision.state], 1, row.size);
      if (row.ordering_key !== null) unblock(destination, row.ordering_key);
    }
    if (settlement.disable !== undefined) health.disable(destination, settlement.disable);
    if (settlement.health !== undefined) health.recordAttempt(destination, settlement.health, now);
    if (settlement.hold !== undefined) {
      const { of, until, reason } = settlement.hold;
      if (of === "channel") health.holdChannel(place.channel, until, reason);
      else health.hold(destination, until, reason);
    }
    // A kept delivery is never empty: if only this attempt counts, its content was expunged while it was claimed.
    if (row.size === grown) expunge([claim.id], now);
    return true;
  }

  function release({ id, claim }: Claim, now: number): void {
    const row = giveBack.get(now, id, claim);
    if (row === undefined) return;
    health.endTrial(row.destination);
    cache.addWaiting(row.destination, health.row(row.destination).channel, row.rank, now);
    if (row.size === 0) expunge([id], now);
  }

  const renew = ({ id, claim }: Claim, until: number): boolean => extend.run(until, id, claim).changes === 1;

  return { settle, release, renew };
}
