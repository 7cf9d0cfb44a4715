import { createHmac } from "node:crypto";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { generateKeyPair, generateSecret, signatureHeaders } from "../../src/channels/webhook.ts";
import { declare, type Harness, harness } from "./harness.ts";

const [oldKey, newKey, otherKey] = [generateSecret(), generateSecret(), generateSecret()];
const pair = generateKeyPair();
const mapped = { identifiers: { email: "{{ .email }}" }, fields: { n: { path: "n" } } };

let s: Harness;
const harnesses: Harness[] = [];
beforeEach(async () => {
  s = await harness();
  harnesses.push(s);
  await declare(s, {
    stream: {
      shop: { ...mapped, key: "{{ .id }}" },
      signed: { ...mapped, verify: { standard: [oldKey, newKey, pair.public] } },
      keyed: { ...mapped, key: "{{ .id }}", verify: { standard: [newKey] } },
      github: {
        ...mapped,
        verify: { hmac: { secrets: ["s1", "s2"], header: "X-Hub-Signature-256", prefix: "sha256=" } },
      },
      slack: {
        ...mapped,
        verify: {
          hmac: {
            secrets: ["s1"],
            header: "X-Slack-Signature",
            prefix: "v0=",
            timestamp: "X-Slack-Request-Timestamp",
            signed: "v0:{timestamp}:{body}",
          },
          tolerance: "1m",
        },
      },
      base64: {
        ...mapped,
        verify: { hmac: { secrets: ["s1"], header: "X-Sig", algorithm: "sha512", encoding: "base64" } },
      },
    },
  });
});
afterAll(() => Promise.all(harnesses.map((one) => one.close())));

const events = async (): Promise<unknown[]> =>
  (await s.store.events.list({ limit: 100 })).items.map(({ payload }) => payload);

describe("bodies that are accepted", () => {
  const one = { id: 1, email: "ada@example.com", n: 1 };
  const two = { id: 2, email: "bob@example.com", n: 2 };
  const lines = `${JSON.stringify(one)}\n\n${JSON.stringify(two)}\r\n`;
  const json = "application/json";

  test.each([
    ["an object", json, JSON.stringify(one), [one]],
    ["an object with a charset", "application/json; charset=utf-8", JSON.stringify(one), [one]],
    ["another JSON", "application/vnd.shop+json", JSON.stringify(one), [one]],
    ["an array", json, JSON.stringify([one, two]), [one, two]],
    ["an empty array", json, "[]", []],
    ["lines", "application/x-ndjson", lines, [one, two]],
    [
      "a form",
      "application/x-www-form-urlencoded",
      "id=7&email=ada%40example.com&tag=a&tag=b&x=%C3%A9+1",
      [{ id: "7", email: "ada@example.com", tag: ["a", "b"], x: "é 1" }],
    ],
  ] as const)("%s", async (_, type, body, expected) => {
    const { status, body: answer } = await s.request("POST", "/v1/collect/shop", body, {
      who: "collect",
      headers: { "content-type": type },
    });
    expect([status, answer.results.length]).toEqual([202, expected.length]);
    for (const result of answer.results) expect(result).toEqual({ accepted: true });
    expect((await events()).reverse()).toEqual(expected);
  });

  test.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["identity", (bytes: Buffer) => bytes],
  ] as const)("%s of lines", async (encoding, pack) => {
    const headers = { "content-type": "application/x-ndjson", "content-encoding": encoding };
    const { status } = await s.request("POST", "/v1/collect/shop", pack(Buffer.from(lines)), { headers });
    expect(status).toBe(202);
    expect((await events()).reverse()).toEqual([one, two]);
  });

  test("no digit of a number is lost", async () => {
    const numbers =
      '"a":9007199254740993,"b":-12345678901234567890,"c":9007199254740991,"d":0.1234567890123456789,"e":1e20';
    await s.request("POST", "/v1/collect/shop", `{"email":"ada@example.com",${numbers}}`);
    const exact = { a: "9007199254740993", b: "-12345678901234567890", c: 9007199254740991 };
    expect(await events()).toEqual([{ email: "ada@example.com", ...exact, d: 0.12345678901234568, e: 1e20 }]);
  });

  test("JSON that is sent as a form, as by curl -d, is refused", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const { status, body } = await s.request("POST", "/v1/collect/shop", JSON.stringify(one), { headers });
    expect([status, body.detail]).toEqual([415, expect.stringContaining("send it as application/json")]);
    expect(await events()).toEqual([]);
  });

  test("the same event is ingested once, and is a duplicate then", async () => {
    await s.request("POST", "/v1/collect/shop", one);
    const { body } = await s.request("POST", "/v1/collect/shop", [one, two]);
    expect(body.results).toEqual([{ duplicate: true }, { id: expect.any(String), profile: expect.any(String) }]);
    expect(await events()).toHaveLength(2);
  });

  test("an event without an identifier is kept with its problem", async () => {
    const { status, body } = await s.request("POST", "/v1/collect/shop", { id: 9 });
    expect(status).toBe(202);
    expect(body.results).toEqual([{ id: expect.any(String), problem: "no identifier: email is missing or empty" }]);
    expect(await events()).toEqual([{ id: 9 }]);
  });

  test("an unknown stream", async () => {
    const { status, body } = await s.request("POST", "/v1/collect/nowhere", one);
    expect([status, body.type]).toEqual([404, "urn:tocsin:problem:not-found"]);
    expect((await s.request("POST", "/v1/collect/nowhere", one, { who: "nobody" })).status).toBe(401);
  });

  test("a stream that cannot be read affects no other", async () => {
    const odd = {
      kind: "stream",
      name: "odd",
      body: { verify: "never" },
      origin: "api",
      createdAt: 0,
      updatedAt: 0,
    } as const;
    await s.store.transaction(({ definitions }) => definitions.put([{ ...odd, status: {} }]));
    expect((await s.request("POST", "/v1/collect/odd", one)).status).toBe(404);
    expect((await s.request("POST", "/v1/collect/shop", one)).status).toBe(202);
  });
});

