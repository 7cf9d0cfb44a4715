import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { SignatureError, verify as verifyStandard } from "../channels/webhook.ts";
import type { Inbound } from "../profiles/index.ts";
import { unauthorized } from "./access.ts";
import { Problem } from "./problem.ts";

type Hmac = Extract<Inbound, { readonly hmac: unknown }>["hmac"];

/** A signature that holds. */
export interface Signed {
  /** What its sender calls the event, the same over retries. */
  readonly id?: string | undefined;
  /** Identifies the request: equal only if the same is sent again. */
  readonly once: string;
  /** Says that a retry looks like a copy that somebody else sends, or like a new event with the same body. */
  readonly mayRepeat?: true;
}

const defaultTolerance = 300_000;

/** Whether one is there, whatever it is worth. */
export const isSigned = ({ headers }: FastifyRequest, how: Inbound): boolean =>
  headers["hmac" in how ? how.hmac.header.toLowerCase() : "webhook-signature"] !== undefined;

/**
 * Checks a signature over bytes.
 * @param now ms since 1970
 * @throws Problem with status 401
 */
export function checkSignature(request: FastifyRequest, how: Inbound, bytes: Buffer, now: number): Signed {
  const tolerance = how.tolerance ?? defaultTolerance;
  if ("hmac" in how) return checkHmac(request, how.hmac, bytes, now, tolerance);
  try {
    const { id, timestamp } = verifyStandard(request.headers, bytes, how.standard, { now, tolerance });
    return { id, once: digest(`${id}.${timestamp}`) };
  } catch (error) {
    if (error instanceof SignatureError) throw refused(error.message);
    throw error;
  }
}

/**
 * Checks a signature over a body as it was sent, and if it is not of that, over the same without its encoding: some sign what
 * they compress.
 * @throws Problem
 */
export async function checkBody(
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
    throw refused("it is not of the body as it was sent, and without its encoding that is too large to be looked at");
  }
  return check(bytes);
}

/** More are not looked at, as each costs time. */
const mostSignatures = 16;

function checkHmac(request: FastifyRequest, how: Hmac, bytes: Buffer, now: number, tolerance: number): Signed {
  const { header, prefix = "", encoding, timestamp: timeHeader } = how;
  const signed = how.signed ?? (timeHeader === undefined ? "{body}" : "{timestamp}.{body}");
  const given = one(request, header)
    .split(/[\s,]+/)
    .filter((text) => text.startsWith(prefix))
    .map((text) => Buffer.from(text.slice(prefix.length), encoding));
  if (given.length === 0) throw refused(`${header} has no signature that begins with ${prefix}`);
  if (given.length > mostSignatures) throw refused(`${header} has more than ${mostSignatures} signatures`);
  const stamp = timeHeader === undefined ? "" : one(request, timeHeader);
  if (timeHeader !== undefined) checkTime(timeHeader, stamp, now, tolerance);
  const fits = how.secrets.some((secret) => {
    const right = hmacOf(how.algorithm, secret, signed, stamp, bytes);
    return given.some((one) => one.length === right.length && timingSafeEqual(one, right));
  });
  if (!fits) throw refused(`no signature in ${header} is of one of the secrets`);
  // Not of the signature's header, which can be written in many ways.
  const once = digest(`${stamp}.`, bytes);
  return timeHeader === undefined ? { once, mayRepeat: true } : { once };
}

function hmacOf(algorithm: Hmac["algorithm"], secret: string, signed: string, stamp: string, body: Buffer): Buffer {
  const hmac = createHmac(algorithm, secret);
  for (const piece of signed.split(/(\{body\}|\{timestamp\})/)) {
    hmac.update(piece === "{body}" ? body : piece === "{timestamp}" ? stamp : piece);
  }
  return hmac.digest();
}

function checkTime(header: string, stamp: string, now: number, tolerance: number): void {
  if (!/^\d{9,13}$/.test(stamp)) throw refused(`${header} is not a time in seconds or ms since 1970`);
  const at = stamp.length < 12 ? Number(stamp) * 1000 : Number(stamp);
  if (at < now - tolerance) throw refused(`signed too long ago: ${new Date(at).toISOString()}`);
  if (at > now + tolerance) throw refused(`signed in the future: ${new Date(at).toISOString()}`);
}

function one({ headers }: FastifyRequest, name: string): string {
  const value = headers[name.toLowerCase()];
  if (typeof value !== "string" || value === "") throw refused(`there is no ${name} header, or it is there twice`);
  return value;
}

const digest = (text: string, bytes: Buffer = Buffer.alloc(0)): string =>
  createHash("sha256").update(text).update(bytes).digest("hex");

export const refused = (why: string): Problem =>
  unauthorized(`the signature does not hold: ${why}. Sign anew, or send a key`);
