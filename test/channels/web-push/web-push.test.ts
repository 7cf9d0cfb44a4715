import { createECDH } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { vapidKeys, type WebPushOptions, webPush } from "../../../src/channels/web-push.ts";
import { type Channel, DestinationError } from "../../../src/dispatch/index.ts";
import { attempting, delivery } from "../deliveries.ts";
import { type Answer, browser, type PushService, pushService, vapidClaims } from "./push-server.ts";

const vapid = { subject: "mailto:ops@example.com", ...vapidKeys() };
const asJson = (value: object): Json => JSON.parse(JSON.stringify(value));

let answer: (text: string) => Answer = () => ({ status: 201 });
let service: PushService;
beforeAll(async () => {
  service = await pushService((headers) => answer(`${headers.authorization}`));
});
afterAll(() => service[Symbol.asyncDispose]());

function channelTo(options: Partial<WebPushOptions> = {}): Channel {
  return webPush({ vapid, guard: { allow: ["127.0.0.0/8", "::1"] }, tls: { ca: service.ca }, ...options });
}

/** One push to a new subscription: what the channel says, and what came. */
async function pushed(of: object = {}, options: Partial<WebPushOptions> = {}, now = Date.now()) {
  const channel = channelTo(options);
  const { subscription, read } = browser(`${service.url}/push/one`);
  const to = asJson(subscription);
  const one = delivery({ to, ...of });
  channel.accept(to, one.options);
  const sent = await channel.send(one, attempting(now));
  await channel.close?.();
  const received = service.received.at(-1)!;
  return { sent, received, payload: JSON.parse(read(received.body)) };
}

describe("a push", () => {
  test("as the standards ask", async () => {
    const now = Date.now();
    const alert = { title: "Grüße 👋", subtitle: "zwei", body: "drei\nvier", html: "<b>" };
    const { sent, received, payload } = await pushed({ alert }, {}, now);
    expect(sent.outcome).toEqual({ kind: "delivered" });
    expect(payload).toEqual({
      title: "Grüße 👋",
      subtitle: "zwei",
      body: "drei\nvier",
      id: "msg_01k0000000abcdefghjkmnpqrs",
    });
    expect(received).toMatchObject({
      method: "POST",
      path: "/push/one",
      headers: {
        ttl: "2419200",
        urgency: "normal",
        topic: "msg_01k0000000abcdefghjkmnpqrs",
        "content-encoding": "aes128gcm",
        "content-length": `${received.body.length}`,
      },
    });
    const claims = vapidClaims(`${received.headers.authorization}`);
    expect(claims).toEqual({ aud: service.url, exp: Math.floor(now / 1000) + 12 * 3600, sub: vapid.subject });
    expect(received.headers.authorization).toContain(`k=${vapid.publicKey}`);
  });

  test("the journal has the payload that was encrypted, and no secret", async () => {
    const { sent, payload } = await pushed();
    expect(JSON.parse(sent.request!.body!)).toEqual(payload);
    expect(sent.request?.headers?.authorization).toBe("…");
    expect(sent.response?.statusLine).toBe("201 Created");
    expect(JSON.stringify(sent)).not.toContain(vapid.privateKey);
  });

  test("options of the delivery come before the channel's", async () => {
    const options = { ttl: 60, urgency: "high", collapse: "news", data: { url: "/a", n: [1] } } as const;
    const plain = await pushed({}, options);
    expect(plain.received.headers).toMatchObject({ ttl: "60", urgency: "high", topic: "news" });
    expect(plain.payload).toEqual({ title: "Hey", id: "msg_01k0000000abcdefghjkmnpqrs", url: "/a", n: [1] });
    const own = { ttl: 0, urgency: "low", collapse: false, data: { url: "/b" } };
    const { received, payload } = await pushed({ options: own }, options);
    expect(received.headers).toMatchObject({ ttl: "0", urgency: "low" });
    expect(received.headers).not.toHaveProperty("topic");
    expect(payload).toMatchObject({ url: "/b", n: [1] });
  });

  test("an id that is no topic gives one, always the same", async () => {
    const topics: unknown[] = [];
    for (const id of ["ä", "x".repeat(33), "x".repeat(33), "a b"]) {
      topics.push((await pushed({ id })).received.headers.topic);
    }
    for (const topic of topics) expect(topic).toMatch(/^[\w-]{32}$/);
    expect(new Set(topics).size).toBe(3);
    expect(topics[1]).toBe(topics[2]);
  });

  test("no two attempts have the same bytes, and both say the same", async () => {
    const [one, two] = [await pushed(), await pushed()];
    expect(one.received.body.equals(two.received.body)).toBe(false);
    expect(one.payload).toEqual(two.payload);
  });

  test("connections are kept, and a token serves for 11 hours", async () => {
    const channel = channelTo();
    const to = asJson(browser(`${service.url}/push/one`).subscription);
    const now = Date.now();
    const before = service.connections();
    const tokens: unknown[] = [];
    for (const later of [0, 10.9, 11, 11.5]) {
      await channel.send(delivery({ to }), attempting(now + later * 3_600_000));
      tokens.push(service.received.at(-1)?.headers.authorization);
    }
    await channel.close?.();
    // undici opens a second one where the first is not free within the tick.
    expect(service.connections() - before).toBeLessThanOrEqual(2);
    expect(tokens[1]).toBe(tokens[0]);
    expect(tokens[2]).not.toBe(tokens[0]);
    expect(tokens[3]).toBe(tokens[2]);
  });
});

