import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { httpClient } from "../../src/channels/http/client.ts";
import { oauth2 } from "../../src/channels/http/oauth2.ts";
import { type WebhookOptions, webhook } from "../../src/channels/webhook.ts";
import { type Received, receiver } from "./receiver.ts";

const guard = { allow: ["127.0.0.0/8"] };
const signal = new AbortController().signal;

type Answer = (received: Received) => { status?: number; body?: unknown } | undefined;

/** A token endpoint, and a receiver behind it. */
async function both(tokenAnswer: Answer, answer: Answer = () => ({})) {
  const respond =
    (to: Answer) => (received: Received, _request: unknown, response: import("node:http").ServerResponse) => {
      const said = to(received);
      if (said === undefined) return;
      const { status = 200, body = "" } = said;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
  const token = await receiver(respond(tokenAnswer));
  const there = await receiver(respond(answer));
  const start = (auth: object = {}, more: WebhookOptions = {}) => {
    const credentials = {
      kind: "oauth2",
      tokenUrl: `${token.url}token`,
      clientId: "id 1",
      clientSecret: "s3cr&t",
    } as const;
    const channel = webhook({ guard, url: there.url, auth: { ...credentials, ...auth }, ...more });
    const send = async (now = 0) => {
      const draft = { id: "msg_1", channel: "c", to: null, alert: { title: "t" }, createdAt: 0 };
      const content = await channel.compose?.(draft);
      return channel.send({ ...draft, ...channel.accept(null), content, attempt: 1 }, { now, signal });
    };
    return { send, close: () => channel.close?.() };
  };
  return {
    token,
    there,
    start,
    async [Symbol.asyncDispose]() {
      await token[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
    },
  };
}

const numbered = (life: number): Answer => {
  let n = 0;
  return () => ({ body: { access_token: `t${++n}`, token_type: "Bearer", expires_in: life } });
};

test("the token is asked for as RFC 6749 says, once, and again before it ends", async () => {
  await using place = await both(numbered(3600));
  const { send, close } = place.start({ scope: "a b", audience: "https://a" });
  for (const now of [0, 3_239_999, 3_240_001]) expect((await send(now)).outcome).toEqual({ kind: "delivered" });
  await close();
  expect(place.token.received.length).toBe(2);
  const [{ method, path, headers, body } = expect.fail()] = place.token.received;
  expect([method, path, headers["content-type"]]).toEqual(["POST", "/token", "application/x-www-form-urlencoded"]);
  expect(headers.authorization).toBe(`Basic ${Buffer.from("id+1:s3cr%26t").toString("base64")}`);
  expect(body.toString()).toBe("grant_type=client_credentials&scope=a+b&audience=https%3A%2F%2Fa");
  expect(place.there.received.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer t1",
    "Bearer t1",
    "Bearer t2",
  ]);
});

test("id and secret can go in the form", async () => {
  await using place = await both(numbered(3600));
  const { send, close } = place.start({ credentials: "form" });
  await send();
  await close();
  const [{ headers, body } = expect.fail()] = place.token.received;
  expect(headers).not.toHaveProperty("authorization");
  expect(body.toString()).toBe("grant_type=client_credentials&client_id=id+1&client_secret=s3cr%26t");
});

test("however many need it, one asks", async () => {
  await using place = await both(numbered(3600));
  const { send, close } = place.start();
  await Promise.all(Array.from({ length: 20 }, () => send()));
  await close();
  expect([place.token.received.length, place.there.received.length]).toEqual([1, 20]);
});

test("a token that the receiver refuses is not used again", async () => {
  await using place = await both(numbered(3600), ({ headers }) => ({
    status: headers.authorization === "Bearer t1" ? 401 : 204,
  }));
  const { send, close } = place.start();
  expect((await send()).outcome).toEqual({ kind: "retry", reason: "401 Unauthorized" });
  expect((await send()).outcome).toEqual({ kind: "delivered" });
  await close();
  expect(place.token.received.length).toBe(2);
});

describe("without a token the whole channel waits, and only what is not the operator's fault counts", () => {
  test.each<[string, Answer, string, boolean]>([
    [
      "a wrong secret",
      () => ({ status: 401, body: { error: "invalid_client", error_description: "s3cr&t" } }),
      "401 Unauthorized, invalid_client",
      true,
    ],
    ["trouble there", () => ({ status: 500, body: "oops" }), "500 Internal Server Error", false],
    ["too many", () => ({ status: 429, body: "[]" }), "429 Too Many Requests", false],
    ["a redirect", () => ({ status: 302 }), "302 Found", true],
  ])("%s", async (_what, answer, why, uncounted) => {
    await using place = await both(answer);
    const { send, close } = place.start();
    const sent = await send();
    await close();
    const reason = `no token from 127.0.0.1:${place.token.port}: ${why}`;
    expect(sent.outcome).toEqual({
      kind: "retry",
      reason,
      holdScope: "channel",
      ...(uncounted && { countsAsAttempt: false }),
    });
    expect(JSON.stringify(sent)).not.toContain("s3cr");
    expect(place.there.received).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ["no JSON", "<html>", "has no access_token"],
    ["no token", {}, "has no access_token"],
    ["null", "null", "has no access_token"],
    ["a token that would break the header", { access_token: "a\r\nx: y" }, "has no access_token"],
    ["another type", { access_token: "a", token_type: "mac" }, "has the type mac; only bearer is supported"],
  ])("an answer with %s", async (_what, body, why) => {
    await using place = await both(() => ({ body }));
    const { send, close } = place.start();
    const { outcome } = await send();
    await close();
    expect(outcome).toMatchObject({ kind: "retry", holdScope: "channel", countsAsAttempt: false });
    expect("reason" in outcome && outcome.reason).toContain(why);
  });

  test("a token URL that the guard refuses", async () => {
    await using place = await both(numbered(1));
    const { send, close } = place.start({ tokenUrl: "http://169.254.169.254/token" });
    const { outcome } = await send();
    await close();
    expect(outcome).toEqual({
      kind: "retry",
      reason:
        'no token from 169.254.169.254: 169.254.169.254 is a link-local address, which is blocked by default; to permit it, add "169.254.169.254" under guard.allow',
      holdScope: "channel",
      countsAsAttempt: false,
    });
  });
});

test("who has to stop does not wait for the token that others ask for", async () => {
  await using place = await both(() => undefined);
  const client = httpClient({ guard });
  const options = { kind: "oauth2", tokenUrl: place.token.url, clientId: "a", clientSecret: "b" } as const;
  const { authorize } = oauth2(options, client);
  const stop = new AbortController();
  const waiting = authorize(0, stop.signal);
  while (place.token.received.length === 0) await setImmediate();
  stop.abort();
  const outcome = { kind: "retry", reason: "this process was stopped during the attempt" };
  expect(await waiting).toEqual({ outcome });
  expect(await authorize(0, stop.signal)).toEqual({ outcome });
  await client.close();
});
