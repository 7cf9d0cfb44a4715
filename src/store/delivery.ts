import type { Json } from "../base/json.ts";

/** The words of a delivery: one alert bound for one destination on one channel, with its history. */

/** What the template half renders; the delivery half never renders by itself. */
export interface Alert {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly body?: string | undefined;
  readonly html?: string | undefined;
}

/** As a channel gets it: everything that does not change over retries, and which attempt this is. */
export interface Delivery {
  /** `msg_` and letters and digits: what receivers dedupe on. */
  readonly id: string;
  /** Name of the channel, as the dispatcher knows it. */
  readonly channel: string;
  /** Where to, as the channel documents it: a URL, an address, a device token, a push subscription. */
  readonly to: Json;
  /** Names the destination for limits, holds and breakers: see `Channel.accept`. A URL is replaced by its `shownUrl`. */
  readonly destination: string;
  readonly alert: Alert;
  /** What this one delivery asks of its channel, as the channel documents it: urgency, a collapse key, attachments. */
  readonly options?: { readonly [name: string]: Json } | undefined;
  /** What `Channel.compose` made at hand-over. */
  readonly content?: Json | undefined;
  /** When it was handed over, in ms since 1970. */
  readonly createdAt: number;
  /** 1-based; counted when the delivery is claimed. */
  readonly attempt: number;
}

/** How an attempt ended. */
export type Outcome =
  | { readonly kind: "delivered" }
  | {
      readonly kind: "retry";
      /** In words, for the journal: what the receiver said or what failed. */
      readonly reason: string;
      /** What the receiver asked for, in ms from now; not yet clamped. */
      readonly retryAfter?: number | undefined;
      /** Who has to wait, besides this delivery: all of its destination (429, 503), or the whole channel (wrong password). */
      readonly holdScope?: "destination" | "channel" | undefined;
      /** The fault is the operator's, so the attempt does not count. */
      readonly countsAsAttempt?: false | undefined;
    }
  /** Will never be accepted: a dead letter. */
  | { readonly kind: "rejected"; readonly reason: string }
  /** The destination is no more: a dead letter, and nothing further is sent there. */
  | { readonly kind: "gone"; readonly reason: string };

/** Records request and response of one attempt for the journal. The channel caps its texts; the dispatcher masks secrets. */
export interface Exchange {
  readonly request?: {
    /** `POST https://…`, `SMTP example.org:587`. */
    readonly line: string;
    readonly headers?: { readonly [name: string]: string } | undefined;
    /** In the journal absent where it is the text `body` of the delivery's `content`. */
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
