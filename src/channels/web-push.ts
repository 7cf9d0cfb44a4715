import library from "web-push";
import { z } from "zod";
import type { Json } from "../base/json.ts";
import {
  type Channel,
  DestinationError,
  type DestinationLimits,
  type RetryPolicy,
  secretsOfUrl,
} from "../dispatch/index.ts";
import type { AttemptResult, Delivery } from "../store/index.ts";
import { type HttpOptions, httpClient } from "./http/request.ts";
import { retryAfterOf } from "./http/retry-after.ts";
import { collapseKey } from "./push/collapse.ts";
import { fitPayload, json } from "./push/truncate.ts";
import { checked, configured } from "./push/validated.ts";
import { pushAnswer } from "./web-push/answer.ts";
import { encrypt } from "./web-push/encrypt.ts";
import { createServices } from "./web-push/services.ts";
import {
  type Subscription,
  subscriptionSchema,
  type Vapid,
  type VapidKeys,
  vapidSchema,
} from "./web-push/subscription.ts";

export type { Subscription, Vapid, VapidKeys };

/** What one delivery may ask for, too. */
export interface PushOptions {
  /** s that the push service keeps the push for a browser that is away; 0 to 2,592,000. @default 2,419,200, four weeks */
  readonly ttl?: number | undefined;
  /** What it may cost a device's battery. @default "normal" */
  readonly urgency?: "very-low" | "low" | "normal" | "high" | undefined;
  /**
   * The push's `Topic`, up to 32 of `A-Z a-z 0-9 _ -`: of those with the same that wait for a browser only the last is
   * kept. `false` for none, for instance if Google keeps but four such pushes for a browser that is away, as it does for
   * devices. @default from the delivery's id, so that one delivery sent twice is one push
   */
  readonly collapse?: string | false | undefined;
  /** Further keys of the payload, for the service worker. */
  readonly data?: { readonly [name: string]: Json } | undefined;
}

export interface WebPushOptions extends PushOptions, Omit<HttpOptions, "keepAlive"> {
  readonly vapid: Vapid;
  /**
   * Bytes that the payload has at most. @default 3,993, what is left of the 4,096 that every push service takes (RFC 8291
   * section 4). Firefox on Android takes about 2,500.
   */
  readonly maxPayload?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
}

const reserved = ["title", "subtitle", "body", "id"];

const pushSchema = {
  ttl: z.int().min(0).max(2_592_000).optional(),
  urgency: z.enum(["very-low", "low", "normal", "high"]).optional(),
  collapse: z
    .union([z.string().regex(/^[\w-]{1,32}$/, "is not 1 to 32 of A-Z a-z 0-9 _ -"), z.literal(false)])
    .optional(),
  data: z
    .record(z.string(), z.json())
    .refine((data) => !reserved.some((name) => Object.hasOwn(data, name)), `has one of ${reserved.join(", ")} in it`)
    .optional(),
};
const deliverySchema = z.strictObject(pushSchema);
const channelSchema = z.object({
  ...pushSchema,
  vapid: vapidSchema,
  maxPayload: z.int().min(100).max(3993).optional(),
});

/**
 * Pushes for browsers (RFC 8030, 8291, 8292), for service workers to show. `to` is the browser's `Subscription`; a delivery's
 * `options` are `PushOptions`. The payload is JSON, `{ title, subtitle?, body?, id, …data }`: `id` is the delivery's, for
 * a notification's `tag`, since a push may come twice. Where it is too long, see `fitted`.
 *
 * The destination is the endpoint, since it is a single subscription that is `gone`. What belongs to the push service as a
 * whole, its origin, stays in the channel: at most `connections` at once (default 32), and a pause where it asked for one
 * (503 with `Retry-After`) or does not believe our tokens. `holdScope: "channel"` would be wrong for both: anyone can
 * register an endpoint, and one that answers so would stop the pushes of all.
 *
 * Each attempt encrypts anew: RFC 8291 wants a fresh key and salt for each message, and keeping them for the next
 * attempt would mean keeping secrets. What does not change over attempts is the payload and its `id`.
 *
 * @throws TypeError for bad options
 */
export function webPush(options: WebPushOptions): Channel {
  const {
    vapid,
    maxPayload = 3993,
    data: shared,
    ...defaults
  } = { ...options, ...configured(channelSchema, options, "web push") };
  const services = createServices(vapid);
  // Kept connections are safe here: all that an origin could mix up are answers about its own subscriptions.
  const client = httpClient({ ...options, connections: options.connections ?? 32, keepAlive: true });

  const payloadOf = ({ id, alert, options: own }: Pick<Delivery, "id" | "alert" | "options">): string | undefined =>
    fitPayload(alert, maxPayload, (texts) => json({ ...texts, id, ...shared, ...(own?.data as object) }));

  return {
    kind: "web-push",
    secrets: [vapid.privateKey],
    retry: options.retry,
    limits: options.limits,

    accept(to, own = {}) {
      const { endpoint } = checked(subscriptionSchema, to, "the subscription");
      checked(deliverySchema, own, "the options of a web push");
      if (payloadOf({ id: "x".repeat(64), alert: { title: "…" }, options: own }) !== undefined)
        return { destination: endpoint };
      throw new DestinationError(`the data of a web push leave no room for its title in ${maxPayload} bytes`);
    },

    async send(delivery, { now, signal }): Promise<AttemptResult> {
      const { endpoint, keys } = delivery.to as unknown as Subscription;
      const url = new URL(endpoint);
      const pause = services.pause(url.origin, now);
      if (pause !== undefined) {
        const reason = `${url.origin} is left alone for a while: it answered ${pause.reason}`;
        return {
          outcome: { kind: "retry", reason, retryAfter: pause.until - now, countsAsAttempt: false },
          secrets: pause.secrets,
        };
      }
      const payload = payloadOf(delivery);
      if (payload === undefined)
        return { outcome: { kind: "rejected", reason: "its data leave no room for its title" } };
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
      if (!("got" in exchange)) return exchange;
      const { got, ...said } = exchange;
      const answer = pushAnswer(got.status, got.text, retryAfterOf(got.headers, now));
      const secrets = [...(said.secrets ?? []), ...secretsOfUrl(endpoint)];
      return { ...said, outcome: services.answered(url.origin, answer, now, secrets) };
    },

    close: () => client.close(),
  };
}

/** A new VAPID key pair. Browsers subscribe with its public half, so another pair means that all have to subscribe anew. */
export const vapidKeys = (): VapidKeys => library.generateVAPIDKeys();
