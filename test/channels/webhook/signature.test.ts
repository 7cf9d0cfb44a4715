import { execFileSync, spawnSync } from "node:child_process";
import { createPublicKey, verify as verifyEd25519 } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { describe, expect, test } from "vitest";
import {
  generateKeyPair,
  generateSecret,
  SignatureError,
  signatureHeaders,
  verify,
} from "../../../src/channels/webhook.ts";

/** From the tests of the Standard Webhooks libraries. */
const published = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  seconds: 1614265330,
  body: '{"test": 2432232314}',
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const seconds = (): number => Math.floor(Date.now() / 1000);

test("the published vector", () => {
  const { id, seconds, body, secret, signature } = published;
  expect(signatureHeaders(id, seconds, body, [secret])).toEqual({
    "webhook-id": id,
    "webhook-timestamp": `${seconds}`,
    "webhook-signature": signature,
  });
  const headers = { ...signatureHeaders(id, seconds, body, [secret]) };
  expect(verify(headers, body, [secret], { now: seconds * 1000 })).toEqual({ id, timestamp: seconds * 1000 });
});

test.skipIf(!hasOpenssl)("openssl computes the same v1", () => {
  const key = generateSecret();
  const hex = Buffer.from(key.slice(6), "base64").toString("hex");
  const body = '{"title":"Grüße 🎉"}';
  const mac = execFileSync("openssl", ["dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${hex}`, "-binary"], {
    input: `msg_1.1700000000.${body}`,
  });
  const headers = signatureHeaders("msg_1", 1700000000, body, [key]);
  expect(headers["webhook-signature"]).toBe(`v1,${mac.toString("base64")}`);
});

test("standardwebhooks and svix accept what is signed, whatever the body, and we accept theirs", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.uint8Array({ minLength: 24, maxLength: 64 }), (text, bytes) => {
      const body = Buffer.from(text).toString();
      const secret = `whsec_${Buffer.from(bytes).toString("base64")}`;
      const now = seconds();
      const headers = { ...signatureHeaders("msg_1", now, body, [secret]) };
      new Webhook(secret).verify(body, headers, { jsonParse: false });
      new SvixWebhook(secret).verify(body, headers);
      const theirs = new Webhook(secret).sign("msg_1", new Date(now * 1000), body);
      expect(verify({ ...headers, "webhook-signature": theirs }, body, [secret]).id).toBe("msg_1");
    }),
  );
});

test("bytes are signed as they are", () => {
  const secret = generateSecret();
  const headers = { ...signatureHeaders("msg_1", seconds(), Buffer.from("ä"), [secret]) };
  expect(headers).toEqual({ ...signatureHeaders("msg_1", Number(headers["webhook-timestamp"]), "ä", [secret]) });
  expect(verify(headers, new Uint8Array([0xc3, 0xa4]), [secret]).id).toBe("msg_1");
  expect(() => verify(headers, new Uint8Array([0xe4]), [secret])).toThrow(SignatureError);
});

describe("v1a", () => {
  const pair = generateKeyPair();
  const body = '{"title":"Grüße"}';
  const headers = { ...signatureHeaders("msg_1", 1700000000, body, [pair.secret]) };
  const raw = Buffer.from(pair.public.slice("whpk_".length), "base64");
  const signature = Buffer.from(headers["webhook-signature"].slice("v1a,".length), "base64");
  const signed = Buffer.from(`msg_1.1700000000.${body}`);

  test("node:crypto verifies it with the public key", () => {
    expect(raw.length).toBe(32);
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") }, format: "jwk" });
    expect(verifyEd25519(null, signed, key, signature)).toBe(true);
  });

  test.skipIf(!hasOpenssl)("openssl verifies it", () => {
    const folder = mkdtempSync(join(tmpdir(), "tocsin-v1a-"));
    try {
      const [key, sig, text] = ["key.der", "sig", "text"].map((name) => join(folder, name)) as [string, string, string];
      writeFileSync(key, Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]));
      writeFileSync(sig, signature);
      writeFileSync(text, signed);
      const args = ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key, "-rawin", "-sigfile", sig];
      expect(execFileSync("openssl", [...args, "-in", text], { encoding: "utf8" })).toContain("Verified Successfully");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("the public key, the secret one and its seed verify", () => {
    const seed = `whsk_${Buffer.from(pair.secret.slice(5), "base64").subarray(0, 32).toString("base64")}`;
    for (const key of [pair.public, pair.secret, seed]) {
      expect(verify(headers, body, [key], { now: 1700000000_000 }).id).toBe("msg_1");
    }
    expect(signatureHeaders("msg_1", 1700000000, body, [seed])).toEqual(headers);
  });

  test("the test vector of RFC 8032, 7.1, test 1, as a key", () => {
    const secret = Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex");
    const known = Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex");
    const signed = { ...signatureHeaders("msg_1", 1, "", [`whsk_${secret.toString("base64")}`]) };
    expect(verify(signed, "", [`whpk_${known.toString("base64")}`], { now: 1000 }).id).toBe("msg_1");
  });
});

test("while a key is rotated, the holder of either accepts", () => {
  const [old, next] = [generateSecret(), generateSecret()];
  const pair = generateKeyPair();
  const headers = { ...signatureHeaders("msg_1", seconds(), "{}", [next, old, pair.secret]) };
  expect(headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+ v1a,\S+$/);
  for (const key of [old, next]) {
    new Webhook(key).verify("{}", headers);
    new SvixWebhook(key).verify("{}", headers);
    expect(verify(headers, "{}", [key]).id).toBe("msg_1");
  }
  expect(verify(headers, "{}", [generateSecret(), pair.public]).id).toBe("msg_1");
});

