import type { Json } from "../base/json.ts";
import type { Alert, AttemptResult, Delivery } from "../store/index.ts";
import type { RetryPolicy } from "./retry.ts";
import type { Secret } from "./secrets/forms.ts";

/** Describes a delivery before it is enqueued, for `compose`. */
export interface Draft extends Omit<Delivery, "attempt" | "content" | "destination"> {
  readonly alert: Alert;
  /** The profile that the alert was rendered for, if any. Only `compose` sees it. */
  readonly profile?: unknown;
}

/** Holds the time and the signal of an attempt. */
export interface AttemptContext {
  /** ms since 1970. */
  readonly now: number;
  /** Aborted when the process has to stop now. The channel then ends the attempt as a retry. */
  readonly signal: AbortSignal;
}

/** Limits of one destination. */
export interface DestinationLimits {
  /** Attempts at a time. @default 8 */
  readonly concurrency?: number | undefined;
  /** Limits attempts to `count` in any `per` ms. @default none */
  readonly rate?: { readonly count: number; readonly per: number } | undefined;
  /** Circuit breaker: after `failures` in a row the destination is held for `resetTimeout` ms, then tried with one attempt. @default 10 failures, 30 s */
  readonly breaker?: { readonly failures: number; readonly resetTimeout: number } | undefined;
}

/**
 * Defines a delivery method: it decides how an alert is sent and what a response means. It never retries by itself, and renders nothing
 * that would change across retries.
 */
export interface Channel {
  /** `webhook`, `email`, `web-push`, `apns`, `fcm`, `log`. */
  readonly kind: string;
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
  /**
   * Lists secrets that this channel sends or holds: passwords, tokens, keys. Where a receiver repeats one, be it in base64, URL-encoded,
   * escaped or cut, the journal has `…` instead. Secrets of fewer than 4 characters are not looked for.
   *
   * A secret with a name is not kept in `to` and `content` either, but replaced by `${NAME}`; each attempt gets its current value. Add your own to a channel's: `{ ...channel, secrets: [...(channel.secrets ?? []), secret] }`. @default none
   */
  readonly secrets?: readonly Secret[] | undefined;
  /**
   * Checks the destination and the options of a delivery, before anything is kept.
   * @returns `destination`, the key of limits, holds and breakers (an endpoint, a mail domain). It may be a secret URL: the dispatcher
   * keeps `https://host#hash` instead, see `shownUrl`
   * @throws DestinationError that says what is wrong and what would be right
   */
  accept(to: Json, options?: { readonly [name: string]: Json }): { readonly destination: string };
  /** The destination of deliveries that neither a trigger nor the configuration gives one. @default none */
  readonly defaultTo?: string | undefined;
  /**
   * Adds to a delivery's options what fired it, for receivers that read it (a webhook's JSON).
   * @default none: the channel sends nothing about the trigger
   */
  withTrigger?(
    options: { readonly [name: string]: Json } | undefined,
    trigger: { readonly [field: string]: Json },
  ): { readonly [name: string]: Json };
  /** Renders, once, what depends on the profile. The result is kept as `Delivery.content`. */
  compose?(draft: Draft): Json | undefined | Promise<Json | undefined>;
  /** Makes one attempt. Whatever the receiver does is an outcome; only a bug throws. */
  send(delivery: Delivery, attempting: AttemptContext): Promise<AttemptResult>;
  /** Sends deliveries of one destination in batches: once `size` are there, or `wait` ms after the first. */
  readonly batch?: { readonly size: number; readonly wait: number } | undefined;
  /** Makes one attempt for several deliveries of one destination. Returns an outcome for each, in their order. */
  sendBatch?(deliveries: readonly Delivery[], attempting: AttemptContext): Promise<readonly AttemptResult[]>;
  /** Closes connections. */
  close?(): Promise<void>;
}

/** Says why a delivery cannot be enqueued. Nothing was kept. */
export class DestinationError extends Error {
  override readonly name = "DestinationError";
}
