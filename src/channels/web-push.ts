import library from "web-push";
import { z } from "zod";
import type { Json } from "../base/json.ts";
import { type Channel, DestinationError, type DestinationLimits, type RetryPolicy } from "../dispatch/index.ts";
import { secretsOfUrl } from "../dispatch/secrets/url.ts";
import type { AttemptResult, Delivery } from "../store/index.ts";
import { type HttpOptions, httpClient } from "./http/client.ts";
import { retryAfterOf } from "./http/retry-after.ts";
import { collapseKey } from "./push/collapse-key.ts";
import { fitPayload, json } from "./push/truncate.ts";
import { validate, validateConfig } from "./push/validate.ts";
import { encrypt } from "./web-push/encrypt.ts";
import { createPushServices } from "./web-push/push-services.ts";
import { pushResult } from "./web-push/response-outcome.ts";
import {
  type Subscription,
  subscriptionSchema,
  type Vapid,
  type VapidKeys,
  vapidSchema,
} from "./web-push/subscription.ts";

export type { Subscription, Vapid, VapidKeys };

/** Options of the channel and of one delivery. */
export interface PushOptions {
  /** s for which the push service keeps the push for an offline browser; 0 to 2,592,000. @default 2,419,200, four weeks */
  readonly ttl?: number | undefined;
  /** Sets how much of a device's battery the push may cost. @default "normal" */
  readonly urgency?: "very-low" | "low" | "normal" | "high" | undefined;
  /**
   * `Topic` of the push, at most 32 of `A-Z a-z 0-9 _ -`: of the pushes with the same topic that wait for a browser only the last is
   * kept. `false` for none, for instance if Google keeps at most four topics for an offline browser, as it does for devices.
   * @default from the delivery's id, so that one delivery sent twice is one push
   */
  readonly collapse?: string | false | undefined;
  /** Further keys of the payload, for the service worker. */
  readonly data?: { readonly [name: string]: Json } | undefined;
}

export interface WebPushOptions extends PushOptions, Omit<HttpOptions, "keepAlive"> {
  readonly vapid: Vapid;
  /**
   * Limits the bytes of the payload. Firefox on Android takes about 2,500. @default 3,993, the rest of the 4,096 bytes that every push
   * service takes (RFC 8291 section 4)
   */
  readonly maxPayload?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
}

const reservedDataNames = ["title", "subtitle", "body", "id"];

const pushSchema = {
  ttl: z.int().min(0).max(2_592_000).optional(),
  urgency: z.enum(["very-low", "low", "normal", "high"]).optional(),
  collapse: z
    .union([z.string().regex(/^[\w-]{1,32}$/, "must be 1 to 32 of A-Z a-z 0-9 _ -"), z.literal(false)])
    .optional(),
  data: z
    .record(z.string(), z.json())
    .refine(
      (data) => !reservedDataNames.some((name) => Object.hasOwn(data, name)),
      `must not have the names ${reservedDataNames.join(", ")}, which are reserved`,
    )
    .optional(),
};
const deliverySchema = z.strictObject(pushSchema);
const channelSchema = z.object({
  ...pushSchema,
  vapid: vapidSchema,
  maxPayload: z.int().min(100).max(3993).optional(),
});

/**
 * Creates a channel for browsers (RFC 8030, 8291, 8292); service workers show the pushes. `to` is the browser's `Subscription`; a
 * delivery's `options` are `PushOptions`. The payload is JSON, `{ title, subtitle?, body?, id, …data }`: `id` is the delivery's, for
 * a notification's `tag`, because a push may come twice. `fitPayload` shortens a payload that is too long.
 *
 * The destination is the endpoint, because a single subscription can be `gone`. State of a push service as a whole, an origin, stays
 * in the channel: at most `connections` at once (default 32), and a pause if the service asked for one (503 with `Retry-After`) or
 * rejects our tokens. `holdScope: "channel"` would be wrong for both: anyone can register an endpoint, and one that responds like this
 * would stop all pushes.
 *
 * Each attempt encrypts anew: RFC 8291 wants a fresh key and salt for each message, and keeping them for the next attempt would mean
 * keeping secrets. The payload and its `id` stay the same over attempts.
 *
 * @throws TypeError for bad options
 */
export function webPush(options: WebPushOptions): Channel {
  const {
    vapid,
    maxPayload = 3993,
    data: shared,
    ...defaults
  } = { ...options, ...validateConfig(channelSchema, options, "web push") };
  const services = createPushServices(vapid);
  // Keep-alive is safe here: an origin could only mix up responses about its own subscriptions.
  const client = httpClient({ ...options, connections: options.connections ?? 32, keepAlive: true });

  const payloadOf = ({ id, alert, options: own }: Pick<Delivery, "id" | "alert" | "options">): string | undefined =>
    fitPayload(alert, maxPayload, (texts) => json({ ...texts, id, ...shared, ...(own?.data as object) }));

  return {
    kind: "web-push",
    secrets: [vapid.privateKey],
    retry: options.retry,
    limits: options.limits,

    accept(to, own = {}) {
      const { endpoint } = validate(subscriptionSchema, to, "the subscription");
      validate(deliverySchema, own, "the options of a web push");
      if (payloadOf({ id: "x".repeat(64), alert: { title: "…" }, options: own }) !== undefined)
        return { destination: endpoint };
      throw new DestinationError(
        `the data of this push leave no room for a title in ${maxPayload} bytes; send less data`,
      );
    },

    async send(delivery, { now, signal }): Promise<AttemptResult> {
      const { endpoint, keys } = delivery.to as unknown as Subscription;
      const url = new URL(endpoint);
      const pause = services.pause(url.origin, now);
      if (pause !== undefined) {
        const reason = `${url.origin} is paused after its response ${pause.reason}`;
        return {
          outcome: { kind: "retry", reason, retryAfter: pause.until - now, countsAsAttempt: false },
          secrets: pause.secrets,
        };
      }
      const payload = payloadOf(delivery);
      if (payload === undefined) return { outcome: { kind: "rejected", reason: "the data leave no room for a title" } };
      const {
        ttl = 2_419_200,
        urgency = "normal",
        collapse = collapseKey(delivery.id, 32),
      }: PushOptions = { ...defaults, ...delivery.options };
      const exchange = await client.exchange({
        method: "POST",
        url,
        headers: {
          authorization: services.authorization(url.origin, now),
          "content-encoding": "aes128gcm",
          "content-type": "application/octet-stream",
          ttl: `${ttl}`,
          urgency,
          ...(collapse !== false && { topic: collapse }),
        },
        body: encrypt(keys.p256dh, keys.auth, payload),
        journal: payload,
        signal,
      });
      if (!("httpResponse" in exchange)) return exchange;
      const { httpResponse, ...result } = exchange;
      const { status, text, headers } = httpResponse;
      const meaning = pushResult(status, text, retryAfterOf(headers, now));
      const secrets = [...(result.secrets ?? []), ...secretsOfUrl(endpoint)];
      return { ...result, outcome: services.recordResult(url.origin, meaning, now, secrets) };
    },

    close: () => client.close(),
  };
}

/** Creates a VAPID key pair. Browsers subscribe with its public half, so with another pair all of them have to subscribe anew. */
export const vapidKeys = (): VapidKeys => library.generateVAPIDKeys();
