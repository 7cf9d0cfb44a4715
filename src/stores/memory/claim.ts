import type { Claimed, ClaimRequest, Claims } from "../../store/index.ts";
import { withdraw } from "./change.ts";
import type { Destination } from "./destination.ts";
import { claimedOf } from "./entry.ts";
import type { OutboxState } from "./outbox-state.ts";

const firstAttempts = [0, 1, 2];
const retries = [3, 4, 5];
/** Of a claim, at least this share is left for retries, so that a flood of first attempts does not end retrying. */
const shareOfRetries = 1 / 8;

export function claim(shelf: OutboxState, request: ClaimRequest): Claims {
  const { now, limit } = request;
  const claimed: Claimed[] = [];
  const taken = new Map<Destination, number>();
  recoverLost(shelf, now);

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
      const item = queue.first;
      if (item === undefined || item.due > now || (disabled === undefined && destination.blockedUntil > now)) return;
      queue.shift();
      item.stage = "claimed";
      item.lease = now + request.lease;
      item.attempt++;
      item.claims++;
      shelf.leased.add(item);
      claimed.push(claimedOf(item));
      taken.set(destination, (taken.get(destination) ?? 0) + 1);
      if (destination.trialUntil !== undefined) destination.trialUntil = item.lease;
      // Others come first the next time.
      shelf.busy.delete(destination);
      shelf.busy.add(destination);
    }
  }

  function take(ranks: readonly number[], upTo: number): void {
    for (const rank of ranks) {
      for (const destination of [...shelf.busy]) {
        if (claimed.length >= upTo) return;
        visit(destination, rank, upTo - claimed.length);
      }
    }
  }

  const mostRetries = Math.min(limit, request.retries ?? limit);
  take(firstAttempts, limit - Math.min(mostRetries, Math.floor(limit * shareOfRetries)));
  take(retries, Math.min(limit, claimed.length + mostRetries));
  take(firstAttempts, limit);
  for (const destination of shelf.busy) {
    if (destination.queues.every((queue) => queue.first === undefined)) shelf.busy.delete(destination);
  }
  const next = claimed.length === limit ? now : soonest(shelf, request);
  return next === undefined ? { claimed } : { claimed, next };
}

/** What is due now and was not taken is of destinations that are full. */
function soonest({ busy, leased }: OutboxState, { now, channels }: ClaimRequest): number | undefined {
  let next = Number.POSITIVE_INFINITY;
  for (const { lease } of leased) next = Math.min(next, lease!);
  for (const { queues, channel, blockedUntil, disabled } of busy) {
    if (channels[channel.name] === undefined) continue;
    const hold = Math.max(channel.heldUntil, disabled === undefined ? blockedUntil : 0);
    for (const { first } of queues) {
      const at = Math.max(hold, first?.due ?? Number.POSITIVE_INFINITY);
      if (at > now) next = Math.min(next, at);
    }
  }
  return Number.isFinite(next) ? next : undefined;
}

function recoverLost(shelf: OutboxState, now: number): void {
  for (const item of shelf.leased) {
    if (item.lease! > now) continue;
    shelf.note(item, {
      number: item.attempt,
      startedAt: item.lease!,
      endedAt: item.lease!,
      outcome: { kind: "lost", reason: "whoever made this attempt ended before it did" },
    });
    shelf.leased.delete(item);
    item.lease = undefined;
    item.rank = 3 + (item.rank % 3);
    item.due = now;
    shelf.wait(item);
    if (item.body === undefined) withdraw(shelf, item, now);
  }
}
