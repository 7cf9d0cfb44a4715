import { z } from "zod";
import type { Json } from "../base/json.ts";
import { type Channel, DestinationError, type DestinationLimits, type RetryPolicy } from "../dispatch/index.ts";
import type { AttemptResult, Outcome } from "../store/index.ts";
import { fcmAnswer } from "./fcm/answer.ts";
import { type FcmPushOptions, type FcmTarget, fcmMessage, limitOf, pushSchema, targetSchema } from "./fcm/message.ts";
import { accessTokens, type ServiceAccount } from "./fcm/token.ts";
import { type HttpOptions, httpClient } from "./http/request.ts";
import { retryAfterOf } from "./http/retry-after.ts";
import { checked, configured } from "./push/validated.ts";

export type { FcmPushOptions, FcmTarget, ServiceAccount };

export interface FcmOptions extends FcmPushOptions, Omit<HttpOptions, "keepAlive"> {
  readonly serviceAccount: ServiceAccount;
  /** Instead of Google's `https://fcm.googleapis.com`. */
  readonly origin?: string | undefined;
  /** Google checks the message and sends it to nobody. @default false */
  readonly validateOnly?: boolean | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
}

const https = z.url({ protocol: /^https$/, error: "is not an https: URL" });
const deliverySchema = z.strictObject(pushSchema);
const channelSchema = z.object({
  ...pushSchema,
  serviceAccount: z.object({
    project_id: z.string().regex(/^[\w:.-]+$/, "is not a project's id"),
    client_email: z.string().min(1),
    private_key: z.string(),
    private_key_id: z.string().optional(),
    token_uri: https.optional(),
  }),
  origin: https.optional(),
  validateOnly: z.boolean().optional(),
});

/**
 * Pushes by Firebase Cloud Messaging (HTTP v1), to Android, Apple's devices and browsers. `to` is a registration token or an
 * `FcmTarget`; a delivery's `options` are `FcmPushOptions`.
 *
 * Title and body are the `notification`, the subtitle the first line of its body; in 4,096 bytes with the data, 2,048 to
 * topics. Where it is too long, see `fitted`.
 *
 * The destination is the token, topic or condition: a single token can be gone. What is Google's as a whole is the
 * channel's: connections (64 by default), and the quota of all that is sent.
 *
 * @throws TypeError for bad options
 */
export function fcm(options: FcmOptions): Channel {
  const { serviceAccount, origin, validateOnly, ...defaults } = configured(channelSchema, options, "FCM");
  const client = httpClient({ ...options, connections: options.connections ?? 64, keepAlive: true });
  const tokens = accessTokens(serviceAccount, client);
  const path = `/v1/projects/${encodeURIComponent(serviceAccount.project_id)}/messages:send`;
  const url = new URL(path, origin ?? "https://fcm.googleapis.com");

  return {
    kind: "fcm",
    secrets: [serviceAccount.private_key],
    retry: options.retry,
    limits: options.limits,

    accept(to, own = {}) {
      const target = checked(targetSchema, to, "the target");
      checked(deliverySchema, own, "the options of a push to FCM");
      const least = { id: "x".repeat(64), alert: { title: "…" }, createdAt: Date.UTC(2286, 10, 21) };
      if (fcmMessage(least, target, merged(defaults, own)) !== undefined) return { destination: nameOf(target) };
      throw new DestinationError(`the data of a push to FCM leave no room for its title in ${limitOf(target)} bytes`);
    },

    async send(delivery, { now, signal }): Promise<AttemptResult> {
      const target = checked(targetSchema, delivery.to, "the target");
      const message = fcmMessage(delivery, target, merged(defaults, delivery.options));
      if (message === undefined)
        return { outcome: { kind: "rejected", reason: "its data leave no room for its title" } };
      const token = await tokens.at(now, signal);
      if ("outcome" in token) return token;
      const exchange = await client.exchange({
        method: "POST",
        url,
        shown: url.href,
        headers: { authorization: `Bearer ${token.text}`, "content-type": "application/json" },
        body: validateOnly ? `{"validate_only":true,${message.slice(1)}` : message,
        signal,
      });
      if (!("got" in exchange)) return exchange;
      const { got, ...said } = exchange;
      const means = fcmAnswer(got.status, got.text, retryAfterOf(got.headers, now));
      const renewed = means.token === "refused" && tokens.refused(token, now);
      const outcome: Outcome = renewed
        ? {
            kind: "retry",
            reason: `${got.status} UNAUTHENTICATED; the next token is new`,
            retryAfter: 0,
            countsAsAttempt: false,
          }
        : means.outcome;
      return { ...said, outcome };
    },

    close: () => client.close(),
  };
}

/** `token`, or `topic news`: a topic may have the name of a token. */
function nameOf(target: FcmTarget): string {
  if ("token" in target) return target.token;
  if ("fid" in target) return `fid ${target.fid}`;
  return "topic" in target ? `topic ${target.topic}` : `condition ${target.condition}`;
}

function merged(defaults: FcmPushOptions, own: { readonly [name: string]: Json } = {}): FcmPushOptions {
  return { ...defaults, ...own, data: { ...defaults.data, ...(own.data as object) } };
}