describe("signed by Standard Webhooks", () => {
  const body = JSON.stringify({ email: "ada@example.com", n: 1 });
  const seconds = () => s.now / 1000;
  const post = (headers: object, sent: string | Buffer = body, stream = "signed") =>
    s.request("POST", `/v1/collect/${stream}`, sent, { who: "nobody", headers: headers as Record<string, string> });

  test.each([
    ["the old key", () => [oldKey]],
    ["the new key", () => [newKey]],
    ["one of two", () => [otherKey, newKey]],
    ["ed25519", () => [pair.secret]],
  ] as const)("with %s", async (_, keys) => {
    const { status, body: answer } = await post(signatureHeaders("msg_1", seconds(), body, keys()));
    expect([status, answer.results]).toEqual([202, [{ id: expect.any(String), profile: expect.any(String) }]]);
    const { items } = await s.store.events.list({ limit: 1 });
    expect(items[0]!.key).toBe("msg_1");
  });

  test("over the bytes before or after compression", async () => {
    const packed = gzipSync(body);
    const headers = { "content-encoding": "gzip" };
    expect((await post({ ...headers, ...signatureHeaders("a", seconds(), packed, [newKey]) }, packed)).status).toBe(
      202,
    );
    expect((await post({ ...headers, ...signatureHeaders("b", seconds(), body, [newKey]) }, packed)).status).toBe(202);
    expect((await post({ ...headers, ...signatureHeaders("c", seconds(), body, [otherKey]) }, packed)).status).toBe(
      401,
    );
  });

  test("a retry with the same id is the same event; with a template for the key, that is the key", async () => {
    await post(signatureHeaders("msg_1", seconds(), body, [newKey]));
    s.now += 5_000;
    const { status, body: answer } = await post(signatureHeaders("msg_1", seconds(), body, [newKey]));
    expect([status, answer.results]).toEqual([202, [{ duplicate: true }]]);
    const keyed = JSON.stringify({ id: 5, email: "ada@example.com" });
    await post(signatureHeaders("msg_2", seconds(), keyed, [newKey]), keyed, "keyed");
    expect((await s.store.events.list({ limit: 1 })).items[0]!.key).toBe("5");
  });

  test("several in one request are told apart by their position", async () => {
    const several = JSON.stringify([{ email: "a@example.com" }, { email: "b@example.com" }]);
    await post(signatureHeaders("msg_1", seconds(), several, [newKey]), several);
    const { items } = await s.store.events.list({ limit: 5 });
    expect(items.map(({ key }) => key)).toEqual(["msg_1/1", "msg_1/0"]);
  });

  const good = () => signatureHeaders("msg_1", seconds(), body, [newKey]);
  const refusals: readonly [string, () => object, string][] = [
    ["nothing", () => ({}), "sign the request"],
    ["another key", () => signatureHeaders("msg_1", seconds(), body, [otherKey]), "no signature"],
    ["another body", () => signatureHeaders("msg_1", seconds(), `${body} `, [newKey]), "no signature"],
    ["another id", () => ({ ...good(), "webhook-id": "msg_2" }), "no signature"],
    ["another time", () => ({ ...good(), "webhook-timestamp": `${seconds() - 1}` }), "no signature"],
    ["no id", () => ({ ...good(), "webhook-id": "" }), "the header webhook-id is missing"],
    ["no time", () => ({ ...good(), "webhook-timestamp": "now" }), "not a number of seconds"],
    ["too late", () => signatureHeaders("msg_1", seconds() - 301, body, [newKey]), "signed too long ago"],
    ["too early", () => signatureHeaders("msg_1", seconds() + 301, body, [newKey]), "signed in the future"],
    ["no scheme", () => ({ ...good(), "webhook-signature": "v2,AAAA" }), "no signature"],
    [
      "a cut signature",
      () => ({ ...good(), "webhook-signature": good()["webhook-signature"].slice(0, -4) }),
      "no signature",
    ],
  ];
  test.each(refusals)("refused: %s", async (_, headers, why) => {
    const { status, body: problem, headers: answered } = await post(headers());
    expect([status, problem.detail]).toEqual([401, expect.stringContaining(why)]);
    expect(answered["www-authenticate"]).toBe('Bearer realm="tocsin"');
    expect(await events()).toEqual([]);
  });

  test("refused: the same request again", async () => {
    const headers = good();
    const [first, meanwhile] = await Promise.all([post(headers), post(headers)]);
    expect([first.status, meanwhile.status].sort()).toEqual([202, 401]);
    const again = await post(headers);
    expect([again.status, again.body.detail]).toEqual([401, expect.stringContaining("received before")]);
    expect(await events()).toHaveLength(1);
  });

  test("a wrong signature is refused with a key, too; a key alone will do", async () => {
    const wrong = signatureHeaders("msg_1", seconds(), body, [otherKey]) as never;
    expect((await s.request("POST", "/v1/collect/signed", body, { who: "collect", headers: wrong })).status).toBe(401);
    expect((await s.request("POST", "/v1/collect/signed", body, { who: "collect" })).status).toBe(202);
    expect(
      (await s.request("POST", "/v1/collect/signed", body, { who: "read", headers: good() as never })).status,
    ).toBe(403);
  });

  test("a signature of one stream is none of another", async () => {
    expect((await post(good(), body, "shop")).status).toBe(401);
    expect((await post(signatureHeaders("msg_1", seconds(), body, [oldKey]), body, "keyed")).status).toBe(401);
  });
});

