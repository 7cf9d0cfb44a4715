import { createHmac, sign, timingSafeEqual, verify as verifyEd25519 } from "node:crypto";
import { parseKey, type WebhookKey } from "./keys.ts";

/** The three headers of Standard Webhooks 1.0.0. */
export interface SignatureHeaders {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

/**
 * Signs with every key, so that a receiver with any of them accepts: first the new one, then the old one, while it is
 * rotated.
 * @param id the same over retries; without a dot, as the signed text is `id.timestamp.body`
 * @param seconds since 1970, of this attempt
 * @param keys `whsec_…` or `whsk_…`
 * @throws TypeError for a key that cannot sign, or an id with a dot
 */
export function signatureHeaders(
  id: string,
  seconds: number,
  body: string | Uint8Array,
  keys: readonly string[],
): SignatureHeaders {
  if (id.includes(".")) throw new TypeError("the id of a signed webhook has no dot");
  const head = `${id}.${seconds}.`;
  const signatures = keys.map((text) => {
    const key = parseKey(text);
    if (key.scheme === "v1") return `v1,${hmac(key.secret, head, body).toString("base64")}`;
    if (key.secret === undefined) throw new TypeError("a whpk_ key cannot sign; its whsk_ can");
    return `v1a,${sign(null, signed(head, body), key.secret).toString("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": `${seconds}`, "webhook-signature": signatures.join(" ") };
}

const hmac = (secret: Buffer, head: string, body: string | Uint8Array): Buffer =>
  createHmac("sha256", secret).update(head).update(body).digest();

const signed = (head: string, body: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(head), Buffer.from(body)]);

export interface VerifyOptions {
  /** ms since 1970. @default the system's clock */
  readonly now?: number | undefined;
  /** ms that the timestamp may be off, either way. @default 5 min */
  readonly tolerance?: number | undefined;
}

/** Not from who has the key, not now, or not as it was sent. */
export class SignatureError extends Error {
  override readonly name = "SignatureError";
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>> | { get(name: string): string | null };

/** More are not looked at, as each costs time. */
const mostSignatures = 16;

/**
 * Whether a webhook that was received is one of the holder of a key (Standard Webhooks 1.0.0), compared in constant time.
 * @param headers of `node:http` or of `fetch`
 * @param body the bytes as they came, not parsed and written again
 * @param keys `whsec_…`, `whpk_…` or `whsk_…`; one that fits is enough
 * @returns `id` to dedupe on, `timestamp` in ms since 1970
 * @throws SignatureError; TypeError for what is no key
 */
export function verify(
  headers: Headers,
  body: string | Uint8Array,
  keys: readonly string[],
  { now = Date.now(), tolerance = 300_000 }: VerifyOptions = {},
): { readonly id: string; readonly timestamp: number } {
  const known = keys.map(parseKey);
  const id = headerOf(headers, "webhook-id");
  const stamp = headerOf(headers, "webhook-timestamp");
  const given = headerOf(headers, "webhook-signature").split(" ");
  if (!/^\d{1,12}$/.test(stamp)) throw new SignatureError("webhook-timestamp is not a number of seconds");
  const timestamp = Number(stamp) * 1000;
  if (timestamp < now - tolerance)
    throw new SignatureError(`signed too long ago: ${new Date(timestamp).toISOString()}`);
  if (timestamp > now + tolerance)
    throw new SignatureError(`signed in the future: ${new Date(timestamp).toISOString()}`);
  if (given.length > mostSignatures)
    throw new SignatureError(`webhook-signature has more than ${mostSignatures} signatures`);
  const head = `${id}.${stamp}.`;
  const fits = known.some((key) => given.some((one) => isOf(key, one, head, body)));
  if (!fits) throw new SignatureError("no signature in webhook-signature is of one of the keys");
  return { id, timestamp };
}

function isOf(key: WebhookKey, signature: string, head: string, body: string | Uint8Array): boolean {
  if (!signature.startsWith(`${key.scheme},`)) return false;
  const given = Buffer.from(signature.slice(key.scheme.length + 1), "base64");
  if (key.scheme === "v1a") return given.length === 64 && verifyEd25519(null, signed(head, body), key.public, given);
  return given.length === 32 && timingSafeEqual(given, hmac(key.secret, head, body));
}

function headerOf(headers: Headers, name: string): string {
  const value = typeof headers.get === "function" ? headers.get(name) : caseless(headers as object, name);
  if (typeof value !== "string" || value === "")
    throw new SignatureError(`there is no ${name} header, or it is there twice`);
  return value;
}

function caseless(headers: object, name: string): unknown {
  const found = Object.entries(headers).filter(([one]) => one.toLowerCase() === name);
  return found.length === 1 ? found[0]![1] : undefined;
}