describe("where to", () => {
  const { subscription } = browser("https://push.example.net/abc");
  const { keys } = subscription;
  const channel = webPush({ vapid });

  test("the destination is the endpoint", () => {
    const to = asJson({ ...subscription, expirationTime: null });
    expect(channel.accept(to)).toEqual({ destination: "https://push.example.net/abc" });
  });

  test("keys may be padded, and in base64", () => {
    const [p256dh, auth] = [keys.p256dh, keys.auth].map((text) => Buffer.from(text, "base64url").toString("base64"));
    expect(channel.accept(asJson({ ...subscription, keys: { p256dh, auth } }))).toHaveProperty("destination");
  });

  const offCurve = Buffer.from(keys.p256dh, "base64url");
  offCurve[64]! ^= 1;
  test.each([
    ["the subscription: Invalid input: expected object", "https://push.example.net/"],
    ["the subscription: endpoint: Invalid input: expected string", { keys }],
    ["endpoint: must be an https: URL", { ...subscription, endpoint: "http://push.example.net/" }],
    ["endpoint: must be an https: URL", { ...subscription, endpoint: "file:///etc/passwd" }],
    ["endpoint: must be an https: URL without user", { ...subscription, endpoint: "https://a:b@push.example.net/" }],
    ["endpoint: must be an https: URL", { ...subscription, endpoint: "/push" }],
    ["endpoint: Too big", { ...subscription, endpoint: `https://push.example.net/${"x".repeat(5000)}` }],
    ["keys: Invalid input: expected object", { endpoint: subscription.endpoint }],
    ["keys: auth: must be 16 bytes", { ...subscription, keys: { ...keys, auth: "AAAA" } }],
    ["keys: auth: must be base64url", { ...subscription, keys: { ...keys, auth: "<script>" } }],
    ["keys: p256dh: must be 65 bytes", { ...subscription, keys: { ...keys, p256dh: keys.auth } }],
    [
      "keys: p256dh: must be a point on P-256",
      { ...subscription, keys: { ...keys, p256dh: offCurve.toString("base64url") } },
    ],
  ])("refused: %s", (why, to) => {
    expect(() => channel.accept(to as Json)).toThrow(DestinationError);
    expect(() => channel.accept(to as Json)).toThrow(why);
  });

  test.each([
    ["ttl: Too small", { ttl: -1 }],
    ["ttl: Too big", { ttl: 2_592_001 }],
    ["ttl: Invalid input", { ttl: "1" }],
    ["urgency: Invalid option", { urgency: "asap" }],
    ["collapse: ", { collapse: "ä" }],
    ["collapse: ", { collapse: "x".repeat(33) }],
    ["data: must not have the names title, subtitle, body, id, which are reserved", { data: { title: "x" } }],
    ['Unrecognized key: "headers"', { headers: {} }],
    ["leave no room for a title in 3993 bytes", { data: { x: "y".repeat(3993) } }],
  ])("options, refused: %s", (why, options) => {
    expect(() => channel.accept(asJson(subscription), options as never)).toThrow(DestinationError);
    expect(() => channel.accept(asJson(subscription), options as never)).toThrow(why);
  });

  test("a subscription at a private address is not connected to", async () => {
    const guarded = webPush({ vapid });
    const to = asJson(browser("https://127.0.0.1/push").subscription);
    const { outcome } = await guarded.send(delivery({ to }), attempting());
    expect(outcome).toMatchObject({
      kind: "rejected",
      reason: expect.stringContaining("127.0.0.1 is a loopback address"),
    });
    await guarded.close?.();
  });
});

