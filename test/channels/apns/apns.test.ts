import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { constants } from "node:http2";
import { connect, createServer } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { type ApnsOptions, apns } from "../../../src/channels/apns.ts";
import { DestinationError } from "../../../src/dispatch/index.ts";
import type { Delivery, Outcome } from "../../../src/store/index.ts";
import { attempting, delivery, journaled } from "../deliveries.ts";
import { listening } from "../receiver.ts";
import { apple, key, keyId, teamId, topic } from "./apns-server.ts";

const token = "a1".repeat(32);
const guard = { allow: ["127.0.0.0/8", "::1"] };
const minute = 60_000;

/** A channel to a fake Apple, and what both have of it. */
async function setUp(options: Partial<ApnsOptions> = {}, settings = {}) {
  const server = await apple(settings);
  const channel = apns({ teamId, keyId, key, topic, host: server.host, ca: server.ca, guard, ...options });
  const push = async (of: Partial<Delivery> = {}, now = Date.now()): Promise<Outcome> =>
    (await channel.send(delivery({ to: token, ...of }), attempting(now))).outcome;
  return {
    server,
    channel,
    push,
    async [Symbol.asyncDispose]() {
      await channel.close?.();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe("a push", () => {
  test("as Apple's documents ask", async () => {
    await using at = await setUp();
    const alert = { title: "Grüße 👋", subtitle: "zwei", body: "drei\nvier", html: "<b>" };
    expect(await at.push({ alert })).toEqual({ kind: "delivered" });
    expect(at.server.refused).toEqual([]);
    const { headers, text } = at.server.pushes[0]!;
    expect(JSON.parse(text)).toEqual({ aps: { alert: { title: "Grüße 👋", subtitle: "zwei", body: "drei\nvier" } } });
    expect(headers).toMatchObject({
      ":method": "POST",
      ":path": `/3/device/${token}`,
      ":scheme": "https",
      "apns-topic": topic,
      "apns-push-type": "alert",
      "apns-priority": "10",
      "apns-collapse-id": "msg_01k0000000abcdefghjkmnpqrs",
      "apns-id": expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
    });
    expect(headers).not.toHaveProperty("apns-expiration");
  });

  test("with every option, the delivery's before the channel's", async () => {
    await using at = await setUp({ sound: "chime.caf", badge: 3, data: { a: 1, b: 1 }, collapse: false, priority: 5 });
    const options: Record<string, Json> = {
      ttl: 3600,
      priority: 1,
      collapse: "news",
      badge: 0,
      threadId: "t",
      category: "c",
      interruptionLevel: "time-sensitive",
      relevanceScore: 0.5,
      mutableContent: true,
      data: { b: 2 },
    };
    at.channel.accept(token, options);
    await at.push({ options, createdAt: 1_700_000_000_999 });
    await at.push({ options: { ttl: 0, sound: { critical: 1, name: "x", volume: 0.5 } } });
    expect(at.server.refused).toEqual([]);
    const [one, two] = at.server.pushes.map(({ headers, text }) => ({ headers, payload: JSON.parse(text) }));
    expect(one?.payload).toEqual({
      aps: {
        alert: { title: "Hey" },
        sound: "chime.caf",
        badge: 0,
        "thread-id": "t",
        category: "c",
        "interruption-level": "time-sensitive",
        "relevance-score": 0.5,
        "mutable-content": 1,
      },
      a: 1,
      b: 2,
    });
    expect(one?.headers).toMatchObject({
      "apns-expiration": "1700003600",
      "apns-priority": "1",
      "apns-collapse-id": "news",
    });
    expect(two?.payload.aps).toMatchObject({ sound: { critical: 1, name: "x", volume: 0.5 }, badge: 3 });
    expect(two?.headers).toMatchObject({ "apns-expiration": "0", "apns-priority": "5" });
    expect(two?.headers).not.toHaveProperty("apns-collapse-id");
  });

  test("says the same over attempts, and another id for another delivery", async () => {
    await using at = await setUp({ ttl: 60 });
    const one = { createdAt: 1_700_000_000_000 };
    for (const of of [one, { ...one, attempt: 2 }, { ...one, id: "msg_other" }]) await at.push(of);
    const [first, again, other] = at.server.pushes.map(({ headers, text }) => {
      const { "apns-id": id, "apns-expiration": expiration } = headers;
      return { id, expiration, text };
    });
    expect(again).toEqual(first);
    expect(other?.id).not.toBe(first?.id);
  });

  test("the journal has the payload and the answer, and no secret", async () => {
    await using at = await setUp();
    at.server.answers.push({ status: 400, body: { reason: "BadTopic" } });
    const sent = await journaled(at.channel, delivery({ to: token }));
    expect(sent.request).toMatchObject({
      line: `POST https://${at.server.host}/3/device/${token}`,
      headers: { authorization: "…", "apns-topic": topic },
      body: '{"aps":{"alert":{"title":"Hey"}}}',
    });
    expect(sent.response).toMatchObject({ statusLine: "400", body: '{"reason":"BadTopic"}' });
    expect(JSON.stringify(sent)).not.toMatch(/bearer|eyJ/);
  });
});

describe("the provider token", () => {
  const tokenOf = (push: { headers: object } | undefined): string => String(Object(push?.headers).authorization);

  test("is used for 50 minutes, also where the clock is set back", async () => {
    await using at = await setUp();
    const start = Date.now();
    const times = [0, 49, 50, 60, 9, 20];
    for (const after of times) {
      at.server.now = () => start + after * minute;
      expect(await at.push({}, start + after * minute)).toEqual({ kind: "delivered" });
    }
    const tokens = at.server.pushes.map(tokenOf);
    expect(tokens[1]).toBe(tokens[0]);
    expect(tokens[2]).not.toBe(tokens[1]);
    expect(tokens[3]).toBe(tokens[2]);
    expect(tokens[4]).toBe(tokens[2]);
  });

  const expired = { status: 403, body: { reason: "ExpiredProviderToken" } };
  test("that is refused as expired is made anew at once", async () => {
    await using at = await setUp();
    const now = Date.now();
    await at.push({}, now);
    at.server.answers.push(expired);
    at.server.now = () => now + 21 * minute;
    const outcome = await at.push({}, now + 21 * minute);
    expect(outcome).toMatchObject({ kind: "retry", retryAfter: 0, countsAsAttempt: false });
    expect(outcome).not.toHaveProperty("holds");
    expect(await at.push({}, now + 21 * minute)).toEqual({ kind: "delivered" });
    const tokens = at.server.pushes.map(tokenOf);
    expect(tokens[1]).toBe(tokens[0]);
    expect(tokens[2]).not.toBe(tokens[0]);
  });

  test("that is refused though it is young stays: the clock is wrong, and the channel waits", async () => {
    await using at = await setUp();
    const now = Date.now();
    at.server.answers.push(expired);
    expect(await at.push({}, now)).toEqual({
      kind: "retry",
      reason: "403 ExpiredProviderToken",
      holdScope: "channel",
      countsAsAttempt: false,
    });
    await at.push({}, now + 19 * minute);
    const tokens = at.server.pushes.map(tokenOf);
    expect(tokens[1]).toBe(tokens[0]);
  });

  test("with a wrong key the channel waits", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await using at = await setUp({ key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() });
    await at.push();
    expect(at.server.refused).toEqual(["InvalidProviderToken"]);
  });
});

describe("the connection", () => {
  test("is one for all", async () => {
    await using at = await setUp();
    await at.push();
    await Promise.all(Array.from({ length: 200 }, () => at.push()));
    expect(at.server.pushes.length).toBe(201);
    expect(at.server.sessions.length).toBe(1);
  });

  test("takes no more streams at once than the server does", async () => {
    await using at = await setUp({}, { maxConcurrentStreams: 3 });
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => at.push()));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["delivered"]));
    expect(at.server.counts.most).toBeLessThanOrEqual(3);
    expect(at.server.sessions.length).toBe(1);
  });

  test("is made anew after a goodbye, which lets what is under way end", async () => {
    await using at = await setUp();
    let answer = () => {};
    at.server.answers.push((stream) => {
      answer = () => {
        stream.respond({ ":status": 200 });
        stream.end();
      };
      stream.session?.goaway(constants.NGHTTP2_NO_ERROR, stream.id, Buffer.from('{"reason":"Shutdown"}'));
    });
    const first = at.push();
    while (at.server.sessions.length === 0) await new Promise(setImmediate);
    const goodbye = once(at.server.sessions[0]!, "close");
    const second = (async () => {
      while ((await at.push()).kind !== "delivered");
    })();
    await second;
    answer();
    expect(await first).toEqual({ kind: "delivered" });
    await goodbye;
    expect(at.server.sessions.length).toBe(2);
  });

  test("a goodbye that drops a request is tried again, with Apple's reason", async () => {
    await using at = await setUp();
    at.server.answers.push((stream) => {
      stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from('{"reason":"IdleTimeout"}'));
    });
    const outcome = await at.push();
    expect(outcome).toMatchObject({
      kind: "retry",
      reason: expect.stringContaining("the server sent GOAWAY: IdleTimeout"),
    });
    expect(outcome).not.toHaveProperty("holds");
    expect(await at.push()).toEqual({ kind: "delivered" });
    expect(at.server.sessions.length).toBe(2);
  });

  test.each([
    ["reset", constants.NGHTTP2_INTERNAL_ERROR],
    ["refused", constants.NGHTTP2_REFUSED_STREAM],
    ["cancelled", constants.NGHTTP2_CANCEL],
    ["closed without a word", constants.NGHTTP2_NO_ERROR],
  ])("a stream that is %s is tried again, on the same connection", async (_, code) => {
    await using at = await setUp();
    at.server.answers.push((stream) => stream.close(code));
    expect(await at.push()).toMatchObject({ kind: "retry", reason: expect.stringMatching(/stream/i) });
    expect(await at.push()).toEqual({ kind: "delivered" });
    expect(at.server.sessions.length).toBe(1);
  });

  test("a server that never answers costs the time limit, and is left for a new connection", async () => {
    await using at = await setUp({ timeout: 300 });
    at.server.answers.push(() => {});
    expect(await at.push()).toEqual({ kind: "retry", reason: "no response within 300 ms (ETIMEDOUT)" });
    expect(await at.push()).toEqual({ kind: "delivered" });
    expect(at.server.sessions.length).toBe(2);
  });

  test("an endless body is cut, and the status counts", async () => {
    await using at = await setUp({ timeout: 5000 });
    at.server.answers.push((stream) => {
      stream.respond({ ":status": 410 });
      const more = () => {
        while (!stream.destroyed && stream.write("x".repeat(16_384)));
        if (!stream.destroyed) stream.once("drain", more);
      };
      more();
    });
    expect(await at.push()).toMatchObject({ kind: "gone" });
  });

  test("lost under way: tried again, on a new one", async () => {
    await using at = await setUp();
    at.server.answers.push((stream) => stream.session?.destroy());
    expect(await at.push()).toMatchObject({ kind: "retry" });
    expect(await at.push()).toEqual({ kind: "delivered" });
    expect(at.server.sessions.length).toBe(2);
  });

  test("lost while nothing was asked: nobody notices", async () => {
    await using at = await setUp();
    await at.push();
    const closed = once(at.server.sessions[0]!, "close");
    at.server.sessions[0]!.destroy();
    await closed;
    const outcomes = [await at.push(), await at.push()];
    expect(outcomes.at(-1)).toEqual({ kind: "delivered" });
    expect(at.server.sessions.length).toBe(2);
  });

  test("is tried with a ping after a minute without a word", async () => {
    await using at = await setUp();
    const now = Date.now();
    await at.push({}, now);
    await at.push({}, now + 59_000);
    expect(at.server.counts.pings).toBe(0);
    const later = await Promise.all(Array.from({ length: 30 }, () => at.push({}, now + 2 * minute)));
    for (const outcome of later) expect(outcome).toEqual({ kind: "delivered" });
    expect(at.server.counts.pings).toBe(1);
    expect(at.server.sessions.length).toBe(1);
  });

  test("that does not answer the ping is replaced", async () => {
    const server = await apple();
    // Between the two, so that it can stop passing anything on.
    const tcp = await listening(
      createServer((near) => {
        const far = connect(Number(server.host.split(":")[1]), "127.0.0.1");
        near.on("error", () => {});
        far.on("error", () => {});
        near.pipe(far).pipe(near);
        halves.push(() => near.unpipe(far));
      }),
    );
    const halves: (() => void)[] = [];
    const options = { host: `localhost:${tcp.port}`, ca: server.ca, guard, connectTimeout: 500 };
    const channel = apns({ teamId, keyId, key, topic, ...options });
    const now = Date.now();
    await channel.send(delivery({ to: token }), attempting(now));
    halves[0]!();
    const { outcome } = await channel.send(delivery({ to: token }), attempting(now + 2 * minute));
    expect(outcome).toEqual({ kind: "delivered" });
    expect(server.sessions.length).toBe(2);
    await channel.close?.();
    await server[Symbol.asyncDispose]();
    tcp.server.close();
  });

  test("refused: the whole channel waits", async () => {
    const { server, port } = await listening(createServer());
    server.close();
    await once(server, "close");
    const channel = apns({ teamId, keyId, key, topic, host: `localhost:${port}`, guard });
    const { outcome } = await channel.send(delivery({ to: token }), attempting());
    expect(outcome).toMatchObject({
      kind: "retry",
      reason: expect.stringContaining("ECONNREFUSED"),
      holdScope: "channel",
    });
  });

  test("a server that says nothing: the whole channel waits", async () => {
    const { server, port } = await listening(createServer());
    const channel = apns({ teamId, keyId, key, topic, host: `localhost:${port}`, guard, connectTimeout: 200 });
    const { outcome } = await channel.send(delivery({ to: token }), attempting());
    expect(outcome).toEqual({
      kind: "retry",
      reason: "no HTTP/2 connection within 200 ms (ETIMEDOUT)",
      holdScope: "channel",
    });
    server.close();
  });

  test("a certificate that is not trusted, and a private address", async () => {
    await using server = await apple();
    const options = { teamId, keyId, key, topic, host: server.host };
    const unknown = await apns({ ...options, guard }).send(delivery({ to: token }), attempting());
    expect(unknown.outcome).toMatchObject({
      kind: "retry",
      reason: expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT"),
    });
    const local = await apns({ ...options, ca: server.ca }).send(delivery({ to: token }), attempting());
    expect(local.outcome).toMatchObject({ kind: "rejected", reason: expect.stringContaining("loopback") });
  });

  test("an attempt that has to stop ends as a retry", async () => {
    await using at = await setUp();
    const stop = new AbortController();
    at.server.answers.push(() => stop.abort());
    const { outcome } = await at.channel.send(delivery({ to: token }), attempting(Date.now(), stop.signal));
    expect(outcome).toEqual({ kind: "retry", reason: "this process was stopped during the attempt" });
    expect(await at.push()).toEqual({ kind: "delivered" });
  });
});

