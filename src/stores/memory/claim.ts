import type { Claimed, ClaimRequest, Claims } from "../../store/index.ts";
import { expunge } from "./change.ts";
import type { Destination } from "./destination.ts";
import { claimedOf } from "./entry.ts";
import type { OutboxState } from "./outbox-state.ts";

const firstAttempts = [0, 1, 2];
const retries = [3, 4, 5];
/** Reserves this share of a claim for retries, so that a flood of first attempts does not starve them. */
const shareOfRetries = 1 / 8;

export function claim(outbox: OutboxState, request: ClaimRequest): Claims {
  const { now, limit } = request;
  const claimed: Claimed[] = [];
  const taken = new Map<Destination, number>();
  recoverLost(outbox, now);

  function visit(destination: Destination, rank: number, most: number): void {
    const { channel, name, disabled } = destination;
    const room = request.channels[channel.name];
    if (room === undefined || channel.heldUntil > now) return;
    const free =
      Math.min(room.perDestination, room.overrides?.get(name) ?? room.perDestination) - (taken.get(destination) ?? 0);
    let allowed = disabled === undefined ? Math.min(most, free) : most;
    if (disabled === undefined && destination.trialUntil !== undefined) allowed = Math.min(allowed, 1);
    const queue = destination.queues[rank]!;
    for (; allowed > 0; allowed--) {
      const entry = queue.first;
      if (entry === undefined || entry.due > now || (disabled === undefined && destination.blockedUntil > now)) return;
      queue.shift();
      entry.stage = "claimed";
      entry.lease = now + request.lease;
      entry.attempt++;
      entry.claims++;
      outbox.leased.add(entry);
      claimed.push(claimedOf(entry));
      taken.set(destination, (taken.get(destination) ?? 0) + 1);
      if (destination.trialUntil !== undefined) destination.trialUntil = entry.lease;
      // The destination goes to the end, so that others come first the next time.
      outbox.readyDestinations.delete(destination);
      outbox.readyDestinations.add(destination);
    }
  }

  function take(ranks: readonly number[], upTo: number): void {
    for (const rank of ranks) {
      for (const destination of [...outbox.readyDestinations]) {
        if (claimed.length >= upTo) return;
        visit(destination, rank, upTo - claimed.length);
      }
    }
  }

  const maxRetries = Math.min(limit, request.retries ?? limit);
  take(firstAttempts, limit - Math.min(maxRetries, Math.floor(limit * shareOfRetries)));
  take(retries, Math.min(limit, claimed.length + maxRetries));
  take(firstAttempts, limit);
  for (const destination of outbox.readyDestinations) {
    if (destination.queues.every((queue) => queue.first === undefined)) outbox.readyDestinations.delete(destination);
  }
  const next = claimed.length === limit ? now : soonest(outbox, request);
  return next === undefined ? { claimed } : { claimed, next };
}

/** Returns when to claim next. Anything already due but not claimed belongs to a destination at capacity, so only later times count. */
function soonest({ readyDestinations, leased }: OutboxState, { now, channels }: ClaimRequest): number | undefined {
  let next = Number.POSITIVE_INFINITY;
  for (const { lease } of leased) next = Math.min(next, lease!);
  for (const { queues, channel, blockedUntil, disabled } of readyDestinations) {
    if (channels[channel.name] === undefined) continue;
    const hold = Math.max(channel.heldUntil, disabled === undefined ? blockedUntil : 0);
    for (const { first } of queues) {
      const at = Math.max(hold, first?.due ?? Number.POSITIVE_INFINITY);
      if (at > now) next = Math.min(next, at);
    }
  }
  return Number.isFinite(next) ? next : undefined;
}

function recoverLost(outbox: OutboxState, now: number): void {
  for (const entry of outbox.leased) {
    if (entry.lease! > now) continue;
    outbox.recordAttempt(entry, {
      number: entry.attempt,
      startedAt: entry.lease!,
      endedAt: entry.lease!,
      outcome: { kind: "lost", reason: "whoever made this attempt ended before it did" },
    });
    outbox.leased.delete(entry);
    entry.lease = undefined;
    entry.rank = 3 + (entry.rank % 3);
    entry.due = now;
    outbox.wait(entry);
    if (entry.body === undefined) expunge(outbox, entry, now);
  }
}