describe("a channel's options", () => {
  const other = vapidKeys();
  test.each([
    ["vapid: subject: must be a mailto: or https: URL", { vapid: { ...vapid, subject: "ops@example.com" } }],
    ["vapid: subject: ", { vapid: { ...vapid, subject: "https://localhost/" } }],
    ["vapid: subject: ", { vapid: { ...vapid, subject: "mailto:me@localhost" } }],
    ["vapid: publicKey does not belong to privateKey", { vapid: { ...vapid, publicKey: other.publicKey } }],
    ["vapid: privateKey: must be 32 bytes", { vapid: { ...vapid, privateKey: "AAAA" } }],
    ["vapid: publicKey: ", { vapid: { subject: vapid.subject } }],
    ["maxPayload: Too big", { vapid, maxPayload: 4096 }],
    ["ttl: ", { vapid, ttl: 1.5 }],
  ])("refused: %s", (why, options) => {
    expect(() => webPush(options as WebPushOptions)).toThrow(TypeError);
    expect(() => webPush(options as WebPushOptions)).toThrow(why);
    expect(() => webPush(options as WebPushOptions)).not.toThrow(vapid.privateKey);
  });

  test("keys are a pair", () => {
    const { publicKey, privateKey } = vapidKeys();
    const pair = createECDH("prime256v1");
    pair.setPrivateKey(privateKey, "base64url");
    expect(pair.getPublicKey("base64url")).toBe(publicKey);
  });
});

