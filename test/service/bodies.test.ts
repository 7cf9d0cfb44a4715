import { createHmac } from "node:crypto";
import { connect, type Socket } from "node:net";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { declare, type Harness, harness, program } from "./harness.ts";

const harnesses: Harness[] = [];
async function open(options: Parameters<typeof harness>[0] = {}): Promise<Harness & { readonly port: number }> {
  const s = await harness({ ...options, limits: { shutdownTimeout: 100, ...options.limits } });
  harnesses.push(s);
  const hmac = { secrets: ["s1"], header: "X-Sig" };
  await declare(s, {
    ...program,
    stream: {
      ...program.stream,
      signed: { identifiers: { email: "{{ .email }}" }, verify: { hmac } },
      small: { verify: { hmac }, maxBytes: "100B", maxInflatedBytes: "200B" },
    },
  });
  const url = new URL(await s.service.listen({ port: 0 }));
  return Object.assign(s, { port: Number(url.port) });
}
afterAll(() => Promise.all(harnesses.map((s) => s.close())));

/** A connection that says what a test says, and no more. */
async function dial(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  let said = "";
  socket.on("data", (some) => {
    said += some;
  });
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  await new Promise((resolve) => socket.once("connect", resolve));
  return {
    socket,
    closed,
    say: (text: string | Buffer) => void socket.write(text),
    /** Waits for what comes, and forgets it. */
    async hears(pattern: RegExp): Promise<string> {
      await vi.waitFor(() => expect(said).toMatch(pattern), { timeout: 5_000, interval: 5 });
      const all = said;
      said = "";
      return all;
    },
  };
}

const head = (path: string, headers: Record<string, string | number>): string =>
  [`POST ${path} HTTP/1.1`, "host: x", ...Object.entries(headers).map((pair) => pair.join(": ")), "", ""].join("\r\n");
const json = { "content-type": "application/json" };
const keyed = (s: Harness, more: object = {}) => ({ authorization: `Bearer ${s.secrets.all}`, ...json, ...more });
const hmac = (bytes: string | Buffer): string => createHmac("sha256", "s1").update(bytes).digest("hex");
const whole = /\r\n\r\n\{.*\}$/s;

const fine = 11;
/** 10 MiB that take 42 bytes or less, as anybody can send them. */
const bomb = brotliCompressSync(Buffer.alloc(10 * 2 ** 20 - 10, "1"), {
  params: { [constants.BROTLI_PARAM_QUALITY]: fine },
});