describe("what is not accepted", () => {
  const { id, seconds, body, secret } = published;
  const now = seconds * 1000;
  const good = { ...signatureHeaders(id, seconds, body, [secret]) };
  const none = "no signature in webhook-signature matches one of the keys";
  test.each<[string, Record<string, string | string[] | undefined>, string]>([
    ["another id", { "webhook-id": "msg_2" }, none],
    ["another timestamp", { "webhook-timestamp": `${seconds + 1}` }, none],
    ["no signature of ours", { "webhook-signature": "v1,AAAA v2,x" }, none],
    [
      "another scheme with our signature",
      { "webhook-signature": good["webhook-signature"].replace("v1", "v1a") },
      none,
    ],
    ["a signature cut short", { "webhook-signature": good["webhook-signature"].slice(0, -4) }, none],
    [
      "a timestamp that is no integer",
      { "webhook-timestamp": "1614265330.0" },
      "webhook-timestamp is not a number of seconds",
    ],
    ["a timestamp in ms", { "webhook-timestamp": "1614265330000" }, "webhook-timestamp is not a number of seconds"],
    ["no id", { "webhook-id": undefined }, "the header webhook-id is missing, empty or duplicated"],
    ["an empty id", { "webhook-id": "" }, "the header webhook-id is missing, empty or duplicated"],
    ["two ids", { "webhook-id": [id, "x"] }, "the header webhook-id is missing, empty or duplicated"],
    ["two ids in two cases", { "Webhook-Id": "x" }, "the header webhook-id is missing, empty or duplicated"],
    [
      "a thousand signatures",
      { "webhook-signature": "v1a,x ".repeat(1000) },
      "webhook-signature has more than 16 signatures",
    ],
  ])("%s", (_what, changed, message) => {
    expect(() => verify({ ...good, ...changed }, body, [secret], { now })).toThrow(new SignatureError(message));
  });

  test("another body, another key, no key", () => {
    expect(() => verify(good, `${body} `, [secret], { now })).toThrow(none);
    expect(() => verify(good, body, [generateSecret()], { now })).toThrow(none);
    expect(() => verify(good, body, [], { now })).toThrow(none);
  });

  test("what was signed more than five minutes from now, either way", () => {
    for (const off of [-300_000, 0, 300_000]) expect(verify(good, body, [secret], { now: now + off }).id).toBe(id);
    expect(() => verify(good, body, [secret], { now: now + 300_001 })).toThrow(
      "signed too long ago: 2021-02-25T15:02:10.000Z",
    );
    expect(() => verify(good, body, [secret], { now: now - 300_001 })).toThrow(
      "signed in the future: 2021-02-25T15:02:10.000Z",
    );
    expect(() => verify(good, body, [secret], { now: now + 2, tolerance: 1 })).toThrow("signed too long ago");
    expect(() => verify(good, body, [secret])).toThrow("signed too long ago");
  });

  test("headers in any case, of fetch and of node:http, are read", () => {
    const shouted = Object.fromEntries(Object.entries(good).map(([name, value]) => [name.toUpperCase(), value]));
    expect(verify(shouted, body, [secret], { now }).id).toBe(id);
    expect(verify(new Headers({ ...good }), body, [secret], { now }).id).toBe(id);
  });
});

describe("keys", () => {
  test.each([
    ["", "not a webhook key: expected whsec_…, whsk_… or whpk_… (base64)"],
    ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "not a webhook key: expected whsec_…, whsk_… or whpk_… (base64)"],
    ["whsec_not base64", "not a webhook key: expected whsec_…, whsk_… or whpk_… (base64)"],
    ["whsec_", "not a webhook key: expected whsec_…, whsk_… or whpk_… (base64)"],
    [`whsec_${Buffer.alloc(23).toString("base64")}`, "a whsec_ key must have 24 to 64 bytes; this one has 23"],
    [`whsec_${Buffer.alloc(65).toString("base64")}`, "a whsec_ key must have 24 to 64 bytes; this one has 65"],
    [`whsk_${Buffer.alloc(33).toString("base64")}`, "a whsk_ key must have 32 or 64 bytes; this one has 33"],
    [`whsk_${Buffer.alloc(64).toString("base64")}`, "the secret and public halves of this whsk_ key do not match"],
    [`whpk_${Buffer.alloc(31).toString("base64")}`, "a whpk_ key must have 32 bytes; this one has 31"],
    [generateKeyPair().public, "a whpk_ key cannot sign; use its whsk_ key"],
  ])("%s does not sign", (key, message) => {
    expect(() => signatureHeaders("msg_1", 1, "", [key])).toThrow(new TypeError(message));
  });

  test("an id with a dot is not signed, as it could be read as another timestamp", () => {
    expect(() => signatureHeaders("msg.1", 1, "", [])).toThrow(
      new TypeError("the id of a signed webhook must not contain a dot"),
    );
  });

  test("are new each time", () => {
    expect(generateSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(generateSecret()).not.toBe(generateSecret());
    expect(generateKeyPair().secret).not.toBe(generateKeyPair().secret);
  });
});
