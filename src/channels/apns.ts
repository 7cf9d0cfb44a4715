import { createHash, createPrivateKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { Json } from "../base/json.ts";
import { type Channel, DestinationError, type DestinationLimits, type RetryPolicy } from "../dispatch/index.ts";
import type { GuardPolicy } from "../guard/index.ts";
import type { AttemptResult, Outcome } from "../store/index.ts";
import { ConnectError, http2Client } from "./apns/client.ts";
import { type ApnsPushOptions, apnsPayload, maxPayload, pushSchema } from "./apns/payload.ts";
import { providerTokens } from "./apns/provider-token.ts";
import { apnsResult } from "./apns/response-outcome.ts";
import { failureOutcome } from "./http/failure-outcome.ts";
import { journalHeaders } from "./http/header.ts";
import { retryAfterOf } from "./http/retry-after.ts";
import { collapseKey } from "./push/collapse-key.ts";
import { validate, validateConfig } from "./push/validate.ts";

export type { ApnsPushOptions };

export interface ApnsOptions extends ApnsPushOptions {
  /** 10 characters. */
  readonly teamId: string;
  /** Id of the key at Apple, 10 characters. */
  readonly keyId: string;
  /** Content of the `.p8` file: a P-256 private key as PEM. */
  readonly key: string;
  /** Bundle id of the app. */
  readonly topic: string;
  /** Uses Apple's sandbox, for apps installed by Xcode, whose tokens are not valid in production. @default false */
  readonly sandbox?: boolean | undefined;
  /** `host` or `host:port`. @default Apple's */
  readonly host?: string | undefined;
  readonly guard?: GuardPolicy | undefined;
  /** Certificate authorities to trust instead of the system's, as PEM. */
  readonly ca?: string | readonly string[] | undefined;
  /** ms for resolving, connecting and TLS. @default 10 s */
  readonly connectTimeout?: number | undefined;
  /** ms for an attempt, once there is a connection. @default 20 s */
  readonly timeout?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
}

const appleId = z.string().regex(/^[A-Z\d]{10}$/, "must be 10 capital letters and digits");
const deviceToken = z
  .string()
  .regex(/^(?:[\da-f]{2}){8,100}$/i, "must be a device token: 16 to 200 hexadecimal digits");
const toSchema = z.union([deviceToken, z.strictObject({ token: deviceToken, registeredAt: z.number() })], {
  error: "must be a device token (16 to 200 hexadecimal digits), or { token, registeredAt } with ms since 1970",
});
const deliverySchema = z.strictObject(pushSchema);
const channelSchema = z.object({
  ...pushSchema,
  teamId: appleId,
  keyId: appleId,
  key: z.string(),
  topic: z.string().regex(/^[\w.-]+$/, "must be a bundle id, such as com.example.app"),
  host: z
    .string()
    .regex(/^[^/@\s]+$/, "must be a host, or host:port")
    .optional(),
});

/**
 * Creates a channel for Apple's devices (APNs over HTTP/2, with a provider token). `to` is a device token in hexadecimal, or
 * `{ token, registeredAt }` with the time (ms since 1970) at which the app last registered this token: a report by Apple that the
 * token is gone is ignored if it is older. A delivery's `options` are `ApnsPushOptions`.
 *
 * The payload is `{ aps: { alert: { title, subtitle?, body? }, … }, …data }` in at most 4,096 bytes; `fitPayload` shortens longer ones.
 * `apns-id` is derived from the delivery's id: it is the same over retries.
 *
 * The destination is the device token. All deliveries share one connection. Apple's servers limit its concurrent streams, so the
 * channel sets no limit of its own.
 *
 * @throws TypeError for bad options
 */
export function apns(options: ApnsOptions): Channel {
  const { teamId, keyId, topic, key, ...defaults } = validateConfig(channelSchema, options, "APNs");
  const { hostname, port } = new URL(
    `https://${options.host ?? (options.sandbox ? "api.sandbox.push.apple.com" : "api.push.apple.com")}`,
  );
  const tokens = providerTokens(teamId, keyId, signingKey(key));
  const client = http2Client({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || 443,
    guard: options.guard,
    ca: options.ca,
    connectTimeout: options.connectTimeout ?? 10_000,
    timeout: options.timeout ?? 20_000,
    pingAfter: 60_000,
    idleTimeout: 600_000,
  });
  const origin = `https://${hostname}${port && `:${port}`}`;

  return {
    kind: "apns",
    secrets: [key],
    retry: options.retry,
    limits: options.limits,

    accept(to, own = {}) {
      const { token } = parseDevice(validate(toSchema, to, "the device token"));
      validate(deliverySchema, own, "the options of a push to APNs");
      if (apnsPayload({ title: "…" }, mergeOptions(defaults, own)) !== undefined) return { destination: token };
      throw new DestinationError(
        `the data of this push leave no room for a title: APNs takes ${maxPayload} bytes; send less data`,
      );
    },

    async send({ id, to, alert, options: own, createdAt }, { now, signal }): Promise<AttemptResult> {
      const { token, registeredAt } = parseDevice(to as Device);
      const push = mergeOptions(defaults, own);
      const body = apnsPayload(alert, push);
      if (body === undefined) return { outcome: { kind: "rejected", reason: "the data leave no room for a title" } };
      const { ttl, priority = 10, collapse = collapseKey(id, 64) } = push;
      const providerToken = tokens.current(now);
      const headers = {
        authorization: `bearer ${providerToken.text}`,
        "apns-topic": topic,
        "apns-push-type": "alert",
        "apns-id": uuidFrom(id),
        "apns-priority": `${priority}`,
        ...(ttl !== undefined && { "apns-expiration": `${ttl === 0 ? 0 : Math.floor(createdAt / 1000) + ttl}` }),
        ...(collapse !== false && { "apns-collapse-id": collapse }),
      };
      const path = `/3/device/${token}`;
      const request = { line: `POST ${origin}${path}`, headers: journalHeaders(headers), body };
      const secrets = [providerToken.text];
      try {
        const pseudo = { ":method": "POST", ":path": path };
        const reply = await client.request({ ...pseudo, ...headers }, body, now, signal);
        const { status, text } = reply;
        const response = { statusLine: `${status}`, headers: journalHeaders(reply.headers), body: text };
        const meaning = apnsResult(status, text, retryAfterOf(reply.headers, now), registeredAt);
        // Retries at once with a new token. If a young token is called expired, our clock is wrong, which the operator has to solve.
        const isRenewed = meaning.token === "expired" && tokens.invalidate(providerToken, now);
        const reason = "403 ExpiredProviderToken; the next attempt uses a new token";
        const outcome: Outcome = isRenewed
          ? { kind: "retry", reason, retryAfter: 0, countsAsAttempt: false }
          : meaning.outcome;
        return { request, response, outcome, secrets };
      } catch (error) {
        if (signal.aborted) return { request, outcome: stopped, secrets };
        if (!(error instanceof ConnectError)) return { request, outcome: failureOutcome(error), secrets };
        const outcome = failureOutcome(error.cause);
        return { request, outcome: outcome.kind === "retry" ? { ...outcome, holdScope: "channel" } : outcome, secrets };
      }
    },

    close: () => client.close(),
  };
}

const stopped: Outcome = { kind: "retry", reason: "this process was stopped during the attempt" };

type Device = z.infer<typeof toSchema>;

const parseDevice = (to: Device): { readonly token: string; readonly registeredAt?: number } =>
  typeof to === "string" ? { token: to.toLowerCase() } : { ...to, token: to.token.toLowerCase() };

function mergeOptions(defaults: ApnsPushOptions, own: { readonly [name: string]: Json } = {}): ApnsPushOptions {
  return { ...defaults, ...own, data: { ...defaults.data, ...(own.data as object) } };
}

/** Parses the private key. Throws TypeError whose message does not contain the key. */
function signingKey(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Reported below.
  }
  if (key?.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  throw new TypeError("APNs: key: not a P-256 private key in PEM; give the content of Apple's .p8 file");
}

/** Returns a UUID (RFC 9562, version 8) that is always the same for an id. */
function uuidFrom(id: string): string {
  const bytes = createHash("sha256").update(id).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
