import { createECDH, ECDH } from "node:crypto";
import { z } from "zod";

/** Describes a browser's subscription: `JSON.stringify(await registration.pushManager.subscribe(…))`. */
export interface Subscription {
  /** `https:` URL at the browser's push service. Knowing it and the keys is not enough to send as you: that takes your VAPID key. */
  readonly endpoint: string;
  readonly keys: {
    /** Public key of the browser: an uncompressed point on P-256, 65 bytes, in base64url. */
    readonly p256dh: string;
    /** 16 bytes in base64url. */
    readonly auth: string;
  };
}

/** Identifies the sender (RFC 8292): the keys that `vapidKeys()` makes, and where the push service can reach you. */
export interface Vapid extends VapidKeys {
  /** `mailto:` or `https:` URL. */
  readonly subject: string;
}

export interface VapidKeys {
  /** 65 bytes in base64url: the browser's `applicationServerKey`. */
  readonly publicKey: string;
  /** 32 bytes in base64url. */
  readonly privateKey: string;
}

/** Creates a schema for bytes in base64url. Accepts base64 and padding, too, and converts both to base64url. */
const base64urlBytes = (length: number) =>
  z
    .string()
    .regex(/^[\w+/-]*={0,2}$/, "must be base64url")
    .transform((text) => Buffer.from(text, "base64url").toString("base64url"))
    .refine((text) => Buffer.from(text, "base64url").length === length, `must be ${length} bytes`);

const point = base64urlBytes(65).refine(isPoint, "must be a point on P-256");

const endpoint = z.string().max(4096).refine(isEndpoint, "must be an https: URL without user and password");

export const subscriptionSchema = z.object({ endpoint, keys: z.object({ p256dh: point, auth: base64urlBytes(16) }) });

export const vapidSchema = z
  .strictObject({
    subject: z.string().refine(isContact, "must be a mailto: or https: URL that reaches you (localhost does not)"),
    publicKey: point,
    privateKey: base64urlBytes(32),
  })
  .refine(isPair, "publicKey does not belong to privateKey");

function isPoint(text: string): boolean {
  try {
    ECDH.convertKey(text, "prime256v1", "base64url");
    return true;
  } catch {
    return false;
  }
}

function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "https:" && url.username === "" && url.password === "";
}

/** Tells whether a text is a contact URL. localhost is none, because Apple rejects it with BadJwtToken. */
function isContact(text: string): boolean {
  const url = URL.parse(text);
  if (url?.protocol === "https:") return url.hostname !== "localhost";
  return url?.protocol === "mailto:" && /^[^@\s]+@[^@\s]+$/.test(url.pathname) && !url.pathname.endsWith("@localhost");
}

function isPair({ publicKey, privateKey }: VapidKeys): boolean {
  const pair = createECDH("prime256v1");
  try {
    pair.setPrivateKey(privateKey, "base64url");
  } catch {
    return false;
  }
  return pair.getPublicKey().equals(Buffer.from(publicKey, "base64url"));
}
