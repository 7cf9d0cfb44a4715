import { describe, expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { apns } from "../../src/channels/apns.ts";
import { fcm } from "../../src/channels/fcm.ts";
import { vapidKeys, webPush } from "../../src/channels/web-push.ts";
import { generateKeyPair, generateSecret, type WebhookOptions, webhook } from "../../src/channels/webhook.ts";
import type { Channel } from "../../src/dispatch/index.ts";
import { shownUrl } from "../../src/dispatch/secrets/url.ts";
import { compile } from "../../src/index.ts";
import { apple, key, keyId, teamId, topic } from "./apns/apns-server.ts";
import { certificate } from "./certificate.ts";
import { channelTo, mailServer, scriptedServer } from "./email/mail-server.ts";
import { google } from "./fcm/fcm-server.ts";
import { readable, repeat, repeated, tells } from "./leaks.ts";
import { receiver } from "./receiver.ts";
import { browser, pushService } from "./web-push/push-server.ts";

const guard = { allow: ["127.0.0.0/8", "::1"] };

/** Fails with the place where the secret is told. */
function expectUntold(texts: Readonly<Record<string, string>>, secrets: readonly string[]): void {
  const told = secrets.flatMap((secret) =>
    Object.entries(texts).flatMap(([where, text]) => (tells(text, secret) ? [`${where}: ${secret}`] : [])),
  );
  expect(told).toEqual([]);
}

/** Of a channel to a receiver that repeats everything. */
async function expectNothingTold(
  channel: Channel,
  to: Json,
  secrets: readonly string[],
  isKept = false,
): Promise<string> {
  const { shown, journal, lines, stored } = await readable(channel, to);
  expectUntold({ shown, journal, lines, ...(isKept ? {} : { stored }) }, secrets);
  return journal;
}

test("what is looked for here is found in what a receiver repeats", () => {
  const secret = 'a+b/"c=ä&$1';
  expect(tells(repeated({ authorization: `Bearer x` }, "/", ""), secret)).toBe(false);
  const { base64, base64url, percent, form, json, php, headers } = JSON.parse(repeated({ "x-a": secret }, "/", ""));
  for (const text of [...base64, base64url, percent, form, json, php, JSON.stringify(headers)])
    expect(tells(`${text}`, secret)).toBe(true);
});

describe("a webhook's receiver that repeats everything tells nothing", () => {
  const secret = 's3cr/t+v=a?"x y';
  const kinds: readonly (readonly [string, WebhookOptions["auth"], readonly string[]])[] = [
    ["basic", { kind: "basic", user: "api-user", password: secret }, [secret, "api-user"]],
    ["basic, the key as the user", { kind: "basic", user: "sk_live_0123456789", password: "" }, ["sk_live_0123456789"]],
    ["bearer", { kind: "bearer", token: "tok.en-0123456789_abc" }, ["tok.en-0123456789_abc"]],
    ["a short bearer", { kind: "bearer", token: "t0k9" }, ["t0k9"]],
    ["a header", { kind: "header", name: "x-anything", value: secret }, [secret]],
  ];
  test.each(kinds)("of %s", async (_name, auth, secrets) => {
    await using there = await receiver((received, _request, response) => repeat(received, response));
    const journal = await expectNothingTold(webhook({ guard, url: there.url, auth }), null, secrets);
    expect(there.received).toHaveLength(1);
    expect(JSON.parse(journal)).toMatchObject([
      { outcome: { kind: "retry" }, response: { headers: { "x-echo-user-agent": "tocsin" } } },
    ]);
  });

  test.each([["header"], ["form"]] as const)("of OAuth2, the client's secret in the %s", async (credentials) => {
    let asked = 0;
    await using token = await receiver((received, _request, response) => {
      if (asked++ === 1) return repeat(received, response, 400);
      response.end(JSON.stringify({ access_token: "acc3ss/tok+en==", expires_in: 3600 }));
    });
    await using there = await receiver((received, _request, response) => repeat(received, response, 401));
    const auth = {
      kind: "oauth2",
      tokenUrl: `${token.url}t?key=q1w2e3`,
      clientId: "id",
      clientSecret: "cl!ent s3cr&t",
      credentials,
    } as const;
    const channel = { ...webhook({ guard, url: there.url, auth }), close: async () => {} };
    const secrets = ["acc3ss/tok+en==", "cl!ent s3cr&t", "q1w2e3"];
    await expectNothingTold(channel, null, secrets);
    const journal = await expectNothingTold(channel, null, secrets);
    expect(journal).toContain(`no token from ${new URL(token.url).host}: 400 400`);
  });

  test("of signatures and keys, symmetric or not", async () => {
    const [shared, pair] = [generateSecret(), generateKeyPair()];
    await using there = await receiver(({ headers, path, body }, _request, response) => {
      // A receiver knows the shared secret.
      response.writeHead(500, `no ${headers["webhook-signature"]}`);
      response.end(`${shared} ${Buffer.from(shared).toString("base64")} ${repeated(headers, path, `${body}`)}`);
    });
    const channel = webhook({ guard, url: there.url, keys: [shared, pair.secret] });
    const { shown, journal, lines, stored } = await readable(channel, null);
    const made = `${there.received[0]!.headers["webhook-signature"]}`.split(/[ ,]/).filter((part) => part.length > 8);
    expect(made).toHaveLength(2);
    expectUntold({ shown, journal, lines, stored }, [shared, shared.slice(6), pair.secret, ...made]);
  });

  test("of headers whose names say that they are secret, or the options", async () => {
    await using there = await receiver((received, _request, response) => repeat(received, response));
    const headers = {
      "X-Auth-Token": "aaa-fixed-secret",
      "ocp-apim-subscription-key": "bbb-fixed-secret",
      "x-tenant": compile("ccc-{{ .profile.pass }}"),
      cookie: "session=ddd-fixed-secret",
      "x-plain": "plain-text",
    };
    const channel = webhook({ guard, url: there.url, headers, secretHeaders: ["X-Tenant"] });
    const { shown, journal, lines } = await readable(channel, null, { profile: { pass: "profile-secret" } });
    expectUntold({ shown, journal, lines }, [
      "aaa-fixed-secret",
      "bbb-fixed-secret",
      "ccc-profile-secret",
      "ddd-fixed-secret",
    ]);
    expect(JSON.parse(journal)[0].request.headers).toMatchObject({
      "x-plain": "plain-text",
      "x-tenant": "…",
      cookie: "…",
    });
    expect(JSON.parse(journal)[0].response.headers).toMatchObject({
      "x-echo-x-plain": "plain-text",
      "x-echo-x-tenant": "…",
    });
    expect(there.received[0]!.headers).toMatchObject({ "x-tenant": "ccc-profile-secret" });
  });

  test.each([[true], [false]])("of its URL, whether it is the channel's: %s", async (isFixed) => {
    await using there = await receiver((received, _request, response) => repeat(received, response));
    const url = `${there.url}services/T012AB3CD/B0/SECRETTOKEN%2Fx?sig=a%2Bbc&wait=true&thread=1234567890`;
    const secrets = ["SECRETTOKEN", "T012AB3CD", "1234567890"];
    const channel = isFixed ? webhook({ guard, url }) : webhook({ guard });
    const to = isFixed ? null : url;
    const { shown, journal, lines, stored, delivery } = await readable(channel, to, { profile: { hook: url } });
    expectUntold({ shown, journal, lines, ...(isFixed ? { stored } : {}) }, secrets);
    expect(journal).not.toMatch(/a%2Bbc|a\+bc/);
    expect(delivery).toMatchObject({ destination: shownUrl(url), to: isFixed ? null : shownUrl(url) });
    expect(delivery.journal[0]!.request!.line).toBe(`POST ${shownUrl(url)}`);
    expect(there.received[0]!.path).toBe(new URL(url).pathname + new URL(url).search);
  });

  test("that cuts a secret, or whose answer is cut within one", async () => {
    const token = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (const length of [4, 10, token.length - 1, token.length]) {
      await using there = await receiver((_received, _request, response) => {
        response.writeHead(500).end(`${"x".repeat(50)}${token}`);
      });
      const channel = webhook({
        guard,
        url: there.url,
        auth: { kind: "bearer", token },
        maxResponseBytes: 50 + length,
      });
      const { delivery } = await readable(channel, null);
      expect(delivery.journal[0]!.response!.body).toBe(`${"x".repeat(50)}…`);
    }
    await using there = await receiver((_received, _request, response) => {
      response.writeHead(500, `${"y".repeat(180)}${token}`).end(`${"x".repeat(16_374)}${token}${"x".repeat(100)}`);
    });
    const { delivery } = await readable(webhook({ guard, url: there.url, auth: { kind: "bearer", token } }), null);
    expect(delivery.journal[0]).toMatchObject({
      outcome: { reason: `500 ${"y".repeat(180)}…` },
      response: { statusLine: `500 ${"y".repeat(180)}…`, body: `${"x".repeat(16_374)}…… (16510 characters)` },
    });
  });

  test("of a batch, and of what a channel throws", async () => {
    await using there = await receiver((received, _request, response) => repeat(received, response));
    const auth = { kind: "bearer", token: "batch-t0ken-x" } as const;
    await expectNothingTold(webhook({ guard, url: there.url, auth, batch: { size: 2, wait: 0 } }), null, [
      "batch-t0ken-x",
    ]);
    const failing: Channel = {
      kind: "own",
      secrets: ["my-own-s3cret"],
      accept: () => ({ destination: "x" }),
      send: async () => {
        throw Object.assign(new Error("cannot log in with my-own-s3cret"), { code: "EOWN" });
      },
    };
    const journal = await expectNothingTold(failing, null, ["my-own-s3cret"]);
    expect(JSON.parse(journal)[0].outcome.reason).toBe("channel failed: Error: cannot log in with …");
  });
});

test("a channel of one's own marks what it has and what it sends", async () => {
  const own: Channel = {
    kind: "own",
    secrets: ["my-own-s3cret", { name: "PIN", value: "4711-0815" }],
    accept: (to) => ({ destination: `${to}` }),
    compose: () => ({ body: "pin 4711-0815 for ${PIN}" }),
    send: async ({ content, to }) => ({
      request: { line: `OWN ${to}`, body: (content as { body: string }).body },
      response: { statusLine: "200", body: "my-own-s3cret once-made-1 4711-0815" },
      outcome: { kind: "rejected", reason: "once-made-1" },
      secrets: ["once-made-1"],
    }),
  };
  const { delivery, stored } = await readable(own, "at 4711-0815");
  expect(stored).not.toContain("4711-0815");
  expect(delivery).toMatchObject({
    destination: "at ${PIN}",
    to: "at ${PIN}",
    content: { body: "pin ${PIN} for ${PIN}" },
    reason: "…",
    journal: [
      {
        request: { line: "OWN at ${PIN}" },
        response: { body: "… … ${PIN}" },
        outcome: { kind: "rejected", reason: "…" },
      },
    ],
  });
  // What the journal has in common with the content is kept once.
  expect(delivery.journal[0]!.request).not.toHaveProperty("body");
});

test("web push: neither the VAPID token nor the subscription's path", async () => {
  const paths: string[] = [];
  const tokens: string[] = [];
  await using service = await pushService((headers, body, path) => {
    paths.push(path);
    tokens.push(/t=([\w.-]+)/.exec(`${headers.authorization}`)![1]!);
    return {
      status: 500,
      headers: { "x-echo": `${headers.authorization}` },
      body: repeated(headers, path, body.toString("latin1")),
    };
  });
  const vapid = { ...vapidKeys(), subject: "mailto:ops@example.com" };
  const channel = webPush({ vapid, guard, tls: { ca: service.ca } });
  const { subscription } = browser(`${service.url}/push/gAAAAABn-Qz_endpoint_0123`);
  const { shown, journal, lines, delivery } = await readable(channel, subscription as unknown as Json);
  expect(paths).toEqual(["/push/gAAAAABn-Qz_endpoint_0123"]);
  expectUntold({ shown, journal, lines }, [
    tokens[0]!,
    vapid.privateKey,
    "gAAAAABn-Qz_endpoint_0123",
    subscription.keys.auth,
  ]);
  expect(delivery.to).toEqual({
    endpoint: shownUrl(subscription.endpoint),
    keys: { p256dh: subscription.keys.p256dh, auth: "…" },
  });
});

test("APNs: not the provider token", async () => {
  await using server = await apple();
  let token = "";
  server.answers.push((stream) => {
    const headers = stream.sentInfoHeaders;
    expect(headers).toEqual([]);
  });
  server.server.removeAllListeners("stream");
  server.server.on("stream", (stream, headers) => {
    token = `${headers.authorization}`.slice(7);
    stream.respond({ ":status": 403, "x-echo": `${headers.authorization}` });
    stream.end(JSON.stringify({ reason: "InvalidProviderToken", echo: repeated(headers as never, "/", "") }));
  });
  const channel = apns({ teamId, keyId, key, topic, host: server.host, ca: server.ca, guard });
  const { shown, journal, lines } = await readable(channel, "a1".repeat(32));
  expect(token.split(".")).toHaveLength(3);
  expectUntold({ shown, journal, lines }, [
    token,
    token.split(".")[2]!,
    ...key.split("\n").filter((line) => line.length > 40),
  ]);
});

test("FCM: neither the access token nor the assertion", async () => {
  await using server = await google();
  const { url: origin, ca, serviceAccount } = server;
  const channel = { ...fcm({ serviceAccount, origin, tls: { ca }, guard }), close: async () => {} };
  server.answers.push({
    status: 500,
    headers: { "x-echo": "Bearer ya29.1" },
    body: { error: { message: "ya29.1 is bad", status: "INTERNAL" } },
  });
  const { shown, journal, lines, delivery } = await readable(channel, "device-token-1");
  expectUntold({ shown, journal, lines }, ["ya29.1"]);
  expect(delivery.reason).toBe("given up after 1 attempt: 500 INTERNAL … is bad");
  expect(delivery.journal[0]!.request!.line).toBe(`POST ${origin}/v1/projects/example-project/messages:send`);
});

test("FCM: a token service that repeats the assertion", async () => {
  let assertion = "";
  await using server = await pushService((_headers, body) => {
    assertion = new URLSearchParams(body.toString()).get("assertion")!;
    return { status: 400, body: `bad ${assertion} ${body}` };
  });
  const { serviceAccount } = await google().then(async (one) => {
    await one[Symbol.asyncDispose]();
    return one;
  });
  const account = { ...serviceAccount, token_uri: `${server.url}/token` };
  const channel = fcm({ serviceAccount: account, origin: server.url, tls: { ca: server.ca }, guard });
  const { shown, journal, lines, delivery } = await readable(channel, "device-token-1");
  expectUntold({ shown, journal, lines }, [assertion, assertion.slice(0, 100)]);
  expect(delivery.journal[0]!.outcome).toMatchObject({ reason: "no access token: 400 bad …" });
});

test("e-mail: neither user nor password, whatever the mail server repeats", async () => {
  const pair = certificate();
  const auth = { user: "relay-user", pass: "pa55w0rd/+x" };
  const line = Buffer.from(`\0${auth.user}\0${auth.pass}`).toString("base64");
  await using mx = await mailServer({
    ...pair,
    secure: true,
    authOptional: false,
    onAuth: (_auth, _session, done) =>
      done(
        new Error(
          `${auth.user} ${auth.pass} ${line} ${Buffer.from(auth.user).toString("base64")} ${Buffer.from(auth.pass).toString("base64")}`,
        ),
      ),
  });
  const channel = channelTo(mx.port, { host: "localhost", secure: true, tls: { ca: pair.cert }, auth, guard });
  const { shown, journal, lines, stored, delivery } = await readable(channel, "ada@example.net");
  expectUntold({ shown, journal, lines, stored }, [auth.user, auth.pass, line.slice(4, -4)]);
  expect(delivery.journal[0]!.outcome).toMatchObject({
    reason: "the mail server refused the login: 535 … … … … …",
  });
});

test("e-mail: not the headers that are secret by their names", async () => {
  await using mx = await scriptedServer({ dot: "554 5.7.1 no x-relay-token: relay-t0ken-1" });
  const channel = channelTo(mx.port, { headers: { "X-Relay-Token": "relay-t0ken-1", "X-Plain": "plain" } });
  const { shown, journal, lines, stored, delivery } = await readable(channel, "ada@example.net");
  expectUntold({ shown, journal, lines, stored }, ["relay-t0ken-1"]);
  expect(delivery.journal[0]!.request!.headers).toMatchObject({ "x-relay-token": "…", "x-plain": "plain" });
  expect(mx.said).toContain("X-Relay-Token: relay-t0ken-1");
});

test("web push: not in the reason why the next push waits", async () => {
  let sent = "";
  await using service = await pushService((headers, _body, path) => {
    sent = `${headers.authorization}`;
    return { status: 401, body: JSON.stringify({ message: `bad jwt ${sent} ${path}` }) };
  });
  const vapid = { ...vapidKeys(), subject: "mailto:ops@example.com" };
  const channel = { ...webPush({ vapid, guard, tls: { ca: service.ca } }), close: async () => {} };
  for (const path of ["gAAAAABn-first-0123", "gAAAAABn-other-4567"]) {
    const { subscription } = browser(`${service.url}/push/${path}`);
    const { shown, journal, lines } = await readable(channel, subscription as unknown as Json);
    expect(journal).toMatch(/bad jwt/);
    expectUntold({ shown, journal, lines }, [/t=([\w.-]+)/.exec(sent)![1]!, "gAAAAABn-first-0123"]);
  }
  expect(service.received).toHaveLength(1);
});