describe("signed by HMAC", () => {
  const body = JSON.stringify({ email: "ada@example.com" });
  const hmac = (text: string, secret = "s1", algorithm = "sha256") => createHmac(algorithm, secret).update(text);
  const post = async (stream: string, headers: Record<string, string>) =>
    (await s.request("POST", `/v1/collect/${stream}`, body, { who: "nobody", headers })).status;

  test("a prefix, and either secret", async () => {
    const name = "x-hub-signature-256";
    expect(await post("github", { [name]: `sha256=${hmac(body).digest("hex")}` })).toBe(202);
    expect(await post("github", { [name]: `sha256=${hmac(body, "s2").digest("hex").toUpperCase()}` })).toBe(202);
    expect(await post("github", { [name]: `sha256=00, sha256=${hmac(body).digest("hex")}` })).toBe(202);
    for (const wrong of [
      `sha256=${hmac(body, "s3").digest("hex")}`,
      hmac(body).digest("hex"),
      `sha1=${hmac(body).digest("hex")}`,
      `sha256=${hmac(body).digest("hex").slice(2)}`,
      "sha256=",
      "sha256=zz",
      Array.from({ length: 17 }, () => `sha256=${hmac(body).digest("hex")}`).join(","),
    ]) {
      expect([wrong, await post("github", { [name]: wrong })]).toEqual([wrong, 401]);
    }
  });

  test("a signed timestamp", async () => {
    const sign = (stamp: string) => ({
      "x-slack-request-timestamp": stamp,
      "x-slack-signature": `v0=${hmac(`v0:${stamp}:${body}`).digest("hex")}`,
    });
    const at = (ms: number) => `${Math.floor((s.now + ms) / 1000)}`;
    expect(await post("slack", sign(at(0)))).toBe(202);
    expect(await post("slack", sign(at(0)))).toBe(401);
    const [name, signature] = ["x-slack-signature", sign(at(0))["x-slack-signature"]];
    for (const again of [`${signature}, v0=00`, ` ${signature}`, `v0=${signature.slice(3).toUpperCase()}`]) {
      expect([again, await post("slack", { ...sign(at(0)), [name]: again })]).toEqual([again, 401]);
    }
    expect(await post("slack", sign(`${s.now + 1}`))).toBe(202);
    expect(await post("slack", sign(at(-61_000)))).toBe(401);
    expect(await post("slack", sign(at(61_000)))).toBe(401);
    expect(await post("slack", { ...sign(at(1_000)), "x-slack-request-timestamp": at(2_000) })).toBe(401);
    for (const wrong of ["", "now", "1e9", "-1", "99999999999999999999"])
      expect(await post("slack", sign(wrong))).toBe(401);
  });

  test("SHA-512, in base64", async () => {
    expect(await post("base64", { "x-sig": hmac(body, "s1", "sha512").digest("base64") })).toBe(202);
    expect(await post("base64", { "x-sig": hmac(body, "s1").digest("base64") })).toBe(401);
  });
});
