import type { Json } from "../base/json.ts";
import type { Page } from "../base/page.ts";
import type { Alert, Delivery, Exchange, Outcome } from "./delivery.ts";

/**
 * Keeps deliveries until they are settled, and their journal afterwards. Several processes may work on one outbox: a claim is a lease,
 * and settling is fenced by the number of the claim. All times are ms since 1970 and come in as arguments.
 */
export interface Outbox {
  /**
   * Adds deliveries: all of them or, if it throws, none. Resolves once they are safe. An entry whose idempotency key is kept already,
   * or stands earlier in the list, is not added again: the result is about the first one. An entry for a disabled destination is
   * added as a dead letter.
   */
  add(entries: readonly Entry[]): Promise<readonly EnqueueResult[]>;
  /**
   * Leases deliveries that are due, and counts the attempt: first attempts before retries, then by priority, then by age; destinations
   * take turns. A delivery that is neither settled, released nor renewed before its lease ends can be claimed again.
   */
  claim(request: ClaimRequest): Promise<Claims>;
  /**
   * Ends attempts. Resolves once that is safe.
   * @returns for each whether it took effect: it does not if the delivery was claimed again since
   */
  settle(settlements: readonly Settlement[]): Promise<readonly boolean[]>;
  /** Gives back deliveries that were claimed but not tried, whose attempt then does not count. Fenced like `settle`. */
  release(claims: readonly Claim[], now: number): Promise<void>;
  /** Extends leases to `until`. @returns for each whether the claim still holds */
  renew(claims: readonly Claim[], until: number): Promise<readonly boolean[]>;

  /** Returns everything about one delivery, with its attempts, oldest first. */
  find(id: string): Promise<StoredDelivery | undefined>;
  /** Returns a page of deliveries, newest first. */
  list(query?: ListQuery): Promise<Page<DeliverySummary>>;
  /** Counts deliveries by channel and state. */
  stats(): Promise<Stats>;

  /** Makes settled deliveries pending again, with the same content and id. @returns the ids of those that were settled and not erased */
  replay(ids: readonly string[], now: number): Promise<readonly string[]>;
  /** Settles pending deliveries that nobody has claimed as cancelled. @returns their ids */
  cancel(ids: readonly string[], now: number, reason: string): Promise<readonly string[]>;
  /**
   * Erases what settled deliveries and their attempts said, why they ended and where they went. Their destination becomes
   * `erasedDestination`; a destination without other deliveries is removed, with its hold and its disabling. Ids, channel, state, times,
   * outcomes and the idempotency key are kept. @returns the ids of those that were erased
   */
  erase(ids: readonly string[]): Promise<readonly string[]>;
  /**
   * Cancels pending deliveries, and erases the content of all of them. A delivery that is leased loses its content now; when its
   * attempt settles, it is erased and not retried.
   */
  expunge(ids: readonly string[], now: number): Promise<ExpungeResult>;
  /**
   * Removes at most `limit` settled deliveries that are past the store's retention, and destinations that have none left, unless they
   * are held, disabled or failing. @returns how many deliveries
   */
  prune(now: number, limit: number): Promise<number>;

  /** Holds a channel or destination: nothing of it is claimed before `until`. A time in the past lifts the hold. */
  hold(ref: DestinationRef, until: number, reason: string): Promise<void>;
  /** Disables a destination until it is enabled: a delivery to it that becomes due is claimed to be settled as a dead letter. */
  disable(ref: Required<DestinationRef>, reason: string): Promise<void>;
  /** Enables a destination, lifts its hold and resets its failures. */
  enable(ref: Required<DestinationRef>): Promise<void>;
  /** Returns held, disabled and failing destinations, and held channels. A hold in the past is listed until a delivery succeeds. */
  unhealthy(query?: { readonly limit?: number; readonly after?: string }): Promise<Page<DestinationHealth>>;
}

export type Priority = "high" | "normal" | "low";

/**
 * Names the states. `pending`: not settled, claimed or not. `dead`: given up, with a reason; a dead letter can be replayed. `aborted`: never sent,
 * because its template aborted.
 */
export type DeliveryState = "pending" | "delivered" | "dead" | "cancelled" | "aborted";

/** Holds the profile and the template that an alert was rendered from, for rendering it again. */
export interface Source {
  readonly profile: Json;
  readonly template: Json;
}

export interface Entry {
  readonly id: string;
  readonly channel: string;
  readonly destination: string;
  readonly to: Json;
  /** Absent if the template aborted. */
  readonly alert?: Alert | undefined;
  readonly options?: { readonly [name: string]: Json } | undefined;
  readonly content?: Json | undefined;
  readonly source?: Source | undefined;
  readonly createdAt: number;
  /** When it may be claimed at the earliest. @default createdAt */
  readonly due?: number | undefined;
  /** @default "normal" */
  readonly priority?: Priority | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Deliveries to one destination with the same key are sent one at a time, in the order they were added. */
  readonly orderingKey?: string | undefined;
  /** The template's reason to abort: the entry is kept as aborted, and never sent. */
  readonly aborted?: string | undefined;
  /** Id of the delivery that this one replays, rendered anew. */
  readonly replayOf?: string | undefined;
}

export interface EnqueueResult {
  readonly id: string;
  readonly state: DeliveryState;
  /** Why it is dead or aborted. */
  readonly reason?: string | undefined;
  /** A delivery with the same idempotency key was there before, and this is about it. */
  readonly duplicate: boolean;
}

