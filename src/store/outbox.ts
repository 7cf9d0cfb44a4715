import type { Json } from "../base/json.ts";
import type { Page } from "../base/page.ts";
import type { Alert, Delivery, Exchange, Outcome } from "./delivery.ts";

/**
 * Where deliveries are kept until settled, and their journal afterwards. No verb assumes that one process alone works on an
 * outbox: what is claimed is leased, and ending an attempt is fenced. Times are ms since 1970 and come in as arguments.
 */
export interface Outbox {
  /**
   * Keeps deliveries: all of them or, if it throws, none. Resolves when they are safe.
   * An entry with the idempotency key of one that is kept (or stands earlier in the list) is not kept again: the answer
   * is about the one that is. An entry for a disabled destination is kept as a dead letter.
   */
  add(entries: readonly Entry[]): Promise<readonly EnqueueResult[]>;
  /**
   * Leases what is due: first attempts before retries, then by priority, then by age; destinations take turns. Counts
   * the attempt. What was claimed and neither settled, released nor renewed until its lease ends can be claimed again.
   */
  claim(request: ClaimRequest): Promise<Claims>;
  /**
   * Ends attempts. Resolves when that is safe.
   * @returns for each whether it counted: not if the delivery was claimed again since
   */
  settle(settlements: readonly Settlement[]): Promise<readonly boolean[]>;
  /** Gives back what was claimed but not tried: the attempt does not count. Fenced like `settle`. */
  release(claims: readonly Claim[], now: number): Promise<void>;
  /** Makes leases end at `until`. @returns for each whether it is still held */
  renew(claims: readonly Claim[], until: number): Promise<readonly boolean[]>;

  /** Everything about one delivery, with its attempts, oldest first. */
  find(id: string): Promise<StoredDelivery | undefined>;
  /** Newest first. */
  list(query?: ListQuery): Promise<Page<DeliverySummary>>;
  stats(): Promise<Stats>;

  /** Settled deliveries become pending again, as they were sent and with their id. @returns the ids of those that did */
  replay(ids: readonly string[], now: number): Promise<readonly string[]>;
  /** Pending deliveries that nobody has claimed are settled as cancelled. @returns the ids of those that were */
  cancel(ids: readonly string[], now: number, reason: string): Promise<readonly string[]>;
  /**
   * Forgets what settled deliveries and their attempts said, why they ended, and where they went: their destination is
   * `erasedDestination`, and one where nothing else is left is no more, with its hold and whether it is disabled. What is
   * kept: ids, channel, state, times, outcomes, the idempotency key. @returns the ids of those erased
   */
  erase(ids: readonly string[]): Promise<readonly string[]>;
  /**
   * Nobody is to get these any more, nor to read what they said: cancels what waits, and erases it like what is settled.
   * What somebody has claimed says nothing from now on; once that attempt ends it is erased, and not tried again.
   */
  expunge(ids: readonly string[], now: number): Promise<ExpungeResult>;
  /**
   * Removes settled deliveries that the store's retention no longer keeps, at most `limit`, and destinations that have none
   * left, unless they are held, disabled or failing. @returns how many deliveries
   */
  prune(now: number, limit: number): Promise<number>;

  /** Nothing of this channel or destination is claimed before `until`. A time that is past lifts the hold. */
  hold(ref: DestinationRef, until: number, reason: string): Promise<void>;
  /** Nothing is sent to this destination until it is enabled: what is or comes to be due becomes a dead letter. */
  disable(ref: Required<DestinationRef>, reason: string): Promise<void>;
  /** Lifts a hold, too, and forgets failures. */
  enable(ref: Required<DestinationRef>): Promise<void>;
  /**
   * Destinations that are held, disabled or failing, and channels that are held. A hold that is past is listed until
   * something was delivered.
   */
  unhealthy(query?: { readonly limit?: number; readonly after?: string }): Promise<Page<DestinationHealth>>;
}

export type Priority = "high" | "normal" | "low";

/**
 * `aborted`: never sent, because the template said so. `dead`: given up, with a reason. `pending` is everything that is
 * not settled, whether somebody has claimed it or not.
 */
export type DeliveryState = "pending" | "delivered" | "dead" | "cancelled" | "aborted";

/** What an alert was rendered from, for rendering it again. */
export interface Source {
  readonly profile: Json;
  readonly template: Json;
}

