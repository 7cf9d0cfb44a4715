import type { Settlement } from "../../store/index.ts";
import type { Retention } from "../retention.ts";
import { withdraw } from "./change.ts";
import type { Destination } from "./destination.ts";
import type { OutboxEntry } from "./entry.ts";
import type { OutboxState } from "./outbox-state.ts";

export function putBack(shelf: OutboxState, item: OutboxEntry, due: number): void {
  shelf.leased.delete(item);
  item.lease = undefined;
  item.due = due;
  shelf.wait(item);
}

export function settle(shelf: OutboxState, settlement: Settlement): boolean {
  const { claim, now, verdict, attempt, hold, disable, health } = settlement;
  const item = shelf.held(claim.id, claim.claim);
  if (item === undefined) return false;
  const { destination } = item;
  if (attempt !== undefined) shelf.note(item, { number: item.attempt, ...attempt });
  if (verdict.state === "pending") {
    if (verdict.countsAsAttempt === false) item.attempt--;
    item.rank = 3 + (item.rank % 3);
    item.reason = attempt !== undefined && "reason" in attempt.outcome ? attempt.outcome.reason : undefined;
    putBack(shelf, item, verdict.due);
  } else {
    shelf.leased.delete(item);
    shelf.settle(item, verdict.state, now, "reason" in verdict ? verdict.reason : undefined);
  }
  if (disable !== undefined) destination.disabled = disable;
  if (health !== undefined) judge(destination, health, now);
  if (hold !== undefined) {
    const place = hold.of === "channel" ? destination.channel : destination;
    place.heldUntil = hold.until;
    place.heldReason = hold.reason;
  }
  if (item.body === undefined) withdraw(shelf, item, now);
  return true;
}

function judge(
  destination: Destination,
  { ok, failures, resetTimeout }: NonNullable<Settlement["health"]>,
  now: number,
): void {
  if (ok) {
    destination.failures = 0;
    destination.trialUntil = undefined;
    if (destination.heldUntil <= now) Object.assign(destination, { heldUntil: 0, heldReason: undefined });
    return;
  }
  destination.failures++;
  if (destination.failures < failures) return;
  destination.trialUntil = 0;
  destination.heldUntil = Math.max(destination.heldUntil, now + resetTimeout);
  destination.heldReason = `${destination.failures} attempts in a row failed`;
}

export function prune(shelf: OutboxState, { age, bytes }: Retention, now: number, limit: number): number {
  const settled = shelf.settled();
  let excess = settled.reduce((sum, { size }) => sum + size, 0) - bytes;
  let removed = 0;
  for (const item of settled) {
    if (removed >= limit || (item.entry.createdAt >= now - age && excess <= 0)) break;
    shelf.remove(item, now);
    excess -= item.size;
    removed++;
  }
  return removed;
}