describe("an unauthenticated caller", () => {
  let s: Harness & { readonly port: number };
  beforeAll(async () => {
    s = await open({ limits: { unauthenticated: { count: 1_000, per: 60_000 } } });
  });

  test.each([
    ["a stream that is not there", "/v1/collect/nowhere", { "x-sig": "00" }],
    ["a stream without signatures", "/v1/collect/shop", { "x-sig": "00", "webhook-signature": "v1,AAAA" }],
    ["a stream whose signature has another name", "/v1/collect/signed", { "webhook-signature": "v1,AAAA" }],
    ["a stream of a name that all objects have", "/v1/collect/constructor", {}],
  ])("is refused by the headers alone: %s", async (_, path, headers) => {
    const line = await dial(s.port);
    // No byte of the body is there yet.
    line.say(head(path, { ...json, "content-encoding": "br", "content-length": bomb.length, ...headers }));
    const answer = await line.hears(whole);
    expect(answer).toMatch(/^HTTP\/1.1 401 Unauthorized\r\n/);
    const { detail } = JSON.parse(answer.slice(answer.indexOf("{")));
    expect(detail).toBe(
      "sign the request as the stream requires, or send an API key with the scope collect, as Authorization: Bearer tocsin_…",
    );
    // What comes yet is dropped, and the connection goes on.
    line.say(bomb);
    line.say(head("/v1/runs", { "content-length": 0 }));
    expect(await line.hears(whole)).toMatch(/^HTTP\/1.1 405 /);
    line.socket.destroy();
  });

  test.each([
    ["GET", "/v1/runs", 401],
    ["POST", "/v1/lint", 401],
    ["POST", "/v1/profiles", 401],
    ["PUT", "/v1/profiles", 401],
    ["POST", "/nowhere", 404],
    ["POST", "/v1/nowhere", 404],
    ["POST", "/docs/nowhere", 404],
    ["PUT", "/healthz", 405],
    ["POST", "/v1/profiles/%zz", 400],
  ])("%s %s: %i, its body unread", async (method, path, status) => {
    const line = await dial(s.port);
    line.say(head(path, { ...json, "content-length": 10 * 2 ** 20 }).replace("POST", method));
    const answer = await line.hears(whole);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    // So much is not read for a connection's sake; but the peer is not cut off before it has read why.
    expect(answer.toLowerCase()).toContain("\r\nconnection: close\r\n");
    await line.closed;
  });

  test("one that keeps sending is cut off", async () => {
    const line = await dial(s.port);
    line.say(head("/v1/lint", { ...json, "transfer-encoding": "chunked" }));
    const piece = `10000\r\n${"x".repeat(65_536)}\r\n`;
    const sending = setInterval(() => line.say(piece), 1);
    expect(await line.hears(whole)).toMatch(/^HTTP\/1.1 401 /);
    await line.closed;
    clearInterval(sending);
    expect(line.socket.bytesWritten).toBeLessThan(100 * 2 ** 20);
  });

  test("Expect: 100-continue is answered at once, and with 100 only if there is a key", async () => {
    const line = await dial(s.port);
    line.say(head("/v1/collect/shop", { ...json, expect: "100-continue", "content-length": 5_000_000 }));
    expect(await line.hears(whole)).toMatch(/^HTTP\/1.1 401 /);
    await line.closed;
    const other = await dial(s.port);
    other.say(head("/v1/collect/shop", keyed(s, { expect: "100-continue", "content-length": 2 })));
    await other.hears(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
    other.say("{}");
    expect(await other.hears(whole)).toMatch(/^HTTP\/1.1 202 /);
    other.socket.destroy();
  });
});

describe("mistakes of unauthenticated callers", () => {
  test("count, whatever they are; beyond the limit there is only 429", async () => {
    const s = await open({ limits: { unauthenticated: { count: 7, per: 60_000 } } });
    const request = async (...given: Parameters<Harness["request"]>) => (await s.request(...given)).status;
    const stranger = { who: "nobody" } as const;
    const signed = (sig: string, more: object = {}) => ({ ...stranger, headers: { ...json, "x-sig": sig, ...more } });
    expect(await request("GET", "/v1/runs", undefined, stranger)).toBe(401);
    expect(await request("GET", "/nowhere", undefined, stranger)).toBe(404);
    expect(await request("POST", "/healthz", undefined, stranger)).toBe(405);
    expect(await request("POST", "/v1/collect/signed", "{}", signed("00"))).toBe(401);
    expect(await request("POST", "/v1/collect/small", "x".repeat(101), signed("00"))).toBe(413);
    expect(await request("POST", "/v1/collect/signed", "{}", signed("00", { "content-encoding": "zip" }))).toBe(415);
    expect(await request("GET", "/v1/profiles/%zz", undefined, stranger)).toBe(400);
    for (const path of ["/v1/runs", "/nowhere", "/v1/profiles/%zz"]) {
      expect(await request("GET", path, undefined, stranger)).toBe(429);
    }
    expect(await request("POST", "/v1/collect/signed", "{}", signed(hmac("{}")))).toBe(429);
    // What needs no key is told to all, and who has one is no stranger.
    expect(await request("GET", "/healthz", undefined, stranger)).toBe(200);
    expect(await request("GET", "/openapi.json", undefined, stranger)).toBe(200);
    expect(await request("GET", "/v1/runs")).toBe(200);
    expect(await request("GET", "/nowhere")).toBe(404);
  });

  test("200 bombs: all are refused, from the 121st on unread", async () => {
    const s = await open();
    const headers = { ...json, "content-encoding": "br" };
    const statuses = new Map<number, number>();
    for (let i = 0; i < 200; i++) {
      const { status } = await s.request("POST", "/v1/collect/shop", bomb, { who: "nobody", headers });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect([...statuses]).toEqual([
      [401, 120],
      [429, 80],
    ]);
  });

  test("bytes that are no HTTP count; 5xx responses and authenticated callers do not", async () => {
    const s = await open({ limits: { unauthenticated: { count: 2, per: 60_000 } } });
    const line = await dial(s.port);
    line.say("HELLO\r\n\r\n");
    await line.hears(/^HTTP\/1.1 400 /);
    for (const body of ["no JSON", "[1]", "{}"]) await s.request("POST", "/v1/collect/shop", body);
    const headers = { ...json, "x-sig": hmac("no JSON") };
    for (let i = 0; i < 5; i++) {
      expect((await s.request("POST", "/v1/collect/signed", "no JSON", { who: "nobody", headers })).status).toBe(400);
    }
    const { byHash } = s.store.keys;
    s.store.keys.byHash = () => Promise.reject(new Error("no disk"));
    for (let i = 0; i < 5; i++) expect((await s.request("GET", "/v1/runs")).status).toBe(500);
    s.store.keys.byHash = byHash;
    const statuses = [];
    for (let i = 0; i < 3; i++)
      statuses.push((await s.request("GET", "/v1/runs", undefined, { who: "nobody" })).status);
    expect(statuses).toEqual([401, 429, 429]);
  });
});

describe("signed bodies", () => {
  let s: Harness & { readonly port: number };
  beforeAll(async () => {
    s = await open({ limits: { unauthenticated: { count: 1_000, per: 60_000 } } });
  });
  const post = async (stream: string, body: string | Buffer, headers: Record<string, string>) => {
    const { status, body: answer } = await s.request("POST", `/v1/collect/${stream}`, body, {
      who: "nobody",
      headers: { ...json, ...headers },
    });
    return [status, answer.detail ?? answer.results];
  };
  const event = (length: number) => JSON.stringify({ email: "ada@example.com", text: "x".repeat(length) });
  const taken = [202, [{ id: expect.any(String), profile: expect.any(String) }]];

  test("have at most 1 MiB as sent, though more with a key", async () => {
    const large = event(2 ** 20);
    const sized = expect.stringContaining("larger than 1,048,576 bytes");
    expect(await post("signed", large, { "x-sig": hmac(large) })).toEqual([413, sized]);
    const many = `[${event(2 ** 19)},${event(2 ** 19)},${event(2 ** 19)}]`;
    const packed = gzipSync(many);
    const [status] = await post("signed", packed, { "content-encoding": "gzip", "x-sig": hmac(packed) });
    expect(status).toBe(202);
    expect((await s.request("POST", "/v1/collect/signed", many)).status).toBe(202);
  });

  test("are decoded up to 64 KiB for verification, or as the stream says", async () => {
    const sign = (body: string) => post("signed", gzipSync(body), { "content-encoding": "gzip", "x-sig": hmac(body) });
    expect(await sign(event(60_000))).toEqual(taken);
    const refused = expect.stringContaining("the decoded body is too large to be checked");
    expect(await sign(event(70_000))).toEqual([401, refused]);
    const small = JSON.stringify({ text: "x".repeat(180) });
    const packed = gzipSync(small);
    const headers = { "content-encoding": "gzip", "x-sig": hmac(small) };
    expect((await post("small", packed, headers))[0]).toBe(202);
    const larger = `${small}${" ".repeat(20)}`;
    expect(await post("small", gzipSync(larger), { ...headers, "x-sig": hmac(larger) })).toEqual([401, refused]);
  });

  test("as large as the stream says", async () => {
    const body = "x".repeat(101);
    expect(await post("small", body, { "x-sig": hmac(body) })).toEqual([413, expect.stringContaining("100 bytes")]);
  });

  test("bombs are not inflated beyond that", async () => {
    const headers = { "content-encoding": "br", "x-sig": "00" };
    expect((await post("signed", bomb, headers))[0]).toBe(401);
    expect((await post("signed", bomb, { ...headers, "x-sig": hmac(bomb) }))[1]).toContain("more than 1000 digits");
  });

  test("without a timestamp are accepted once a day, and are duplicates then", async () => {
    const body = event(5);
    const headers = { "x-sig": hmac(body) };
    expect(await post("signed", body, headers)).toEqual(taken);
    expect(await post("signed", body, { "x-sig": `00,${hmac(body)}` })).toEqual([202, [{ duplicate: true }]]);
    const packed = gzipSync(body);
    expect(await post("signed", packed, { ...headers, "content-encoding": "gzip" })).toEqual([
      202,
      [{ duplicate: true }],
    ]);
    s.now += 86_400_000;
    expect(await post("signed", body, headers)).toEqual(taken);
    const twice = event(6);
    const both = await Promise.all([1, 2].map(() => post("signed", twice, { "x-sig": hmac(twice) })));
    expect(both.map(([status]) => status).sort()).toEqual([202, 409]);
  });
});

describe("bodies in flight", () => {
  /** Sends the head and so many bytes of a body that is longer, which has its place then. */
  async function begin(s: Harness & { readonly port: number }, bytes: number, headers = keyed(s)) {
    const line = await dial(s.port);
    line.say(head("/v1/collect/signed", { ...headers, expect: "100-continue", "content-length": 200_000 }));
    await line.hears(/^HTTP\/1.1 100 /);
    line.say(`{"x":"${" ".repeat(bytes)}`);
    return line;
  }
  const waits = (s: Harness) =>
    vi.waitFor(async () => {
      const { status, headers } = await s.request("POST", "/v1/collect/shop", { x: "x".repeat(50_000) });
      expect([status, headers["retry-after"]]).toEqual([503, "1"]);
    });
  const passes = (s: Harness) =>
    vi.waitFor(async () => {
      expect((await s.request("POST", "/v1/collect/shop", { x: "x".repeat(50_000) })).status).toBe(202);
    });

  test("have a maximum number; later ones pass", async () => {
    const s = await open({ limits: { inFlight: { count: 2, bytes: 10 ** 9 } } });
    const slow = [await begin(s, 10), await begin(s, 10)];
    await waits(s);
    expect((await s.request("GET", "/v1/runs")).status).toBe(200);
    for (const { socket } of slow) socket.destroy();
    await passes(s);
  });

  test("have a maximum size, counted as bytes arrive and not as announced", async () => {
    const s = await open({ limits: { inFlight: { count: 100, bytes: 150_000 } } });
    const slow = [await begin(s, 10), await begin(s, 10), await begin(s, 10)];
    await passes(s);
    for (const { say } of slow) say(" ".repeat(40_000));
    await waits(s);
    for (const { socket } of slow) socket.destroy();
    await passes(s);
  });

  test("one alone is accepted whatever its size, and its values count", async () => {
    const s = await open({ limits: { inFlight: { count: 100, bytes: 100_000 } } });
    expect((await s.request("POST", "/v1/collect/shop", { x: "x".repeat(200_000) })).status).toBe(202);
    const packed = gzipSync(JSON.stringify({ x: "x".repeat(110_000) }));
    const small = { headers: { ...json, "content-encoding": "gzip" } };
    expect((await s.request("POST", "/v1/collect/shop", packed, small)).status).toBe(202);
    const slow = await begin(s, 1_000);
    await vi.waitFor(async () => expect((await s.request("POST", "/v1/collect/shop", packed, small)).status).toBe(503));
    const values = `{"x":[${"1,".repeat(2_000)}1]}`;
    expect((await s.request("POST", "/v1/collect/shop", values)).status).toBe(503);
    slow.socket.destroy();
    await passes(s);
  });

  test("unauthenticated ones have a share of their own, and little time", async () => {
    const unverified = { count: 1, bytes: 2 ** 20, time: 300 };
    const s = await open({ limits: { unverified } });
    const signed = { ...json, "x-sig": "00" };
    const slow = await begin(s, 10, signed as never);
    await vi.waitFor(async () => {
      const headers = { ...json, "x-sig": hmac("{}") };
      const { status } = await s.request("POST", "/v1/collect/signed", "{}", { who: "nobody", headers });
      expect(status).toBe(503);
    });
    await passes(s);
    expect(await slow.hears(whole)).toMatch(/^HTTP\/1.1 408 .*too slowly/s);
  });

  test("the slowest unauthenticated one is ended", async () => {
    const s = await open({ limits: { unverified: { count: 1, bytes: 2 ** 20, time: 60_000 } } });
    const slow = await begin(s, 10, { ...json, "x-sig": "00" } as never);
    const headers = { ...json, "x-sig": hmac("{}") };
    const honest = async () => (await s.request("POST", "/v1/collect/signed", "{}", { who: "nobody", headers })).status;
    await vi.waitFor(async () => expect(await honest()).toBe(202), { timeout: 5_000, interval: 100 });
    expect(await slow.hears(whole)).toMatch(/^HTTP\/1.1 408 .*others wait/s);
  });

  test("are refused in tiny chunks", async () => {
    const s = await open();
    const line = await dial(s.port);
    line.say(head("/v1/collect/shop", keyed(s, { "transfer-encoding": "chunked" })));
    line.say("1\r\n \r\n".repeat(5_000));
    expect(await line.hears(whole)).toMatch(/^HTTP\/1.1 400 .*tiny chunks/s);
    line.socket.destroy();
  });
});

describe("large bodies, which a worker parses", () => {
  let s: Harness;
  beforeAll(async () => {
    s = await open();
  });
  const filler = "x".repeat(300_000);

  test("come out as they were", async () => {
    const payload = {
      id: 1,
      email: "ada@example.com",
      exact: "12345678901234567890",
      filler,
      wide: "😀".repeat(70_000),
      list: Array.from({ length: 10_000 }, (_, i) => ({ i })),
    };
    const text = JSON.stringify(payload).replace('"12345678901234567890"', "12345678901234567890");
    expect((await s.request("POST", "/v1/collect/shop", text)).status).toBe(202);
    expect((await s.store.events.list({ limit: 1 })).items[0]!.payload).toEqual(payload);
  });

  test.each([
    ["no JSON", `{"a":"${filler}"`, 400, "the body is not JSON"],
    ["__proto__", `{"a":"${filler}","__proto__":1}`, 400, "/__proto__ is not allowed as a name"],
    ["a name twice", `{"a":"${filler}","a":1}`, 400, 'the name "a" twice'],
    ["no object", `["${filler}"]`, 400, "/body/0: a payload must be an object"],
    ["too many", `[${"{},".repeat(1_000_000)}{}]`, 413, "more than 10000 payloads"],
    ["too many values", `{"a":[${"1,".repeat(600_000)}1]}`, 413, "more than 500000 values"],
  ])("%s", async (_, text, status, detail) => {
    const { status: found, body } = await s.request("POST", "/v1/collect/shop", text);
    expect([found, body.detail]).toEqual([status, expect.stringContaining(detail)]);
  });

  test("are recognized by their idempotency key", async () => {
    const headers = { ...json, "idempotency-key": "k1" };
    const post = (more: string) => s.request("POST", "/v1/collect/shop", { filler, more }, { headers });
    expect((await post("a")).status).toBe(202);
    expect((await post("a")).headers["idempotency-replayed"]).toBe("true");
    expect((await post("b")).status).toBe(422);
  });
});
