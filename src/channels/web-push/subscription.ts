import { createECDH, ECDH } from "node:crypto";
import { z } from "zod";

/** As a browser gives it: `JSON.stringify(await registration.pushManager.subscribe(…))`. */
export interface Subscription {
  /** `https:` URL at the browser's push service. Whoever knows it and the keys can be mistaken for you only with your VAPID key. */
  readonly endpoint: string;
  readonly keys: {
    /** Public key of the browser: 65 bytes, an uncompressed point on P-256, in base64url. */
    readonly p256dh: string;
    /** 16 bytes in base64url. */
    readonly auth: string;
  };
}

/** Who sends (RFC 8292): what `vapidKeys()` makes, and where the push service can reach you. */
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

/** Bytes in base64url; base64 is taken as well, and padding, and made base64url. */
const bytes = (length: number) =>
  z
    .string()
    .regex(/^[\w+/-]*={0,2}$/, "is not base64url")
    .transform((text) => Buffer.from(text, "base64url").toString("base64url"))
    .refine((text) => Buffer.from(text, "base64url").length === length, `is not ${length} bytes`);

const point = bytes(65).refine(isPoint, "is not a point on P-256");

const endpoint = z.string().max(4096).refine(isEndpoint, "is not an https: URL without user and password");

export const subscriptionSchema = z.object({ endpoint, keys: z.object({ p256dh: point, auth: bytes(16) }) });

export const vapidSchema = z
  .strictObject({
    subject: z.string().refine(isContact, "is not a mailto: or https: URL that reaches you (localhost does not)"),
    publicKey: point,
    privateKey: bytes(32),
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

/** Apple answers BadJwtToken for localhost. */
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
