import { HTTP } from "cloudevents";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { generateSecret, type WebhookOptions, webhook } from "../../../src/channels/webhook.ts";
import type { Draft } from "../../../src/dispatch/index.ts";
import { compile } from "../../../src/index.ts";
import type { Alert, Delivery } from "../../../src/store/index.ts";
import { journaled } from "../deliveries.ts";
import { receiver } from "../receiver.ts";

const guard = { allow: ["127.0.0.0/8"] };
const signal = new AbortController().signal;
const createdAt = Date.UTC(2026, 10, 24, 12);
const alert: Alert = { title: 'Say "hi"', subtitle: "now", body: "Grüße\n" };

function draft(to: Json, more: Partial<Draft> = {}): Draft {
  return { id: "msg_1", channel: "crm", to, alert, createdAt, ...more };
}

/** Hands over and attempts once, as the dispatcher does. */
async function send(options: WebhookOptions, handed: Draft, attempt = 1, now = Date.now()) {
  const channel = webhook({ guard, ...options });
  try {
    const { destination } = channel.accept(handed.to, handed.options);
    const content = structuredClone(await channel.compose?.(handed));
    const delivery = { ...handed, destination, content, attempt };
    return await journaled(channel, delivery, { now, signal });
  } finally {
    await channel.close?.();
  }
}

