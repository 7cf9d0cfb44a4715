import { createHmac, type KeyObject, sign, timingSafeEqual, verify as verifyEd25519 } from "node:crypto";
import { parseKey, type WebhookKey } from "./keys.ts";

/** Headers of Standard Webhooks 1.0.0. */
export interface SignatureHeaders {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

/**
 * Signs with every key, so that a receiver with any of them accepts. While a key is rotated, give the new one first, then the old one.
 * @param id the same over retries; without a dot, because the signed text is `id.timestamp.body`
 * @param seconds time of this attempt, in s since 1970
 * @param keys `whsec_…` or `whsk_…`
 * @throws TypeError for a key that cannot sign, or an id with a dot
 */
export function signatureHeaders(
  id: string,
  seconds: number,
  body: string | Uint8Array,
  keys: readonly string[],
): SignatureHeaders {
  if (id.includes(".")) throw new TypeError("the id of a signed webhook must not contain a dot");
  const head = `${id}.${seconds}.`;
  const signatures = keys.map((text) => {
    const key = parseKey(text);
    if (key.scheme === "v1") return `v1,${hmac(key.secret, head, body).toString("base64")}`;
    if (key.secret === undefined) throw new TypeError("a whpk_ key cannot sign; use its whsk_ key");
    return `v1a,${sign(null, signedContent(head, body), key.secret).toString("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": `${seconds}`, "webhook-signature": signatures.join(" ") };
}

/** Computes the HMAC. OpenSSL prepares a KeyObject once, but a key of bytes for every text. */
const hmac = (secret: KeyObject, head: string, body: string | Uint8Array): Buffer =>
  createHmac("sha256", secret).update(head).update(body).digest();

const signedContent = (head: string, body: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(head), Buffer.from(body)]);

export interface VerifyOptions {
  /** ms since 1970. @default the system's clock */
  readonly now?: number | undefined;
  /** ms by which the timestamp may differ from now, either way. @default 5 min */
  readonly tolerance?: number | undefined;
}

/** Reports a webhook whose signature is missing, invalid, or outside the time window. */
export class SignatureError extends Error {
  override readonly name = "SignatureError";
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>> | { get(name: string): string | null };

/** Limits the signatures of a header, because checking each costs time. */
const maxSignatures = 16;

/**
 * Verifies that a received webhook was signed with one of the keys (Standard Webhooks 1.0.0), in constant time.
 * @param headers of `node:http` or of `fetch`
 * @param body the bytes as they were received, not parsed and serialized again
 * @param keys `whsec_…`, `whpk_…` or `whsk_…`; one match is enough
 * @returns `id` for deduplication, `timestamp` in ms since 1970
 * @throws SignatureError; TypeError for an invalid key
 */
export function verify(
  headers: Headers,
  body: string | Uint8Array,
  keys: readonly string[],
  { now = Date.now(), tolerance = 300_000 }: VerifyOptions = {},
): { readonly id: string; readonly timestamp: number } {
  const parsedKeys = keys.map(parseKey);
  const id = headerOf(headers, "webhook-id");
  const seconds = headerOf(headers, "webhook-timestamp");
  const signatures = headerOf(headers, "webhook-signature").split(" ");
  if (!/^\d{1,12}$/.test(seconds)) throw new SignatureError("webhook-timestamp is not a number of seconds");
  const timestamp = Number(seconds) * 1000;
  if (timestamp < now - tolerance)
    throw new SignatureError(`signed too long ago: ${new Date(timestamp).toISOString()}`);
  if (timestamp > now + tolerance)
    throw new SignatureError(`signed in the future: ${new Date(timestamp).toISOString()}`);
  if (signatures.length > maxSignatures)
    throw new SignatureError(`webhook-signature has more than ${maxSignatures} signatures`);
  const head = `${id}.${seconds}.`;
  const isValid = parsedKeys.some((key) => signatures.some((signature) => verifies(key, signature, head, body)));
  if (!isValid) throw new SignatureError("no signature in webhook-signature matches one of the keys");
  return { id, timestamp };
}

function verifies(key: WebhookKey, signature: string, head: string, body: string | Uint8Array): boolean {
  if (!signature.startsWith(`${key.scheme},`)) return false;
  const given = Buffer.from(signature.slice(key.scheme.length + 1), "base64");
  if (key.scheme === "v1a")
    return given.length === 64 && verifyEd25519(null, signedContent(head, body), key.public, given);
  return given.length === 32 && timingSafeEqual(given, hmac(key.secret, head, body));
}

function headerOf(headers: Headers, name: string): string {
  const value = typeof headers.get === "function" ? headers.get(name) : ignoringCase(headers as object, name);
  if (typeof value !== "string" || value === "")
    throw new SignatureError(`the header ${name} is missing, empty or duplicated`);
  return value;
}

function ignoringCase(headers: object, name: string): unknown {
  const found = Object.entries(headers).filter(([one]) => one.toLowerCase() === name);
  return found.length === 1 ? found[0]![1] : undefined;
}
