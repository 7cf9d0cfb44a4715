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
 * A key of Standard Webhooks. `whsec_`: a shared secret (v1, HMAC-SHA256), signs and verifies. `whsk_`: an ed25519 secret
 * key (v1a), signs and verifies. `whpk_`: its public key, verifies.
 */
export type WebhookKey =
  | { readonly scheme: "v1"; readonly secret: KeyObject }
  | { readonly scheme: "v1a"; readonly secret: KeyObject | undefined; readonly public: KeyObject };

/** What comes before the raw bytes of an ed25519 key in DER (RFC 8410). */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");
const spki = Buffer.from("302a300506032b6570032100", "hex");

const parsed = new BoundedCache<string, WebhookKey>(1_000);

/**
 * Reads a key as it is written down. Keys are remembered, as they are used for every attempt.
 * @throws TypeError; its message holds nothing of the key
 */
export const parseKey = (text: string): WebhookKey => parsed.get(text, read);

function read(text: string): WebhookKey {
  const [, kind, base64 = ""] = /^(whsec|whsk|whpk)_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = Buffer.from(base64, "base64");
  switch (kind) {
    case "whsec":
      if (bytes.length < 24 || bytes.length > 64) {
        throw new TypeError(`a whsec_ key has 24 to 64 bytes; this one has ${bytes.length}`);
      }
      return { scheme: "v1", secret: createSecretKey(bytes) };
    case "whsk": {
      // 32 bytes: the seed. 64: the seed and the public key, as libsodium writes it.
      if (bytes.length !== 32 && bytes.length !== 64) {
        throw new TypeError(`a whsk_ key has 32 or 64 bytes; this one has ${bytes.length}`);
      }
      const secret = createPrivateKey({
        key: Buffer.concat([pkcs8, bytes.subarray(0, 32)]),
        format: "der",
        type: "pkcs8",
      });
      const own = createPublicKey(secret);
      if (bytes.length === 64 && !rawPublic(own).equals(bytes.subarray(32))) {
        throw new TypeError("the two halves of this whsk_ key do not belong together");
      }
      return { scheme: "v1a", secret, public: own };
    }
    case "whpk":
      if (bytes.length !== 32) throw new TypeError(`a whpk_ key has 32 bytes; this one has ${bytes.length}`);
      return {
        scheme: "v1a",
        secret: undefined,
        public: createPublicKey({ key: Buffer.concat([spki, bytes]), format: "der", type: "spki" }),
      };
    default:
      throw new TypeError("a webhook key is whsec_, whsk_ or whpk_ and base64");
  }
}

const rawPublic = (key: KeyObject): Buffer => key.export({ format: "der", type: "spki" }).subarray(spki.length);

/** A new shared secret of 32 bytes, for `v1`. */
export const generateSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** A new ed25519 pair, for `v1a`: `secret` signs and stays here, `public` is for receivers. */
export function generateKeyPair(): { readonly secret: string; readonly public: string } {
  const pair = generateKeyPairSync("ed25519");
  const seed = pair.privateKey.export({ format: "der", type: "pkcs8" }).subarray(pkcs8.length);
  const own = rawPublic(pair.publicKey);
  return {
    secret: `whsk_${Buffer.concat([seed, own]).toString("base64")}`,
    public: `whpk_${own.toString("base64")}`,
  };
}