describe("a push service as a whole", () => {
  /** Two pushes, one after the other, to two subscriptions: outcomes, and how many came. */
  async function two(channel: Channel, first: Answer, then: number, second: Answer = { status: 201 }) {
    const now = Date.now();
    const before = service.received.length;
    const outcomes = [];
    for (const [one, at] of [
      [first, now],
      [second, now + then],
    ] as const) {
      answer = () => one;
      const to = asJson(browser(`${service.url}/push/${at}`).subscription);
      outcomes.push((await channel.send(delivery({ to }), attempting(at))).outcome);
    }
    answer = () => ({ status: 201 });
    return { outcomes, asked: service.received.length - before };
  }

  const busy = { status: 503, headers: { "retry-after": "120" } };
  test("is left alone for as long as it asks", async () => {
    const channel = channelTo();
    const { outcomes, asked } = await two(channel, busy, 119_000);
    const reason = `${service.url} is paused after its response 503`;
    expect(outcomes).toEqual([
      { kind: "retry", reason: "503", retryAfter: 120_000, holdScope: "destination" },
      { kind: "retry", reason, retryAfter: 1000, countsAsAttempt: false },
    ]);
    expect(asked).toBe(1);
    await channel.close?.();
    const later = channelTo();
    expect((await two(later, busy, 120_000)).outcomes[1]).toEqual({ kind: "delivered" });
    await later.close?.();
  });

  test("is asked again after an hour, even if it asked for years", async () => {
    const channel = channelTo();
    const years = { status: 503, headers: { "retry-after": "99999999" } };
    expect((await two(channel, years, 3_599_000)).outcomes[1]).toMatchObject({
      retryAfter: 1000,
      countsAsAttempt: false,
    });
    await channel.close?.();
    const later = channelTo();
    expect((await two(later, years, 3_600_000)).outcomes[1]).toEqual({ kind: "delivered" });
    await later.close?.();
  });

  const doubting = { status: 403, body: '{"reason":"BadJwtToken"}' };
  test("that never took a token of ours is left alone for a minute, uncounted", async () => {
    const channel = channelTo();
    const { outcomes, asked } = await two(channel, doubting, 59_000);
    expect(outcomes[0]).toEqual({
      kind: "retry",
      reason: "403: BadJwtToken",
      retryAfter: 60_000,
      countsAsAttempt: false,
    });
    expect(outcomes[1]).toMatchObject({ kind: "retry", retryAfter: 1000, countsAsAttempt: false });
    expect(asked).toBe(1);
    await channel.close?.();
  });

  test("that took one before has trouble with a subscription only; the token is made anew", async () => {
    const channel = channelTo();
    await two(channel, { status: 201 }, 0);
    const before = service.received.at(-1)?.headers.authorization;
    const { outcomes } = await two(channel, doubting, 0);
    expect(outcomes).toEqual([{ kind: "retry", reason: "403: BadJwtToken" }, { kind: "delivered" }]);
    expect(service.received.at(-1)?.headers.authorization).not.toBe(before);
    await channel.close?.();
  });

  test("a subscription made with another key is rejected, and nothing waits for it", async () => {
    const channel = channelTo();
    const body =
      "the VAPID credentials in the authorization header do not correspond to the credentials used to create it";
    const { outcomes } = await two(channel, { status: 403, body }, 0);
    expect(outcomes).toMatchObject([{ kind: "rejected" }, { kind: "delivered" }]);
    await channel.close?.();
  });
});

test("whatever the alert: JSON, well-formed, within 3,993 bytes of text and 4,096 of body", async () => {
  const channel = channelTo();
  const { subscription, read } = browser(`${service.url}/push/any`);
  const to = asJson(subscription);
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom('"', "\\", "\0", "\u2028", "\ud800", "👩‍👩‍👧", "</script>", "\r\n", "&amp;"),
      maxLength: 6000,
    }),
  );
  const alerts = fc.record({ title: text, subtitle: text, body: text });
  await fc.assert(
    fc.asyncProperty(alerts, fc.dictionary(fc.string(), fc.jsonValue()), async (alert, fields) => {
      const data: Record<string, Json> = JSON.parse(JSON.stringify(fields));
      for (const name of ["title", "subtitle", "body", "id"]) delete data[name];
      try {
        channel.accept(to, { data });
      } catch (error) {
        expect(error).toBeInstanceOf(DestinationError);
        return;
      }
      const { outcome } = await channel.send(delivery({ to, alert, options: { data } }), attempting());
      expect(outcome).toEqual({ kind: "delivered" });
      const { body } = service.received.at(-1)!;
      expect(body.length).toBeLessThanOrEqual(4096);
      const payload = read(body);
      expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(3993);
      const said = JSON.parse(payload);
      expect(said.title.isWellFormed()).toBe(true);
      expect(said.title.replace(/…$/, "")).toSatisfy((start: string) => alert.title.toWellFormed().startsWith(start));
      for (const name in data) expect(said).toHaveProperty([name]);
    }),
    { numRuns: 80 },
  );
  await channel.close?.();
});
