import { z } from "zod";
import type { Json } from "../base/json.ts";
import { type Channel, DestinationError, type DestinationLimits, type RetryPolicy } from "../dispatch/index.ts";
import type { AttemptResult, Outcome } from "../store/index.ts";
import { accessTokens, type ServiceAccount } from "./fcm/access-token.ts";
import {
  type FcmPushOptions,
  type FcmTarget,
  fcmMessage,
  maxPayloadOf,
  pushSchema,
  targetSchema,
} from "./fcm/message.ts";
import { fcmResult } from "./fcm/response-outcome.ts";
import { type HttpOptions, httpClient } from "./http/client.ts";
import { retryAfterOf } from "./http/retry-after.ts";
import { validate, validateConfig } from "./push/validate.ts";

export type { FcmPushOptions, FcmTarget, ServiceAccount };

export interface FcmOptions extends FcmPushOptions, Omit<HttpOptions, "keepAlive"> {
  readonly serviceAccount: ServiceAccount;
  /** @default "https://fcm.googleapis.com" */
  readonly origin?: string | undefined;
  /** Has Google validate each message without delivering it. @default false */
  readonly validateOnly?: boolean | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
}

const httpsUrl = z.url({ protocol: /^https$/, error: "is not an https: URL" });
const deliverySchema = z.strictObject(pushSchema);
const channelSchema = z.object({
  ...pushSchema,
  serviceAccount: z.object({
    project_id: z.string().regex(/^[\w:.-]+$/, "is not a project's id"),
    client_email: z.string().min(1),
    private_key: z.string(),
    private_key_id: z.string().optional(),
    token_uri: httpsUrl.optional(),
  }),
  origin: httpsUrl.optional(),
  validateOnly: z.boolean().optional(),
});

/**
 * Creates a channel for Firebase Cloud Messaging (HTTP v1), to Android, Apple's devices and browsers. `to` is a registration token or
 * an `FcmTarget`; a delivery's `options` are `FcmPushOptions`.
 *
 * Title and body become the `notification`, with the subtitle as the first line of its body. Together with the data they have at most
 * 4,096 bytes, 2,048 for topics; `fitPayload` shortens longer ones.
 *
 * The destination is the token, topic or condition, because a single token can be gone. Connections (64 by default) and the quota of
 * all pushes belong to the whole channel.
 *
 * @throws TypeError for bad options
 */
export function fcm(options: FcmOptions): Channel {
  const { serviceAccount, origin, validateOnly, ...defaults } = validateConfig(channelSchema, options, "FCM");
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
      const target = validate(targetSchema, to, "the target");
      validate(deliverySchema, own, "the options of a push to FCM");
      const shortest = { id: "x".repeat(64), alert: { title: "…" }, createdAt: Date.UTC(2286, 10, 21) };
      if (fcmMessage(shortest, target, mergeOptions(defaults, own)) !== undefined)
        return { destination: destinationOf(target) };
      throw new DestinationError(
        `the data of this push leave no room for a title: FCM takes ${maxPayloadOf(target)} bytes; send less data`,
      );
    },

    async send(delivery, { now, signal }): Promise<AttemptResult> {
      const target = validate(targetSchema, delivery.to, "the target");
      const message = fcmMessage(delivery, target, mergeOptions(defaults, delivery.options));
      if (message === undefined) return { outcome: { kind: "rejected", reason: "the data leave no room for a title" } };
      const token = await tokens.current(now, signal);
      if ("outcome" in token) return token;
      const exchange = await client.exchange({
        method: "POST",
        url,
        shown: url.href,
        headers: { authorization: `Bearer ${token.text}`, "content-type": "application/json" },
        body: validateOnly ? `{"validate_only":true,${message.slice(1)}` : message,
        signal,
      });
      if (!("httpResponse" in exchange)) return exchange;
      const { httpResponse, ...result } = exchange;
      const { status, text, headers } = httpResponse;
      const meaning = fcmResult(status, text, retryAfterOf(headers, now));
      const isRenewed = meaning.token === "rejected" && tokens.invalidate(token, now);
      const outcome: Outcome = isRenewed
        ? {
            kind: "retry",
            reason: `${status} UNAUTHENTICATED; the next attempt uses a new token`,
            retryAfter: 0,
            countsAsAttempt: false,
          }
        : meaning.outcome;
      return { ...result, outcome };
    },

    close: () => client.close(),
  };
}

/** Returns `TOKEN` or `topic NAME`: the prefix is needed because a topic may have the name of a token. */
function destinationOf(target: FcmTarget): string {
  if ("token" in target) return target.token;
  if ("fid" in target) return `fid ${target.fid}`;
  return "topic" in target ? `topic ${target.topic}` : `condition ${target.condition}`;
}

function mergeOptions(defaults: FcmPushOptions, own: { readonly [name: string]: Json } = {}): FcmPushOptions {
  return { ...defaults, ...own, data: { ...defaults.data, ...(own.data as object) } };
}
