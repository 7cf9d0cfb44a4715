import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { SignatureError, verify as verifyStandard } from "../channels/webhook.ts";
import type { Inbound } from "../profiles/index.ts";
import { unauthorized } from "./plugins/access.ts";
import { Problem } from "./problem.ts";

type Hmac = Extract<Inbound, { readonly hmac: unknown }>["hmac"];

/** Represents a verified signature. */
export interface Signed {
  /** The sender's id of the event, the same for its retries. */
  readonly id?: string | undefined;
  /** Identifies the request: equal only if the same request is sent again. */
  readonly fingerprint: string;
  /** True if a retry cannot be told from a replay by somebody else, or from a new event with the same body. */
  readonly ambiguous?: true;
}

const defaultTolerance = 300_000;

/** Tells whether a request has a signature, valid or not. */
export const isSigned = ({ headers }: FastifyRequest, how: Inbound): boolean =>
  headers["hmac" in how ? how.hmac.header.toLowerCase() : "webhook-signature"] !== undefined;

/**
 * Verifies a signature over bytes.
 * @param now ms since 1970
 * @throws Problem with status 401
 */
export function verifySignature(request: FastifyRequest, how: Inbound, bytes: Buffer, now: number): Signed {
  const tolerance = how.tolerance ?? defaultTolerance;
  if ("hmac" in how) return checkHmac(request, how.hmac, bytes, now, tolerance);
  try {
    const { id, timestamp } = verifyStandard(request.headers, bytes, how.standard, { now, tolerance });
    return { id, fingerprint: digest(`${id}.${timestamp}`) };
  } catch (error) {
    if (error instanceof SignatureError) throw rejected(error.message);
    throw error;
  }
}

/**
 * Verifies a signature over the body as sent and, if it is wrong, over the decoded body: some senders sign before they compress.
 * @throws Problem
 */
export async function verifyBody(
  check: (bytes: Buffer) => Signed,
  sent: Buffer,
  inflated: (() => Promise<Buffer>) | undefined,
): Promise<Signed> {
  try {
    return check(sent);
  } catch (error) {
    if (inflated === undefined) throw error;
  }
  let bytes: Buffer;
  try {
    bytes = await inflated();
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== "too-large") throw error;
    throw rejected("it does not match the body as sent, and the decoded body is too large to be checked");
  }
  return check(bytes);
}

/** Maximum number of signatures that are checked, because each costs time. */
const maxSignatures = 16;

function checkHmac(request: FastifyRequest, how: Hmac, bytes: Buffer, now: number, tolerance: number): Signed {
  const { header, prefix = "", encoding, timestamp: timeHeader } = how;
  const signed = how.signed ?? (timeHeader === undefined ? "{body}" : "{timestamp}.{body}");
  const given = singleHeader(request, header)
    .split(/[\s,]+/)
    .filter((text) => text.startsWith(prefix))
    .map((text) => Buffer.from(text.slice(prefix.length), encoding));
  if (given.length === 0) throw rejected(`${header} has no signature that begins with ${prefix}`);
  if (given.length > maxSignatures) throw rejected(`${header} has more than ${maxSignatures} signatures`);
  const stamp = timeHeader === undefined ? "" : singleHeader(request, timeHeader);
  if (timeHeader !== undefined) checkTime(timeHeader, stamp, now, tolerance);
  const isValid = how.secrets.some((secret) => {
    const expected = hmacOf(how.algorithm, secret, signed, stamp, bytes);
    return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  });
  if (!isValid) throw rejected(`no signature in ${header} matches a secret of the stream`);
  // The header of the signature is left out, because it can be written in many ways.
  const fingerprint = digest(`${stamp}.`, bytes);
  return timeHeader === undefined ? { fingerprint, ambiguous: true } : { fingerprint };
}

function hmacOf(algorithm: Hmac["algorithm"], secret: string, signed: string, stamp: string, body: Buffer): Buffer {
  const hmac = createHmac(algorithm, secret);
  for (const part of signed.split(/(\{body\}|\{timestamp\})/)) {
    hmac.update(part === "{body}" ? body : part === "{timestamp}" ? stamp : part);
  }
  return hmac.digest();
}

function checkTime(header: string, stamp: string, now: number, tolerance: number): void {
  if (!/^\d{9,13}$/.test(stamp)) throw rejected(`${header}: expected a time in seconds or ms since 1970`);
  const at = stamp.length < 12 ? Number(stamp) * 1000 : Number(stamp);
  if (at < now - tolerance) throw rejected(`it was signed too long ago: ${new Date(at).toISOString()}`);
  if (at > now + tolerance) throw rejected(`it was signed in the future: ${new Date(at).toISOString()}`);
}

function singleHeader({ headers }: FastifyRequest, name: string): string {
  const value = headers[name.toLowerCase()];
  if (typeof value !== "string" || value === "") throw rejected(`expected exactly one ${name} header`);
  return value;
}

const digest = (text: string, bytes: Buffer = Buffer.alloc(0)): string =>
  createHash("sha256").update(text).update(bytes).digest("hex");

/** Creates a 401 for a signature. */
export const rejected = (reason: string): Problem =>
  unauthorized(`invalid signature: ${reason}. Sign the request again, or send an API key`);
