import type { Settlement } from "../../store/index.ts";
import type { Retention } from "../retention.ts";
import { expunge } from "./change.ts";
import type { Destination } from "./destination.ts";
import type { OutboxEntry } from "./entry.ts";
import type { OutboxState } from "./outbox-state.ts";

export function putBack(outbox: OutboxState, entry: OutboxEntry, due: number): void {
  outbox.leased.delete(entry);
  entry.lease = undefined;
  entry.due = due;
  outbox.wait(entry);
}

export function settle(outbox: OutboxState, settlement: Settlement): boolean {
  const { claim, now, decision, attempt, hold, disable, health } = settlement;
  const entry = outbox.findClaimed(claim.id, claim.claim);
  if (entry === undefined) return false;
  const { destination } = entry;
  if (attempt !== undefined) outbox.recordAttempt(entry, { number: entry.attempt, ...attempt });
  if (decision.state === "pending") {
    if (decision.countsAsAttempt === false) entry.attempt--;
    entry.rank = 3 + (entry.rank % 3);
    entry.reason = attempt !== undefined && "reason" in attempt.outcome ? attempt.outcome.reason : undefined;
    putBack(outbox, entry, decision.due);
  } else {
    outbox.leased.delete(entry);
    outbox.settle(entry, decision.state, now, "reason" in decision ? decision.reason : undefined);
  }
  if (disable !== undefined) destination.disabled = disable;
  if (health !== undefined) updateHealth(destination, health, now);
  if (hold !== undefined) {
    const place = hold.of === "channel" ? destination.channel : destination;
    place.heldUntil = hold.until;
    place.heldReason = hold.reason;
  }
  if (entry.body === undefined) expunge(outbox, entry, now);
  return true;
}

function updateHealth(
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

export function prune(outbox: OutboxState, { age, bytes }: Retention, now: number, limit: number): number {
  const settled = outbox.settled();
  let excess = settled.reduce((sum, { size }) => sum + size, 0) - bytes;
  let removed = 0;
  for (const entry of settled) {
    if (removed >= limit || (entry.header.createdAt >= now - age && excess <= 0)) break;
    outbox.remove(entry, now);
    excess -= entry.size;
    removed++;
  }
  return removed;
}
