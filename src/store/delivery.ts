import type { Json } from "../base/json.ts";

/** Defines a delivery: one alert bound for one destination on one channel, with its history. */

/** Holds a rendered alert. Rendering makes it, and delivering never renders by itself. */
export interface Alert {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly body?: string | undefined;
  readonly html?: string | undefined;
}

/** Describes a delivery for its channel: everything that stays the same over retries, and the number of the attempt. */
export interface Delivery {
  /** `msg_` and letters and digits. Receivers can dedupe on it: it stays the same over retries. */
  readonly id: string;
  /** Name of the channel, as the dispatcher knows it. */
  readonly channel: string;
  /** The destination, as the channel documents it: a URL, an address, a device token, a push subscription. */
  readonly to: Json;
  /** Names the destination for limits, holds and breakers: see `Channel.accept`. A URL is replaced by its `shownUrl`. */
  readonly destination: string;
  readonly alert: Alert;
  /** Options of this delivery, as the channel documents them: urgency, a collapse key, attachments. */
  readonly options?: { readonly [name: string]: Json } | undefined;
  /** The result of `Channel.compose`, from when the delivery was enqueued. */
  readonly content?: Json | undefined;
  /** When it was enqueued, in ms since 1970. */
  readonly createdAt: number;
  /** Number of the attempt, 1-based; counted when the delivery is claimed. */
  readonly attempt: number;
}

export type Outcome =
  | { readonly kind: "delivered" }
  | {
      readonly kind: "retry";
      /** Says what the receiver said or what failed, for the journal. */
      readonly reason: string;
      /** The wait that the receiver asked for, in ms from now; not yet clamped by the retry policy. */
      readonly retryAfter?: number | undefined;
      /** Holds the destination (429, 503) or the whole channel (wrong password), besides this delivery. */
      readonly holdScope?: "destination" | "channel" | undefined;
      /** The fault is the operator's, so the attempt does not count. */
      readonly countsAsAttempt?: false | undefined;
    }
  /** The receiver will never accept it: it becomes a dead letter. */
  | { readonly kind: "rejected"; readonly reason: string }
  /** The destination does not exist any more: the delivery becomes a dead letter, and the destination is disabled. */
  | { readonly kind: "gone"; readonly reason: string };

/** Records request and response of one attempt for the journal. The channel caps its texts; the dispatcher masks secrets. */
export interface Exchange {
  readonly request?: {
    /** `POST https://…`, `SMTP example.org:587`. */
    readonly line: string;
    readonly headers?: { readonly [name: string]: string } | undefined;
    /** Left out of the journal if it is the `body` of the delivery's `content`. */
    readonly body?: string | undefined;
  };
  readonly response?: {
    /** `410 Gone`, `250 2.0.0 Ok: queued as …`. */
    readonly statusLine: string;
    readonly headers?: { readonly [name: string]: string } | undefined;
    readonly body?: string | undefined;
  };
}

export type AttemptResult = Exchange & {
  readonly outcome: Outcome;
  /**
   * Secrets that were sent in this attempt besides those of `Channel.secrets`, such as the token in use or the signature just
   * made: replaced wherever they occur in the rest, and not kept.
   */
  readonly secrets?: readonly string[] | undefined;
};
