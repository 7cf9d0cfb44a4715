import type { Json } from "../base/json.ts";
import type { Alert, AttemptResult, Delivery } from "../store/index.ts";
import type { RetryPolicy } from "./retry.ts";
import type { Secret } from "./secrets/forms.ts";

/** What is known of a delivery when it is handed over. */
export interface Draft extends Omit<Delivery, "attempt" | "content" | "destination"> {
  readonly alert: Alert;
  /** If the alert was rendered for one. Only `compose` sees it; a channel keeps of it what it must. */
  readonly profile?: unknown;
}

export interface AttemptContext {
  /** ms since 1970. */
  readonly now: number;
  /** Aborted when the process has to stop now: end the attempt as a retry. */
  readonly signal: AbortSignal;
}

/** Per destination. */
export interface DestinationLimits {
  /** Attempts at once. @default 8 */
  readonly concurrency?: number | undefined;
  /** At most `count` attempts in any `per` ms. @default none */
  readonly rate?: { readonly count: number; readonly per: number } | undefined;
  /** Consecutive failures after which the destination is left alone for `resetTimeout` ms, then tried with one attempt. @default 10 failures, 30 s */
  readonly breaker?: { readonly failures: number; readonly resetTimeout: number } | undefined;
}

/**
 * A way out. It decides how an alert is said and what an answer means; it never retries by itself, and never renders what
 * changes over retries.
 */
export interface Channel {
  /** `webhook`, `email`, `web-push`, `apns`, `fcm`, `log`. */
  readonly kind: string;
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
  /**
   * What this channel sends or holds that nobody is to read: passwords, tokens, keys. Where a receiver repeats one, as it is, in
   * base64, URL-encoded, escaped or cut, the journal has `…`. Secrets of fewer than 4 characters are not looked for.
   *
   * A secret with a name is not kept in `to` and `content` either: its name is, as `${NAME}`, and the attempt gets what it stands for
   * then. Add your own to a channel's: `{ ...channel, secrets: [...(channel.secrets ?? []), secret] }`. @default none
   */
  readonly secrets?: readonly Secret[] | undefined;
  /**
   * Checks where to, and the delivery's own options, before anything is kept.
   * @returns `destination`: what limits, holds and breakers are kept by (an endpoint, a mail domain). A URL may be a secret:
   * the dispatcher keeps `https://host#hash` for it, see `shownUrl`
   * @throws DestinationError that says what is wrong and what would be right
   */
  accept(to: Json, options?: { readonly [name: string]: Json }): { readonly destination: string };
  /** Where deliveries go that neither a trigger nor the configuration gives a destination. @default none */
  readonly defaultTo?: string | undefined;
  /**
   * Adds to a delivery's options what fired it, for receivers that read it (a webhook's JSON).
   * @default none: the channel sends nothing about the trigger
   */
  withTrigger?(
    options: { readonly [name: string]: Json } | undefined,
    trigger: { readonly [field: string]: Json },
  ): { readonly [name: string]: Json };
  /** Renders what depends on the profile, once: kept as `Delivery.content`. */
  compose?(draft: Draft): Json | undefined | Promise<Json | undefined>;
  /** One attempt. What a receiver does is an outcome; only a bug throws. */
  send(delivery: Delivery, attempting: AttemptContext): Promise<AttemptResult>;
  /** Deliveries of one destination that may go as one: sent when `size` are there, or `wait` ms after the first. */
  readonly batch?: { readonly size: number; readonly wait: number } | undefined;
  /** One attempt for several deliveries of one destination; an outcome for each, in their order. */
  sendBatch?(deliveries: readonly Delivery[], attempting: AttemptContext): Promise<readonly AttemptResult[]>;
  /** Ends connections. */
  close?(): Promise<void>;
}

/** A delivery that cannot be handed over: nothing was kept. */
export class DestinationError extends Error {
  override readonly name = "DestinationError";
}
