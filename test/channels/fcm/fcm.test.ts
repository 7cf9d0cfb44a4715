import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { type FcmOptions, fcm } from "../../../src/channels/fcm.ts";
import { DestinationError } from "../../../src/dispatch/index.ts";
import type { Delivery, Outcome } from "../../../src/store/index.ts";
import { attempting, delivery } from "../deliveries.ts";
import { failure, google, privatePem } from "./fcm-server.ts";

const guard = { allow: ["127.0.0.0/8", "::1"] };
const id = "msg_01k0000000abcdefghjkmnpqrs";
const token = "cXz:APA91bH4-PaLpK68Wfd2iUrnHnIsEVYFbVdocX0KXYbjbK_VVA9lB8DOkz";
const minute = 60_000;

async function setUp(options: Partial<FcmOptions> = {}) {
  const server = await google();
  const { serviceAccount, url: origin, ca } = server;
  const channel = fcm({ serviceAccount, origin, tls: { ca }, guard, ...options });
  const push = async (of: Partial<Delivery> = {}, now = server.now): Promise<Outcome> =>
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

describe("a message", () => {
  test("as Google's documents ask", async () => {
    await using at = await setUp();
    expect(await at.push({ alert: { title: "Grüße 👋", subtitle: "zwei", body: "drei", html: "<b>" } })).toEqual({
      kind: "delivered",
    });
    expect(at.server.messages).toMatchObject([
      {
        path: "/v1/projects/example-project/messages:send",
        authorization: "Bearer ya29.1",
        body: {
          message: {
            token,
            notification: { title: "Grüße 👋", body: "zwei\ndrei" },
            data: { id },
            android: { notification: { tag: id } },
            apns: { headers: { "apns-collapse-id": id } },
          },
        },
      },
    ]);
    expect(at.server.messages[0]?.body).not.toHaveProperty("validate_only");
    expect(at.server.refused).toEqual([]);
  });

  test("with every option, the delivery's before the channel's", async () => {
    await using at = await setUp({ validateOnly: true, ttl: 60, data: { a: "1", b: "1" } });
    const options: Record<string, Json> = {
      ttl: 3600,
      priority: "high",
      collapse: "news",
      image: "https://example.com/a.png",
      data: { b: "2" },
      android: { notification: { channel_id: "c" }, restricted_package_name: "p" },
      apns: { headers: { "apns-priority": "1" }, payload: { aps: { badge: 1 } } },
      webpush: { fcm_options: { link: "https://example.com/" } },
    };
    at.channel.accept(token, options);
    await at.push({ options, createdAt: 1_700_000_000_999 });
    expect(at.server.messages[0]?.body).toEqual({
      validate_only: true,
      message: {
        token,
        notification: { title: "Hey", image: "https://example.com/a.png" },
        data: { id, a: "1", b: "2" },
        android: {
          ttl: "3600s",
          priority: "high",
          collapse_key: "news",
          notification: { tag: id, channel_id: "c" },
          restricted_package_name: "p",
        },
        apns: {
          headers: { "apns-collapse-id": "news", "apns-expiration": "1700003600", "apns-priority": "1" },
          payload: { aps: { badge: 1 } },
        },
        webpush: {
          headers: { TTL: "3600", Urgency: "high", Topic: "news" },
          fcm_options: { link: "https://example.com/" },
        },
      },
    });
  });

  test.each([
    [token, { token }, token],
    [{ token }, { token }, token],
    [{ fid: "f" }, { fid: "f" }, "fid f"],
    [{ topic: "news" }, { topic: "news" }, "topic news"],
    [{ condition: "'a' in topics" }, { condition: "'a' in topics" }, "condition 'a' in topics"],
  ] as [Json, object, string][])("to %j", async (to, target, destination) => {
    await using at = await setUp();
    expect(at.channel.accept(to)).toEqual({ destination });
    await at.push({ to });
    expect(at.server.messages[0]?.body).toMatchObject({ message: target });
  });

  test("to topics in 2,048 bytes, to a device in 4,096", async () => {
    await using at = await setUp();
    const alert = { title: "Hey", body: "x".repeat(10_000) };
    for (const to of [token, { topic: "news" }, { condition: "'a' in topics" }]) await at.push({ to, alert });
    const bytes = at.server.messages.map(({ body }) => {
      const { token: _t, topic: _o, condition: _c, ...message } = Object(body).message;
      return Buffer.byteLength(JSON.stringify(message));
    });
    expect(bytes).toEqual([4096, 2048, 2048]);
  });

  test("the journal has the message, and no secret", async () => {
    await using at = await setUp();
    const { request, response } = await at.channel.send(delivery({ to: token }), attempting());
    expect(request?.headers).toMatchObject({ authorization: "…" });
    expect(JSON.parse(request!.body!)).toEqual(at.server.messages[0]?.body);
    expect(response?.statusLine).toBe("200 OK");
    expect(JSON.stringify({ request, response })).not.toMatch(/ya29|PRIVATE|assertion/);
  });
});

describe("the access token", () => {
  test("is asked for once, however many want it, and used until five minutes before its end", async () => {
    await using at = await setUp();
    const start = at.server.now;
    await Promise.all(Array.from({ length: 20 }, () => at.push()));
    expect(at.server.asked).toBe(1);
    for (const after of [1, 54, 55, 56]) {
      at.server.now = start + after * minute;
      expect(await at.push({}, at.server.now)).toEqual({ kind: "delivered" });
    }
    expect(at.server.asked).toBe(2);
    expect(at.server.messages.slice(-3).map(({ authorization }) => authorization)).toEqual([
      "Bearer ya29.1",
      "Bearer ya29.2",
      "Bearer ya29.2",
    ]);
  });

  test("that is refused is asked for anew; a young one is the operator's trouble", async () => {
    await using at = await setUp();
    const start = at.server.now;
    await at.push();
    at.server.answers.push(failure(401, "UNAUTHENTICATED"), failure(401, "UNAUTHENTICATED"));
    const first = await at.push({}, start + 2 * minute);
    expect(first).toMatchObject({ kind: "retry", retryAfter: 0, countsAsAttempt: false });
    const second = await at.push({}, start + 2 * minute);
    expect(second).toMatchObject({ kind: "retry", holdScope: "channel", countsAsAttempt: false });
    expect(await at.push({}, start + 2 * minute)).toEqual({ kind: "delivered" });
    expect(at.server.asked).toBe(2);
  });

  test.each([
    [{ status: 400, body: { error: "invalid_grant" } }, '400 {"error":"invalid_grant"}', true],
    [{ status: 401, body: "nobody" }, "401 nobody", true],
    [{ status: 200, body: { token: "secret" } }, "200 without an access token", true],
    [{ status: 200, body: { access_token: "a\r\nb", expires_in: 1 } }, "200 without an access token", true],
    [{ status: 302, headers: { location: "http://127.0.0.1/" } }, "302", true],
    [{ status: 500, body: "oops" }, "500 oops", undefined],
    [{ status: 429 }, "429", undefined],
  ])("that is not given: %j", async (answer, said, uncounted) => {
    await using at = await setUp();
    at.server.tokenAnswers.push(answer);
    const outcome = await at.push();
    const reason = `no access token: ${said}`;
    expect(outcome).toEqual({
      kind: "retry",
      reason,
      holdScope: "channel",
      ...(uncounted && { countsAsAttempt: false }),
    });
    expect(at.server.messages).toEqual([]);
    expect(await at.push()).toEqual({ kind: "delivered" });
  });

  test("an endpoint at a private address is not connected to", async () => {
    await using at = await setUp();
    const { serviceAccount, ca, url: origin } = at.server;
    const channel = fcm({ serviceAccount, origin, tls: { ca } });
    const { outcome } = await channel.send(delivery({ to: token }), attempting());
    expect(outcome).toMatchObject({ kind: "rejected", reason: expect.stringContaining("loopback") });
    expect(at.server.asked).toBe(0);
    await channel.close?.();
  });

  test("with another's key is refused", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    await using at = await setUp();
    const private_key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const { url: origin, ca, serviceAccount } = at.server;
    const channel = fcm({ serviceAccount: { ...serviceAccount, private_key }, origin, tls: { ca }, guard });
    const { outcome } = await channel.send(delivery({ to: token }), attempting());
    expect(outcome).toMatchObject({
      kind: "retry",
      reason: expect.stringContaining("invalid_grant"),
      holdScope: "channel",
    });
    expect(at.server.refused).toEqual([expect.stringContaining("signature")]);
    await channel.close?.();
  });
});

