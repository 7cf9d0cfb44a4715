import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { BoundedCache } from "../../base/bounded-cache.ts";

/**
 * Holds a parsed key of Standard Webhooks. `whsec_`: a shared secret (v1, HMAC-SHA256), signs and verifies. `whsk_`: an ed25519 secret key
 * (v1a), signs and verifies. `whpk_`: its public key, verifies.
 */
export type WebhookKey =
  | { readonly scheme: "v1"; readonly secret: KeyObject }
  | { readonly scheme: "v1a"; readonly secret: KeyObject | undefined; readonly public: KeyObject };

/** Precedes the raw bytes of an ed25519 key in DER (RFC 8410). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

const parsedKeys = new BoundedCache<string, WebhookKey>(1_000);

/**
 * Parses a key. Parsed keys are cached, because every attempt uses them.
 * @throws TypeError whose message contains nothing of the key
 */
export const parseKey = (text: string): WebhookKey => parsedKeys.get(text, decodeKey);

function decodeKey(text: string): WebhookKey {
  const [, kind, base64 = ""] = /^(whsec|whsk|whpk)_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = Buffer.from(base64, "base64");
  switch (kind) {
    case "whsec":
      if (bytes.length < 24 || bytes.length > 64) {
        throw new TypeError(`a whsec_ key must have 24 to 64 bytes; this one has ${bytes.length}`);
      }
      return { scheme: "v1", secret: createSecretKey(bytes) };
    case "whsk": {
      // 32 bytes: the seed. 64: the seed and the public key, as libsodium writes it.
      if (bytes.length !== 32 && bytes.length !== 64) {
        throw new TypeError(`a whsk_ key must have 32 or 64 bytes; this one has ${bytes.length}`);
      }
      const secret = createPrivateKey({
        key: Buffer.concat([pkcs8Prefix, bytes.subarray(0, 32)]),
        format: "der",
        type: "pkcs8",
      });
      const publicKey = createPublicKey(secret);
      if (bytes.length === 64 && !rawPublicKey(publicKey).equals(bytes.subarray(32))) {
        throw new TypeError("the secret and public halves of this whsk_ key do not match");
      }
      return { scheme: "v1a", secret, public: publicKey };
    }
    case "whpk":
      if (bytes.length !== 32) throw new TypeError(`a whpk_ key must have 32 bytes; this one has ${bytes.length}`);
      return {
        scheme: "v1a",
        secret: undefined,
        public: createPublicKey({ key: Buffer.concat([spkiPrefix, bytes]), format: "der", type: "spki" }),
      };
    default:
      throw new TypeError("not a webhook key: expected whsec_…, whsk_… or whpk_… (base64)");
  }
}

const rawPublicKey = (key: KeyObject): Buffer =>
  key.export({ format: "der", type: "spki" }).subarray(spkiPrefix.length);

/** Creates a shared secret of 32 bytes, for `v1`. */
export const generateSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** Creates an ed25519 key pair, for `v1a`: `secret` signs and stays here, `public` is for receivers. */
export function generateKeyPair(): { readonly secret: string; readonly public: string } {
  const pair = generateKeyPairSync("ed25519");
  const seed = pair.privateKey.export({ format: "der", type: "pkcs8" }).subarray(pkcs8Prefix.length);
  const publicKey = rawPublicKey(pair.publicKey);
  return {
    secret: `whsk_${Buffer.concat([seed, publicKey]).toString("base64")}`,
    public: `whpk_${publicKey.toString("base64")}`,
  };
}