/** A delivery to be kept. */
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
  /** Not claimed before. @default createdAt */
  readonly due?: number | undefined;
  /** @default "normal" */
  readonly priority?: Priority | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Deliveries to one destination with the same key go one at a time, in the order they were added. */
  readonly orderingKey?: string | undefined;
  /** The template's reason not to send: the entry is kept as aborted. */
  readonly aborted?: string | undefined;
  /** The delivery that this one says again, rendered anew. */
  readonly replayOf?: string | undefined;
}

export interface EnqueueResult {
  readonly id: string;
  readonly state: DeliveryState;
  /** Why it is dead or aborted. */
  readonly reason?: string | undefined;
  /** It was there before, by its idempotency key. */
  readonly duplicate: boolean;
}

export interface ClaimRequest {
  readonly now: number;
  /** ms. */
  readonly lease: number;
  /** At most so many. */
  readonly limit: number;
  /** At most so many of them may be retries. @default limit */
  readonly retries?: number | undefined;
  /** The channels that the caller serves. */
  readonly channels: { readonly [name: string]: ChannelCapacity };
}

export interface ChannelCapacity {
  /** At most so many for one destination. */
  readonly perDestination: number;
  /** Destinations for which it is fewer, and how many. */
  readonly overrides?: ReadonlyMap<string, number> | undefined;
}

/** Who holds what: the fence. */
export interface Claim {
  readonly id: string;
  /** How often the delivery has been claimed. */
  readonly claim: number;
}

export interface Claimed extends Delivery, Claim {
  readonly priority: Priority;
  /** What the age of a delivery is counted from: when it was handed over or replayed, or the time it was not to be sent before. */
  readonly since: number;
  /** Why its destination is disabled: do not send it, settle it as dead. */
  readonly disabled?: string | undefined;
}

export interface Claims {
  readonly claimed: readonly Claimed[];
  /** When to claim again: something is due then, as far as is known now. May be past if there is more. */
  readonly next?: number | undefined;
}

export interface Settlement {
  readonly claim: Claim;
  readonly now: number;
  readonly decision:
    | { readonly state: "delivered" }
    | { readonly state: "dead"; readonly reason: string }
    | { readonly state: "pending"; readonly due: number; readonly countsAsAttempt?: false | undefined };
  /** For the journal. Absent if nothing was tried. */
  readonly attempt?: Omit<Attempt, "number"> | undefined;
  /** Nothing goes to this channel or destination before `until`. */
  readonly hold?:
    | { readonly of: "channel" | "destination"; readonly until: number; readonly reason: string }
    | undefined;
  /** Why the destination is no more. */
  readonly disable?: string | undefined;
  /**
   * Whether the destination did its part. After `failures` in a row without it, the destination is held for `resetTimeout` ms
   * and then tried with one attempt.
   */
  readonly health?: { readonly ok: boolean; readonly failures: number; readonly resetTimeout: number } | undefined;
}

/** `lost`: the process that held it ended; whether the receiver got it is not known. */
export type AttemptOutcome = Outcome | { readonly kind: "lost"; readonly reason: string };

export interface Attempt extends Exchange {
  /** 1-based. */
  readonly number: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: AttemptOutcome;
}

export interface ExpungeResult {
  /** Ids of those that are erased. */
  readonly erased: readonly string[];
  /** Ids of those that will be: somebody has claimed them. */
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
  /** When it is tried next; of a pending delivery. */
  readonly due?: number | undefined;
  /** Until when somebody holds it. */
  readonly leasedUntil?: number | undefined;
  readonly settledAt?: number | undefined;
  /** Why it is dead, cancelled or aborted, or what the last attempt ran into. */
  readonly reason?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly orderingKey?: string | undefined;
  readonly replayOf?: string | undefined;
}

export interface StoredDelivery extends DeliverySummary {
  /** Absent when erased, like all that the delivery said. */
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
  /** When the delivery that has waited longest was due, if that is past or not. */
  readonly oldestDue?: number | undefined;
}

/** A channel, or one destination on it. */
export interface DestinationRef {
  readonly channel: string;
  readonly destination?: string;
}

export interface DestinationHealth {
  readonly channel: string;
  /** Absent: the whole channel. */
  readonly destination?: string | undefined;
  readonly heldUntil?: number | undefined;
  readonly reason?: string | undefined;
  readonly disabled?: string | undefined;
  /** In a row. */
  readonly failures: number;
}

/** The destination of all that is erased. */
export const erasedDestination = "erased";

export const priorities: readonly Priority[] = ["high", "normal", "low"];