test("Retry-After reaches the outcome", async () => {
  await using at = await setUp();
  at.server.answers.push({
    ...failure(429, "RESOURCE_EXHAUSTED", "x", "QUOTA_EXCEEDED"),
    headers: { "retry-after": "90" },
  });
  expect(await at.push()).toMatchObject({ kind: "retry", retryAfter: 90_000, holdScope: "channel" });
});

describe("what is refused", () => {
  const serviceAccount = { project_id: "p", client_email: "a@example.com", private_key: privatePem };
  const channel = fcm({ serviceAccount });

  test.each([
    "",
    "a b",
    "a\r\nb",
    5,
    null,
    [],
    {},
    { token: "" },
    { topic: "/topics/x" },
    { token, topic: "x" },
    { condition: "" },
  ])("to %j", (to) => {
    expect(() => channel.accept(to as Json)).toThrow(DestinationError);
  });

  test.each([
    ["ttl: ", { ttl: 2_419_201 }],
    ["priority: ", { priority: 10 }],
    ["image: ", { image: "javascript:alert(1)" }],
    ["data: n: Invalid input: expected string", { data: { n: 1 } }],
    ["data: must not have the names id, from, message_type", { data: { id: "x" } }],
    ["data: must not have the names id, from, message_type", { data: { from: "x" } }],
    ["data: must not have the names id, from, message_type", { data: { "gcm.x": "x" } }],
    ['Unrecognized key: "token"', { token: "x" }],
    ["leave no room for a title", { data: { x: "y".repeat(4096) } }],
  ])("options: %s", (why, options) => {
    expect(() => channel.accept(token, options as never)).toThrow(why);
  });

  test.each([
    ["serviceAccount: project_id: ", { ...serviceAccount, project_id: "a/../b" }],
    ["serviceAccount: private_key: not an RSA private key", { ...serviceAccount, private_key: "secret" }],
    ["serviceAccount: token_uri: is not an https: URL", { ...serviceAccount, token_uri: "http://169.254.169.254/" }],
    ["serviceAccount: client_email: ", { ...serviceAccount, client_email: undefined }],
  ])("a channel's: %s", (why, account) => {
    const make = () => fcm({ serviceAccount: account as typeof serviceAccount });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(why);
    expect(make).not.toThrow("secret");
  });
});

test("whatever the alert: JSON, well-formed, within the limit, data of strings", async () => {
  await using at = await setUp();
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: fc.constantFrom('"', "\\", "\0", "\u2028", "\ud800", "👩‍👩‍👧", "\r\n"), maxLength: 6000 }),
  );
  const fields = fc.dictionary(fc.string({ maxLength: 9 }), fc.string({ unit: "binary", maxLength: 99 }));
  await fc.assert(
    fc.asyncProperty(fc.record({ title: text, subtitle: text, body: text }), fields, async (alert, given) => {
      const data = JSON.parse(JSON.stringify(given));
      const options = { data };
      try {
        at.channel.accept(token, options);
      } catch (error) {
        expect(error).toBeInstanceOf(DestinationError);
        return;
      }
      expect(await at.push({ alert, options })).toEqual({ kind: "delivered" });
      const { message } = Object(at.server.messages.at(-1)?.body);
      const { token: _, ...counted } = message;
      expect(Buffer.byteLength(JSON.stringify(counted))).toBeLessThanOrEqual(4096);
      expect(message.notification.title.isWellFormed()).toBe(true);
      for (const value of Object.values<string>(message.data)) expect(value.isWellFormed()).toBe(true);
    }),
    { numRuns: 80 },
  );
});