export interface ClaimRequest {
  readonly now: number;
  /** ms. */
  readonly lease: number;
  /** Deliveries to claim, at most. */
  readonly limit: number;
  /** Retries among them, at most. @default limit */
  readonly retries?: number | undefined;
  /** The channels that the caller serves. */
  readonly channels: { readonly [name: string]: ChannelCapacity };
}

/** Limits what a claim may take for the destinations of a channel. */
export interface ChannelCapacity {
  /** The most that may be claimed for one destination. */
  readonly perDestination: number;
  /** Overrides `perDestination` for destinations that already have claimed deliveries: the capacity that they have left. */
  readonly overrides?: ReadonlyMap<string, number> | undefined;
}

/** Identifies one claim of a delivery. Verbs that end a claim are fenced by it: an older claim has no effect. */
export interface Claim {
  readonly id: string;
  /** Number of the claim, 1-based: counts up each time the delivery is claimed. */
  readonly claim: number;
}

export interface Claimed extends Delivery, Claim {
  readonly priority: Priority;
  /** When the age of the delivery starts: when it was enqueued, replayed, or due at the earliest. */
  readonly since: number;
  /** Why its destination is disabled. Such a delivery is not sent, but settled as dead. */
  readonly disabled?: string | undefined;
}

export interface Claims {
  readonly claimed: readonly Claimed[];
  /** When to claim again, because something is due then, as far as is known now. In the past if more is due already. */
  readonly next?: number | undefined;
}

/** Ends one attempt: the next state of the delivery, and what it says of its destination. */
export interface Settlement {
  readonly claim: Claim;
  readonly now: number;
  readonly decision:
    | { readonly state: "delivered" }
    | { readonly state: "dead"; readonly reason: string }
    | { readonly state: "pending"; readonly due: number; readonly countsAsAttempt?: false | undefined };
  /** The attempt, for the journal. Absent if nothing was tried. */
  readonly attempt?: Omit<Attempt, "number"> | undefined;
  /** Holds the channel or the destination until `until`. */
  readonly hold?:
    | { readonly of: "channel" | "destination"; readonly until: number; readonly reason: string }
    | undefined;
  /** Disables the destination for this reason. */
  readonly disable?: string | undefined;
  /**
   * Says whether the destination did its part. After `failures` in a row without it, the destination is held for `resetTimeout` ms
   * and then tried with one attempt.
   */
  readonly health?: { readonly ok: boolean; readonly failures: number; readonly resetTimeout: number } | undefined;
}

/** Adds an outcome that no channel returns. `lost`: the lease ended before the attempt was settled, so that it is not known whether the receiver got the delivery. */
export type AttemptOutcome = Outcome | { readonly kind: "lost"; readonly reason: string };

export interface Attempt extends Exchange {
  /** 1-based. */
  readonly number: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: AttemptOutcome;
}

export interface ExpungeResult {
  /** Ids of deliveries that are erased. */
  readonly erased: readonly string[];
  /** Ids of deliveries that are leased, and will be erased when their attempt settles. */
  readonly inFlight: readonly string[];
}

export interface DeliverySummary {
  readonly id: string;
  readonly channel: string;
  readonly destination: string;
  readonly state: DeliveryState;
  readonly priority: Priority;
  readonly attempts: number;
  readonly createdAt: number;
  /** When a pending delivery is tried next. */
  readonly due?: number | undefined;
  /** When its lease ends, if it is claimed. */
  readonly leasedUntil?: number | undefined;
  readonly settledAt?: number | undefined;
  /** Why it is dead, cancelled or aborted, or why the last attempt failed. */
  readonly reason?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly orderingKey?: string | undefined;
  readonly replayOf?: string | undefined;
}

export interface StoredDelivery extends DeliverySummary {
  /** Absent if the delivery is erased, like the rest of its content. */
  readonly to?: Json | undefined;
  readonly alert?: Alert | undefined;
  readonly options?: { readonly [name: string]: Json } | undefined;
  readonly content?: Json | undefined;
  readonly source?: Source | undefined;
  readonly erased: boolean;
  readonly journal: readonly Attempt[];
}

export interface ListQuery {
  readonly state?: DeliveryState | undefined;
  readonly channel?: string | undefined;
  readonly destination?: string | undefined;
  /** @default 100 */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

export interface Stats {
  readonly channels: { readonly [name: string]: { readonly [state in DeliveryState]: number } };
  readonly total: { readonly [state in DeliveryState]: number };
  /** When the first pending delivery is due, in the past or not. */
  readonly oldestDue?: number | undefined;
}

/** Names a channel, or one destination on it. */
export interface DestinationRef {
  readonly channel: string;
  readonly destination?: string;
}

/** Says why nothing, or little, is sent to a destination or a whole channel at the moment. */
export interface DestinationHealth {
  readonly channel: string;
  /** Absent: the whole channel. */
  readonly destination?: string | undefined;
  readonly heldUntil?: number | undefined;
  readonly reason?: string | undefined;
  readonly disabled?: string | undefined;
  /** Failed attempts in a row. */
  readonly failures: number;
}

/** Replaces the destination of all erased deliveries of a channel. */
export const erasedDestination = "erased";

export const priorities: readonly Priority[] = ["high", "normal", "low"];