describe("the body", () => {
  test("is type, timestamp and the alert as data, signed", async () => {
    await using there = await receiver();
    const key = generateSecret();
    const { outcome, request, response } = await send({ keys: [key] }, draft(there.url));
    expect(outcome).toEqual({ kind: "delivered" });
    const [{ method, headers, body } = expect.fail()] = there.received;
    expect([method, headers["content-type"], headers["user-agent"]]).toEqual(["POST", "application/json", "tocsin"]);
    expect(body.toString()).toBe(
      '{"type":"alert","timestamp":"2026-11-24T12:00:00.000Z","data":{"title":"Say \\"hi\\"","subtitle":"now","body":"Grüße\\n"}}',
    );
    new Webhook(key).verify(body, headers as Record<string, string>);
    expect(request?.headers).toMatchObject({ "webhook-id": "msg_1", "webhook-signature": "…" });
    expect(request?.body).toBe(body.toString());
    expect(response?.statusLine).toBe("204 No Content");
  });

  test("has the trigger's context in data, beside what the delivery adds", () => {
    const { withTrigger } = webhook();
    const trigger = { name: "welcome", backfill: false };
    expect(withTrigger!(undefined, trigger)).toEqual({ data: { trigger } });
    const options = { type: "order.shipped", data: { customer: 7 } };
    expect(withTrigger!(options, trigger)).toEqual({ type: "order.shipped", data: { customer: 7, trigger } });
  });

  test("has what the delivery adds", async () => {
    await using there = await receiver();
    const options = { type: "order.shipped", data: { customer: 7, __proto__: null } };
    await send({}, draft(there.url, { options, alert: { title: "t", html: "<b>" } }));
    expect(JSON.parse(`${there.received[0]?.body}`)).toEqual({
      type: "order.shipped",
      timestamp: "2026-11-24T12:00:00.000Z",
      data: { title: "t", html: "<b>", customer: 7 },
    });
    expect(there.received[0]?.headers).not.toHaveProperty("webhook-signature");
  });

  test("is the template's, which sees alert, profile and what is sent", async () => {
    await using there = await receiver();
    const text =
      '{"text":"{{ js .alert.title }}","to":"{{ .profile.email }}","id":"{{ .id }}","at":"{{ .timestamp }}","is":"{{ .type }}"}';
    await send(
      { body: compile(text) },
      draft(there.url, { profile: { email: "a@b.example" }, options: { type: "x" } }),
    );
    expect(there.received[0]?.body.toString()).toBe(
      '{"text":"Say \\"hi\\"","to":"a@b.example","id":"msg_1","at":"2026-11-24T12:00:00.000Z","is":"x"}',
    );
  });

  test("of a template compiled for JSON is JSON, whatever the profile", async () => {
    await using there = await receiver();
    const text =
      '{"text":"{{ .alert.title }} {{ .profile.name }}","who":{{ .profile.name }},"tags":[{{ range .profile.tags }}{{ . }},{{ end }}]}';
    const name = '"}],\\\n\ud800';
    const profile = { name, tags: [1, '"', null] };
    await send({ body: compile(text, { escape: "json" }) }, draft(there.url, { profile }));
    const who = name.toWellFormed();
    expect(JSON.parse(`${there.received[0]?.body}`)).toEqual({ text: `Say "hi" ${who}`, who, tags: profile.tags });
  });

  test("of a template that makes no JSON is refused at hand-over, unless another content type is said", async () => {
    const body = compile('{"a":"{{ .alert.title }}"}');
    expect(() => webhook({ body }).compose?.(draft(null))).toThrow(
      /^the body template did not render JSON; compile it with escape: "json" \(/,
    );
    await using there = await receiver();
    await send({ body, contentType: "text/plain; charset=utf-8" }, draft(there.url));
    expect(there.received[0]?.body.toString()).toBe('{"a":"Say "hi""}');
    expect(there.received[0]?.headers["content-type"]).toBe("text/plain; charset=utf-8");
  });

  test("is a CloudEvent that the SDK reads", async () => {
    await using there = await receiver();
    const key = generateSecret();
    const options = { type: "com.example.shipped", subject: "customer/ü", data: { n: 1 } };
    await send({ keys: [key], cloudEvents: { source: "/crm" } }, draft(there.url, { options }));
    const [{ headers, body } = expect.fail()] = there.received;
    const event = HTTP.toEvent({ headers: headers as Record<string, string>, body: body.toString() });
    expect(Array.isArray(event)).toBe(false);
    expect({ ...event }).toMatchObject({
      specversion: "1.0",
      id: "msg_1",
      source: "/crm",
      type: "com.example.shipped",
      subject: "customer/ü",
      time: "2026-11-24T12:00:00.000Z",
      datacontenttype: "application/json",
      data: { ...alert, n: 1 },
    });
    expect(headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
    new Webhook(key).verify(body, headers as Record<string, string>);
  });

  test("the template of a CloudEvent is its data", async () => {
    await using there = await receiver();
    await send(
      { cloudEvents: { source: "/crm" }, body: compile('{"n":{{ .profile.n }}}') },
      draft(there.url, { profile: { n: 2 } }),
    );
    const event = HTTP.toEvent({
      headers: there.received[0]?.headers as Record<string, string>,
      body: there.received[0]?.body.toString(),
    });
    expect({ ...event }).toMatchObject({ id: "msg_1", data: { n: 2 } });
  });

  test("is the same over retries, and only timestamp and signature are new", async () => {
    await using there = await receiver();
    const key = generateSecret();
    const now = Math.floor(Date.now() / 1000) * 1000;
    for (const attempt of [1, 2]) await send({ keys: [key] }, draft(there.url), attempt, now - 2000 + attempt * 1000);
    const [first = expect.fail(), second = expect.fail()] = there.received;
    expect(first.body.equals(second.body)).toBe(true);
    const rest = ({ headers: { "webhook-timestamp": _t, "webhook-signature": _s, ...others } }: typeof first) => others;
    expect(rest(first)).toEqual(rest(second));
    expect([first, second].map(({ headers }) => headers["webhook-timestamp"])).toEqual([
      `${now / 1000 - 1}`,
      `${now / 1000}`,
    ]);
    for (const { headers, body } of there.received) new Webhook(key).verify(body, headers as Record<string, string>);
  });

  test("a lone surrogate and 10 MB arrive as valid JSON", async () => {
    await using there = await receiver();
    const key = generateSecret();
    const body = `\ud800${"é".repeat(5 << 20)}`;
    await send({ keys: [key] }, draft(there.url, { alert: { title: "\udfff", body } }));
    const got = there.received[0] ?? expect.fail();
    expect(JSON.parse(got.body.toString()).data).toEqual({ title: "\udfff", body });
    new Webhook(key).verify(got.body, got.headers as Record<string, string>);
  });
});

describe("the request", () => {
  test.each(["GET", "PUT", "PATCH", "DELETE"])("%s", async (method) => {
    await using there = await receiver();
    const key = generateSecret();
    await send({ method, keys: [key] }, draft(there.url));
    const got = there.received[0] ?? expect.fail();
    expect([got.method, got.body.length > 0]).toEqual([method, method !== "GET"]);
    new Webhook(key).verify(got.body, got.headers as Record<string, string>, { jsonParse: false });
  });

  test("has the headers of the options, texts and templates", async () => {
    await using there = await receiver();
    const headers = { "X-Fixed": " a ", "x-who": compile("{{ .profile.id }}/{{ .alert.title }}") };
    await send({ headers }, draft(there.url, { profile: { id: 7 } }));
    expect(there.received[0]?.headers).toMatchObject({ "x-fixed": "a", "x-who": '7/Say "hi"' });
  });

  test.each([
    ["a\r\nx-evil: 1", "the header x-a contains U+000D, but only printable ASCII can be sent; encode it (urlquery)"],
    ["a\nb", "the header x-a contains U+000A, but only printable ASCII can be sent; encode it (urlquery)"],
    ["a\u0000b", "the header x-a contains U+0000, but only printable ASCII can be sent; encode it (urlquery)"],
    ["grüß", "the header x-a contains U+00FC, but only printable ASCII can be sent; encode it (urlquery)"],
    ["🎉", "the header x-a contains U+1F389, but only printable ASCII can be sent; encode it (urlquery)"],
    ["\ud800", "the header x-a contains U+FFFD, but only printable ASCII can be sent; encode it (urlquery)"],
    ["x".repeat(10 << 20), "the header x-a has 10485760 characters; at most 8192 can be sent"],
  ])("a profile cannot smuggle %j into a header", (value, message) => {
    const channel = webhook({ headers: { "x-a": compile("{{ .profile.v }}") } });
    expect(() => channel.compose?.(draft(null, { profile: { v: value } }))).toThrow(message);
  });

  test.each([
    "Host",
    "connection",
    "Content-Length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "keep-alive",
    "proxy-authorization",
    "Webhook-Id",
    "webhook-signature",
    "webhook-anything",
    "a b",
    "a:b",
    "a\r\nb",
    "",
    "é",
  ])("the header %j is reserved and cannot be set", (name) => {
    expect(() => webhook({ headers: { [name]: "x" } })).toThrow(TypeError);
    expect(() => webhook({ headers: { [name]: compile("x") } })).toThrow(TypeError);
    expect(() => webhook({ url: "https://a.example", auth: { kind: "header", name, value: "x" } })).toThrow(TypeError);
  });

  test("keys can be those of the receiver's URL", async () => {
    await using there = await receiver();
    const own = generateSecret();
    await send({ keys: (url) => (url === `${there.url}own` ? [own] : []) }, draft(`${there.url}own`));
    const { headers, body } = there.received[0] ?? expect.fail();
    new Webhook(own).verify(body, headers as Record<string, string>);
  });
});

describe("who sends", () => {
  test.each<[object, object]>([
    [
      { kind: "basic", user: "ann", password: "p:ü" },
      { authorization: `Basic ${Buffer.from("ann:p:ü").toString("base64")}` },
    ],
    [{ kind: "bearer", token: "t0ken" }, { authorization: "Bearer t0ken" }],
    [{ kind: "header", name: "X-Secret", value: "t0ken" }, { "x-secret": "t0ken" }],
  ])("%j", async (auth, expected) => {
    await using there = await receiver();
    const sent = await send({ url: there.url, auth: auth as NonNullable<WebhookOptions["auth"]> }, draft(null));
    expect(there.received[0]?.headers).toMatchObject(expected);
    expect(sent.outcome).toEqual({ kind: "delivered" });
    expect(JSON.stringify(sent)).not.toMatch(/t0ken|YW5u/);
  });

  test("secrets go nowhere but where the options say", () => {
    const auth = { kind: "bearer", token: "t" } as const;
    const message = "auth and tls.key need url or guard.hosts, so that secrets are sent to no other host";
    expect(() => webhook({ auth })).toThrow(message);
    expect(() => webhook({ tls: { cert: "c", key: "k" } })).toThrow(message);
    const channel = webhook({ auth, url: "https://a.example/x" });
    expect(channel.accept(null)).toEqual({ destination: "https://a.example/x" });
    expect(channel.accept("https://a.example/y")).toEqual({ destination: "https://a.example/y" });
    for (const to of ["https://b.example/x", "http://a.example/x", "https://a.example:8443/x"]) {
      expect(() => channel.accept(to)).toThrow(
        /^this channel has secrets for https:\/\/a\.example, so it does not send to /,
      );
    }
    const listed = webhook({ auth, guard: { hosts: ["a.example"] } });
    expect(() => listed.accept("https://b.example")).toThrow("b.example is not in the list of permitted hosts");
  });
});

describe("what an answer means", () => {
  const now = Date.UTC(2026, 0, 1);
  const busy = { holdScope: "destination" };
  test.each<[number, Record<string, string>, object, WebhookOptions?]>([
    [200, {}, { kind: "delivered" }],
    [204, { "retry-after": "5" }, { kind: "delivered" }],
    [299, {}, { kind: "delivered" }],
    [
      301,
      { location: "http://10.0.0.1/" },
      { kind: "retry", reason: "301 Moved Permanently: redirects are not followed" },
    ],
    [307, {}, { kind: "retry", reason: "307 Temporary Redirect: redirects are not followed" }],
    [400, {}, { kind: "rejected", reason: "400 Bad Request" }],
    [401, {}, { kind: "retry", reason: "401 Unauthorized" }],
    [404, {}, { kind: "retry", reason: "404 Not Found" }],
    [408, {}, { kind: "retry", reason: "408 Request Timeout" }],
    [410, {}, { kind: "gone", reason: "410 Gone" }],
    [413, {}, { kind: "rejected", reason: "413 Payload Too Large" }],
    [425, {}, { kind: "retry", reason: "425 Too Early" }],
    [429, {}, { kind: "retry", reason: "429 Too Many Requests", ...busy }],
    [429, { "retry-after": "120" }, { kind: "retry", reason: "429 Too Many Requests", retryAfter: 120_000, ...busy }],
    [
      429,
      { "retry-after": "Thu, 01 Jan 2026 00:01:30 GMT" },
      { kind: "retry", reason: "429 Too Many Requests", retryAfter: 90_000, ...busy },
    ],
    [429, { "retry-after": "soon" }, { kind: "retry", reason: "429 Too Many Requests", ...busy }],
    [500, {}, { kind: "retry", reason: "500 Internal Server Error" }],
    [500, { "retry-after": "1" }, { kind: "retry", reason: "500 Internal Server Error", retryAfter: 1000 }],
    [502, {}, { kind: "retry", reason: "502 Bad Gateway", ...busy }],
    [503, { "retry-after": "0" }, { kind: "retry", reason: "503 Service Unavailable", retryAfter: 0, ...busy }],
    [504, {}, { kind: "retry", reason: "504 Gateway Timeout", ...busy }],
    [404, {}, { kind: "rejected", reason: "404 Not Found" }, { permanentStatuses: [404] }],
    [400, {}, { kind: "retry", reason: "400 Bad Request" }, { permanentStatuses: [] }],
  ])("%i %j", async (status, headers, outcome, options = {}) => {
    await using there = await receiver(
      (_received, _request, response) => void response.writeHead(status, headers).end(),
    );
    expect((await send(options, draft(there.url), 1, now)).outcome).toEqual(outcome);
    expect(there.received.length).toBe(1);
  });
});

describe("what is not accepted", () => {
  test("what the options do not allow any more is rejected when it is sent", async () => {
    const handed = {
      ...draft("https://b.example/"),
      destination: "x",
      content: (await webhook().compose!(draft(null)))!,
      attempt: 1,
    };
    const channel = webhook({ url: "https://a.example/", auth: { kind: "bearer", token: "t" } });
    const reason =
      "this channel has secrets for https://a.example, so it does not send to https://b.example; use another channel";
    expect(await channel.send(handed, { now: 0, signal })).toEqual({ outcome: { kind: "rejected", reason } });
    const guarded = webhook({ guard: { hosts: ["a.example"] } });
    expect((await guarded.send(handed, { now: 0, signal })).outcome).toMatchObject({ kind: "rejected" });
  });

  test.each<[Json, string]>([
    [null, "no URL to send to: set `to`, or the channel's url"],
    [7, "the destination must be a URL, as text"],
    ["example.com/a", "the destination is not a URL; write https://HOST/PATH"],
    ["ftp://example.com", "the destination starts with ftp:; use http: or https:"],
    ["javascript:alert(1)", "the destination starts with javascript:; use http: or https:"],
    ["https://u:p@example.com", "the destination contains a user or password; move them to the channel's auth"],
    [`https://a.example/${"x".repeat(10 << 20)}`, "the destination has 10485778 characters; at most 8192 can be sent"],
    ["http://169.254.169.254/", "169.254.169.254 is a link-local address"],
    ["http://0x7f.1/", "127.0.0.1 is a loopback address"],
    ["http://[::ffff:10.0.0.1]/", "::ffff:a00:1 is an IPv4-mapped address"],
  ])("%j as a destination", (to, message) => {
    expect(() => webhook().accept(to)).toThrow(message);
  });

  test("a fragment is not sent, and does not make another destination", () => {
    expect(webhook().accept("https://A.example:443/x?y#z")).toEqual({ destination: "https://a.example/x?y" });
  });

  test.each<[{ [name: string]: Json }, string]>([
    [{ typ: "a" }, 'unknown option "typ" of a webhook; its options are type, subject, data'],
    [{ type: "a b" }, 'the option type must be words separated by dots, not "a b"'],
    [{ type: 1 }, "the option type must be words separated by dots, not 1"],
    [{ subject: "" }, "the option subject must be a text that is not empty"],
    [{ data: [] }, "the option data must be an object"],
    [{ data: { title: 1 } }, "the option data must not have title: the alert has it"],
  ])("%j as options", (options, message) => {
    expect(() => webhook().accept("https://a.example", options)).toThrow(message);
  });

  test.each<[WebhookOptions, string]>([
    [{ method: "CONNECT" }, 'method: "CONNECT" cannot be used'],
    [{ method: "post" }, 'method: "post" cannot be used'],
    [{ type: "a..b" }, 'type: "a..b" must be words separated by dots'],
    [{ keys: ["secret"] }, "not a webhook key: expected whsec_…, whsk_… or whpk_… (base64)"],
    [{ url: "nowhere" }, "the channel's url is not a URL; write https://HOST/PATH"],
    [{ contentType: "text/plain" }, "contentType needs a body template"],
    [{ cloudEvents: { source: "" } }, "cloudEvents.source must be a URI reference"],
    [{ headers: { "content-type": "a/b" } }, "headers: set content-type with the option contentType"],
    [{ headers: { "x-a": "grüß" } }, "the header x-a contains U+00FC"],
    [
      { headers: { "x-a": compile("") }, batch: { size: 2, wait: 1 } },
      "batch cannot be used with header templates: one request has several alerts",
    ],
    [
      { method: "GET", batch: { size: 2, wait: 1 } },
      "batch needs a JSON body: remove contentType, or use a method with a body",
    ],
  ])("%o as the channel's options", (options, message) => {
    expect(() => webhook(options)).toThrow(message);
  });
});

describe("several in one request", () => {
  const batch = { size: 10, wait: 50 };
  const deliveries = (options: WebhookOptions, to: string, count: number) => {
    const channel = webhook({ guard, batch, ...options });
    const made = Array.from({ length: count }, (_, n): Delivery => {
      const handed = draft(to, { id: `msg_${n}`, alert: { title: `t${n}` } });
      return { ...handed, ...channel.accept(to), content: channel.compose?.(handed) as Json, attempt: 1 };
    });
    return { channel, made };
  };

  test("are an array with ids, under an id that is the same for the same ones", async () => {
    await using there = await receiver();
    const key = generateSecret();
    const { channel, made } = deliveries({ keys: [key] }, there.url, 3);
    expect(channel.batch).toEqual(batch);
    const attempting = { now: Date.now(), signal };
    for (const some of [made, made, made.slice(1)]) {
      const sent = await channel.sendBatch?.(some, attempting);
      expect(sent?.map(({ outcome }) => outcome.kind)).toEqual(some.map(() => "delivered"));
    }
    await channel.send(made[0]!, attempting);
    await channel.close?.();
    expect(JSON.parse(`${there.received[0]?.body}`)).toEqual(
      [0, 1, 2].map((n) => ({
        id: `msg_${n}`,
        type: "alert",
        timestamp: "2026-11-24T12:00:00.000Z",
        data: { title: `t${n}` },
      })),
    );
    for (const { headers, body } of there.received) new Webhook(key).verify(body, headers as Record<string, string>);
    const ids = there.received.map(({ headers }) => headers["webhook-id"]);
    expect(ids[0]).toMatch(/^batch_[0-9a-f]{32}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(ids[3]).toBe("msg_0");
    expect(JSON.parse(`${there.received[3]?.body}`)).toMatchObject([{ id: "msg_0" }]);
  });

  test("are a CloudEvents batch that the SDK reads", async () => {
    await using there = await receiver();
    const { channel, made } = deliveries({ cloudEvents: { source: "/crm" } }, there.url, 2);
    await channel.sendBatch?.(made, { now: Date.now(), signal });
    await channel.close?.();
    const { headers, body } = there.received[0] ?? expect.fail();
    expect(headers["content-type"]).toBe("application/cloudevents-batch+json; charset=utf-8");
    const events = HTTP.toEvent({ headers: headers as Record<string, string>, body: body.toString() });
    expect(events).toMatchObject([
      { id: "msg_0", data: { title: "t0" } },
      { id: "msg_1", data: { title: "t1" } },
    ]);
  });

  test("end alike", async () => {
    await using there = await receiver((_received, _request, response) => void response.writeHead(503).end());
    const { channel, made } = deliveries({}, there.url, 2);
    const sent = await channel.sendBatch?.(made, { now: 0, signal });
    await channel.close?.();
    const outcome = { kind: "retry", reason: "503 Service Unavailable", holdScope: "destination" };
    expect(sent).toMatchObject([{ outcome }, { outcome }]);
    expect(await channel.sendBatch?.([], { now: 0, signal })).toEqual([]);
  });
});