describe("where to", () => {
  const channel = apns({ teamId, keyId, key, topic });

  test("the destination is the token", () => {
    expect(channel.accept(token.toUpperCase())).toEqual({ destination: token });
    expect(channel.accept({ token, registeredAt: 1 })).toEqual({ destination: token });
  });

  test.each([
    "",
    "a1",
    "xyz".repeat(20),
    `${token}\r\nx: y`,
    "../../x",
    5,
    null,
    [token],
    { token },
    { token: "x", registeredAt: 1 },
  ])("%j is refused", (to) => {
    expect(() => channel.accept(to as Json)).toThrow(DestinationError);
    expect(() => channel.accept(to as Json)).toThrow(/^the device token: .*16 to 200 hexadecimal digits/);
  });

  test.each([
    ["ttl: ", { ttl: -1 }],
    ["priority: ", { priority: 7 }],
    ["collapse: ", { collapse: "x".repeat(65) }],
    ["collapse: ", { collapse: "a\r\nb" }],
    ["badge: ", { badge: 1.5 }],
    ["relevanceScore: ", { relevanceScore: 2 }],
    ["interruptionLevel: ", { interruptionLevel: "loud" }],
    ["data: must not have the name aps, which is reserved for Apple", { data: { aps: {} } }],
    ['Unrecognized key: "topic"', { topic: "x" }],
    ["leave no room for a title", { data: { x: "y".repeat(4096) } }],
  ])("options, refused: %s", (why, options) => {
    expect(() => channel.accept(token, options as never)).toThrow(why);
  });

  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  test.each([
    ["teamId: must be 10 capital letters", { teamId: "x" }],
    ["keyId: must be 10 capital letters", { keyId: "x" }],
    ["topic: must be a bundle id", { topic: "a b" }],
    ["key: not a P-256 private key", { key: "secret" }],
    ["key: not a P-256 private key", { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() }],
    ["host: must be a host", { host: "https://x/" }],
  ])("a channel's options, refused: %s", (why, options) => {
    const make = () => apns({ teamId, keyId, key, topic, ...options });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(why);
    expect(make).not.toThrow("secret");
  });
});

test("whatever the alert: Apple takes it", async () => {
  await using at = await setUp();
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: fc.constantFrom('"', "\\", "\0", "\u2028", "\ud800", "👩‍👩‍👧", "\r\n"), maxLength: 6000 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.record({ title: text, subtitle: text, body: text }), async (alert) => {
      expect(await at.push({ alert })).toEqual({ kind: "delivered" });
      const sent = at.server.pushes.at(-1)!.text;
      expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(4096);
      const { title } = JSON.parse(sent).aps.alert;
      expect(title.isWellFormed()).toBe(true);
      expect(alert.title.toWellFormed().startsWith(title.replace(/…$/, ""))).toBe(true);
    }),
    { numRuns: 80 },
  );
  expect(at.server.refused).toEqual([]);
});
