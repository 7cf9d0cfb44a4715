import { createHash, createPrivateKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { Json } from "../base/json.ts";
import { type Channel, DestinationError, type DestinationLimits, type RetryPolicy } from "../dispatch/index.ts";
import type { GuardPolicy } from "../guard/index.ts";
import type { AttemptResult, Outcome } from "../store/index.ts";
import { apnsAnswer } from "./apns/answer.ts";
import { ConnectError, http2Connection } from "./apns/connection-pool.ts";
import { type ApnsPushOptions, apnsPayload, maxPayload, pushSchema } from "./apns/payload.ts";
import { providerTokens } from "./apns/token.ts";
import { failureOutcome } from "./http/failure.ts";
import { journalHeaders } from "./http/header.ts";
import { retryAfterOf } from "./http/retry-after.ts";
import { collapseKey } from "./push/collapse.ts";
import { checked, configured } from "./push/validated.ts";

export type { ApnsPushOptions };

export interface ApnsOptions extends ApnsPushOptions {
  /** 10 characters. */
  readonly teamId: string;
  /** 10 characters: the key's name at Apple. */
  readonly keyId: string;
  /** The `.p8` file's text: a P-256 private key as PEM. */
  readonly key: string;
  /** The app's bundle id. */
  readonly topic: string;
  /** For apps that were installed by Xcode: their tokens are not those of production. @default false */
  readonly sandbox?: boolean | undefined;
  /** Instead of Apple's, `host` or `host:port`. */
  readonly host?: string | undefined;
  readonly guard?: GuardPolicy | undefined;
  /** PEM of authorities to trust instead of the system's. */
  readonly ca?: string | readonly string[] | undefined;
  /** ms for resolving, connecting and TLS. @default 10 s */
  readonly connectTimeout?: number | undefined;
  /** ms for an attempt on a connection. @default 20 s */
  readonly timeout?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: DestinationLimits | undefined;
}

const name = z.string().regex(/^[A-Z\d]{10}$/, "is not 10 capital letters and digits");
const hex = z.string().regex(/^(?:[\da-f]{2}){8,100}$/i, "is not a device token: 16 to 200 hexadecimal digits");
const toSchema = z.union([hex, z.strictObject({ token: hex, registeredAt: z.number() })], {
  error: "is neither a device token, 16 to 200 hexadecimal digits, nor { token, registeredAt } with ms since 1970",
});
const deliverySchema = z.strictObject(pushSchema);
const channelSchema = z.object({
  ...pushSchema,
  teamId: name,
  keyId: name,
  key: z.string(),
  topic: z.string().regex(/^[\w.-]+$/, "is not a bundle id"),
  host: z
    .string()
    .regex(/^[^/@\s]+$/, "is not a host")
    .optional(),
});

/**
 * Pushes for Apple's devices (APNs over HTTP/2, with a provider token). `to` is a device token in hexadecimal, or
 * `{ token, registeredAt }` with the time (ms) at which the app last said that it has this token: Apple's word that a
 * token is gone does not count if it is older. A delivery's `options` are `ApnsPushOptions`.
 *
 * The payload is `{ aps: { alert: { title, subtitle?, body? }, … }, …data }` in 4,096 bytes; where it is too long, see
 * `fitted`. `apns-id` is made from the delivery's id: the same over retries.
 *
 * The destination is the device token. All deliveries share one connection; how many are under way on it is between it
 * and Apple's servers, so the channel sets no limit of its own.
 *
 * @throws TypeError for bad options
 */
export function apns(options: ApnsOptions): Channel {
  const { teamId, keyId, topic, key, ...defaults } = configured(channelSchema, options, "APNs");
  const { hostname, port } = new URL(
    `https://${options.host ?? (options.sandbox ? "api.sandbox.push.apple.com" : "api.push.apple.com")}`,
  );
  const tokens = providerTokens(teamId, keyId, signingKey(key));
  const connection = http2Connection({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || 443,
    guard: options.guard,
    ca: options.ca,
    connectTimeout: options.connectTimeout ?? 10_000,
    timeout: options.timeout ?? 20_000,
    quiet: 60_000,
    idle: 600_000,
  });
  const origin = `https://${hostname}${port && `:${port}`}`;

  return {
    kind: "apns",
    secrets: [key],
    retry: options.retry,
    limits: options.limits,

    accept(to, own = {}) {
      const { token } = deviceOf(checked(toSchema, to, "the device token"));
      checked(deliverySchema, own, "the options of a push to APNs");
      if (apnsPayload({ title: "…" }, merged(defaults, own)) !== undefined) return { destination: token };
      throw new DestinationError(`the data of a push to APNs leave no room for its title in ${maxPayload} bytes`);
    },

    async send({ id, to, alert, options: own, createdAt }, { now, signal }): Promise<AttemptResult> {
      const { token, registeredAt } = deviceOf(to as Device);
      const push = merged(defaults, own);
      const body = apnsPayload(alert, push);
      if (body === undefined) return { outcome: { kind: "rejected", reason: "its data leave no room for its title" } };
      const { ttl, priority = 10, collapse = collapseKey(id, 64) } = push;
      const ours = tokens.at(now);
      const headers = {
        authorization: `bearer ${ours.text}`,
        "apns-topic": topic,
        "apns-push-type": "alert",
        "apns-id": uuidOf(id),
        "apns-priority": `${priority}`,
        ...(ttl !== undefined && { "apns-expiration": `${ttl === 0 ? 0 : Math.floor(createdAt / 1000) + ttl}` }),
        ...(collapse !== false && { "apns-collapse-id": collapse }),
      };
      const path = `/3/device/${token}`;
      const request = { line: `POST ${origin}${path}`, headers: journalHeaders(headers), body };
      const secrets = [ours.text];
      try {
        const pseudo = { ":method": "POST", ":path": path };
        const reply = await connection.request({ ...pseudo, ...headers }, body, now, signal);
        const response = { statusLine: `${reply.status}`, headers: journalHeaders(reply.headers), body: reply.text };
        const means = apnsAnswer(reply.status, reply.text, retryAfterOf(reply.headers, now), registeredAt);
        // With a new token at once; a young one that is said to be old is the clock's fault, which is the operator's.
        const renewed = means.token === "expired" && tokens.expired(ours, now);
        const outcome: Outcome = renewed
          ? {
              kind: "retry",
              reason: "403 ExpiredProviderToken; the next one is new",
              retryAfter: 0,
              countsAsAttempt: false,
            }
          : means.outcome;
        return { request, response, outcome, secrets };
      } catch (error) {
        if (signal.aborted) return { request, outcome: stopped, secrets };
        if (!(error instanceof ConnectError)) return { request, outcome: failureOutcome(error), secrets };
        const outcome = failureOutcome(error.cause);
        return { request, outcome: outcome.kind === "retry" ? { ...outcome, holdScope: "channel" } : outcome, secrets };
      }
    },

    close: () => connection.close(),
  };
}

const stopped: Outcome = { kind: "retry", reason: "this process was stopped during the attempt" };

type Device = z.infer<typeof toSchema>;

const deviceOf = (to: Device): { readonly token: string; readonly registeredAt?: number } =>
  typeof to === "string" ? { token: to.toLowerCase() } : { ...to, token: to.token.toLowerCase() };

function merged(defaults: ApnsPushOptions, own: { readonly [name: string]: Json } = {}): ApnsPushOptions {
  return { ...defaults, ...own, data: { ...defaults.data, ...(own.data as object) } };
}

/** Throws TypeError without a word of the key. */
function signingKey(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Said below.
  }
  if (key?.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  throw new TypeError("APNs: key: is not a P-256 private key as PEM, as Apple's .p8 files are");
}

/** A UUID (RFC 9562, version 8) that is always the same for an id. */
function uuidOf(id: string): string {
  const bytes = createHash("sha256").update(id).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
