import { once } from "node:events";
import { createSecureServer, type ServerHttp2Session } from "node:http2";
import { expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { apns } from "../../src/channels/apns.ts";
import { vapidKeys, webPush } from "../../src/channels/web-push.ts";
import { webhook } from "../../src/channels/webhook.ts";
import { key, keyId, teamId, topic } from "./apns/apns-server.ts";
import { certificate } from "./certificate.ts";
import { delivery, journaled } from "./deliveries.ts";
import { listening, receiver } from "./receiver.ts";
import { browser, pushService } from "./web-push/push-server.ts";

/** Names that are all at one address of loopback; `asked` has each look-up. */
function names() {
  const asked: string[] = [];
  const resolve = async (host: string): Promise<readonly string[]> => {
    asked.push(host);
    return ["127.0.0.1"];
  };
  return { asked, guard: { allow: ["127.0.0.1"], resolve } };
}

test("an HTTP/2 connection is used for the authority it was opened for, whatever else its server says that it is", async () => {
  const pair = certificate("one.example", "two.example");
  const sessions: ServerHttp2Session[] = [];
  const authorities: string[] = [];
  const { server, port } = await listening(createSecureServer(pair));
  server.on("session", (session) => {
    sessions.push(session);
    // RFC 8336 and 7838: what browsers go by when they use a connection for another name.
    session.origin("https://two.example", `https://two.example:${port}`);
    session.altsvc(`h2="two.example:${port}"`, `https://one.example:${port}`);
  });
  server.on("stream", (stream, headers) => {
    authorities.push(`${headers[":authority"]}`);
    stream.respond({ ":status": 200 });
    stream.end();
  });
  const { asked, guard } = names();
  const channels = ["one.example", "two.example", "one.example"].map((host) =>
    apns({ teamId, keyId, key, topic, host: `${host}:${port}`, ca: pair.cert, guard }),
  );
  for (const channel of [...channels, ...channels]) {
    expect((await journaled(channel, delivery({ to: "a1".repeat(32) }))).outcome).toEqual({ kind: "delivered" });
  }
  expect(authorities).toEqual(["one", "two", "one", "one", "two", "one"].map((name) => `${name}.example:${port}`));
  expect([sessions.length, asked]).toEqual([3, ["one.example", "two.example", "one.example"]]);
  for (const channel of channels) await channel.close?.();
  server.close();
  await once(server, "close");
});

test("push services at one address, with one certificate, are each connected to and guarded", async () => {
  await using service = await pushService(() => ({ status: 201 }), "one.example", "two.example");
  const { asked, guard } = names();
  const vapid = { ...vapidKeys(), subject: "mailto:ops@example.com" };
  const channel = webPush({
    vapid,
    guard: { ...guard, hosts: ["one.example", "two.example"] },
    tls: { ca: service.ca },
  });
  const outcomes: string[] = [];
  for (const host of ["one.example", "two.example", "one.example", "three.example"]) {
    const { subscription } = browser(`https://${host}:${service.port}/push/1`);
    outcomes.push((await journaled(channel, delivery({ to: subscription as unknown as Json }))).outcome.kind);
  }
  expect(outcomes).toEqual(["delivered", "delivered", "delivered", "rejected"]);
  expect([service.connections(), asked]).toEqual([2, ["one.example", "two.example"]]);
  expect(service.received.map(({ headers }) => headers.host)).toEqual(
    ["one", "two", "one"].map((name) => `${name}.example:${service.port}`),
  );
  await channel.close?.();
});

test("a token URL goes through the guard, and its refusal tells no secret", async () => {
  await using token = await receiver();
  await using there = await receiver();
  const auth = {
    kind: "oauth2",
    tokenUrl: `${token.url}t?key=q1w2e3r4`,
    clientId: "id",
    clientSecret: "s3cr3t-x",
  } as const;
  const channel = webhook({
    url: "http://one.example/",
    guard: { allow: [], resolve: async () => ["93.184.215.14"] },
    auth,
  });
  const sent = await journaled(channel, delivery({ to: null, content: { headers: {}, body: "{}" } }));
  expect(sent).toEqual({
    request: { line: expect.stringMatching(/^POST http:\/\/one\.example#[\da-f]{16}$/) },
    outcome: {
      kind: "retry",
      reason: `no token from ${new URL(token.url).host}: 127.0.0.1 is a loopback address, which is blocked by default; to permit it, add "127.0.0.1" under guard.allow`,
      holdScope: "channel",
      countsAsAttempt: false,
    },
  });
  expect([token.received, there.received]).toEqual([[], []]);
  await channel.close?.();
});
