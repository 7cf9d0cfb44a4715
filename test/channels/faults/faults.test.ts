import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { describe, expect, test } from "vitest";
import { type WebhookOptions, webhook } from "../../../src/channels/webhook.ts";
import type { AttemptResult } from "../../../src/store/index.ts";
import { createAuthority } from "../certificate.ts";
import { receiver } from "../receiver.ts";
import { behaviours, type FaultReceiver, faultReceiver } from "./faults.ts";

/** Long enough for a busy machine; what has to run into one sets that one short. */
const limits: WebhookOptions = {
  timeout: 30_000,
  connectTimeout: 30_000,
  responseTimeout: 30_000,
  guard: { allow: ["127.0.0.1"] },
};
const signal = new AbortController().signal;

async function attempt(url: string, options: WebhookOptions = {}, body = "b"): Promise<AttemptResult> {
  const channel = webhook({ ...limits, ...options });
  try {
    const draft = { id: "msg_1", channel: "crm", to: url, alert: { title: "t", body }, createdAt: 0 };
    const delivery = { ...draft, ...channel.accept(url), content: await channel.compose?.(draft), attempt: 1 };
    return await channel.send(delivery, { now: 0, signal });
  } finally {
    await channel.close?.();
  }
}

const reasonOf = ({ outcome }: AttemptResult): string => ("reason" in outcome ? outcome.reason : "");

const closed = "other side closed (UND_ERR_SOCKET)";
const unanswered = "no response headers in time (UND_ERR_HEADERS_TIMEOUT)";
const late = "no complete response within 400 ms (ETIMEDOUT)";
const noHttp = /^its response is not HTTP \(/;

describe("a receiver that", () => {
  test.each<[keyof typeof behaviours, AttemptResult["outcome"]["kind"], string | RegExp]>([
    ["says nothing", "retry", unanswered],
    ["closes at once", "retry", closed],
    ["resets at once", "retry", "the connection was reset (ECONNRESET)"],
    ["sends its headers byte by byte", "retry", unanswered],
    ["stops inside its headers", "retry", unanswered],
    ["closes inside its headers", "retry", closed],
    ["sends garbage", "retry", noHttp],
    ["sends binary", "retry", noHttp],
    [
      "sends a header that smuggles",
      "retry",
      "Response body length does not match content-length header (UND_ERR_RES_CONTENT_LENGTH_MISMATCH)",
    ],
    ["sends 70 KB of headers", "retry", "the headers of the response are too large (UND_ERR_HEADERS_OVERFLOW)"],
    ["floods with early hints", "retry", late],
    ["says 200 and then nothing", "delivered", ""],
    ["says 200 and drips its body", "delivered", ""],
    ["says 200 and never ends", "delivered", ""],
    ["says 200 and closes inside its body", "delivered", ""],
    ["says 200 and resets inside its body", "delivered", ""],
    ["says 200 with a gzip bomb", "delivered", ""],
    ["says 200 with a gzip stream that never ends", "delivered", ""],
    ["says 500 and never ends", "retry", "500 Internal Server Error"],
    ["redirects to a private address", "retry", "302 Found: redirects are not followed"],
    ["answers twice", "retry", "503 Service Unavailable"],
    ["upgrades", "retry", "bad upgrade (UND_ERR_SOCKET)"],
  ])("%s: %s", async (name, kind, reason) => {
    await using there = await faultReceiver(behaviours[name]);
    // What keeps sending is ended by the limit of the whole exchange alone; what pauses, by the other.
    const short =
      reason === late || name.includes("drips")
        ? { timeout: 400 }
        : { responseTimeout: reason === unanswered || name.includes("then nothing") ? 200 : 30_000 };
    const sent = await attempt(`http://127.0.0.1:${there.port}/`, short);
    expect(sent.outcome.kind).toBe(kind);
    if (typeof reason === "string") expect(reasonOf(sent)).toBe(reason);
    else expect(reasonOf(sent)).toMatch(reason);
    expect(there.count).toBe(1);
    expect(sent.response?.body?.length ?? 0).toBeLessThan(20_000);
  });

  test("is all of those", () => {
    expect(Object.keys(behaviours).length).toBe(22);
  });

  test.each(["says 200 and never ends", "says 200 with a gzip stream that never ends"] as const)(
    "%s is read no further than the limit",
    async (name) => {
      await using there = await faultReceiver(behaviours[name]);
      await attempt(`http://127.0.0.1:${there.port}/`, { maxResponseBytes: 1000 });
      // What the systems on both sides hold for the connection was written, too.
      expect(there.written).toBeLessThan(16 << 20);
    },
  );

  test("takes 10 MB slowly does not take longer than the limit", async () => {
    await using there = await faultReceiver((socket) => void socket.pause());
    const sent = await attempt(`http://127.0.0.1:${there.port}/`, { timeout: 400 }, "x".repeat(10 << 20));
    expect(sent.outcome).toEqual({ kind: "retry", reason: late });
  });

  test("refuses connections", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    const { outcome } = await attempt(`http://127.0.0.1:${port}/`);
    expect(outcome).toEqual({ kind: "retry", reason: "the connection was refused (ECONNREFUSED)" });
  });
});

describe("a name that", () => {
  const at = (resolve: (host: string) => Promise<readonly string[]>, port = 80, options: WebhookOptions = {}) =>
    attempt(`http://receiver.example:${port}/`, { guard: { allow: ["127.0.0.1"], resolve }, ...options });

  test("is not found", async () => {
    const resolve = () => Promise.reject(Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }));
    expect((await at(resolve)).outcome).toEqual({ kind: "retry", reason: "the name was not found (ENOTFOUND)" });
  });

  test("is never resolved", async () => {
    expect(reasonOf(await at(() => new Promise(() => {}), 80, { connectTimeout: 300 }))).toBe(
      "connecting to receiver.example:80 took longer than 300 ms (ETIMEDOUT)",
    );
  });

  test("is bound to another address after it was checked", async () => {
    await using there = await receiver();
    const answers = [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1", "10.0.0.1"]];
    const resolve = async () => answers.shift() ?? [];
    expect((await at(resolve, there.port)).outcome).toEqual({ kind: "delivered" });
    for (const address of ["169.254.169.254, a link-local", "10.0.0.1, a private"]) {
      const { outcome } = await at(resolve, there.port);
      expect(outcome.kind).toBe("rejected");
      expect("reason" in outcome && outcome.reason).toContain(`receiver.example resolves to ${address} address`);
    }
    expect(there.received.map(({ headers }) => headers.host)).toEqual([`receiver.example:${there.port}`]);
  });
});

test("a storm of 503 ends each attempt, with one request each, and holds the destination", async () => {
  await using there = await receiver((_received, _request, response) => {
    response.writeHead(503, { "retry-after": "7" }).end("busy");
  });
  const all = await Promise.all(Array.from({ length: 50 }, () => attempt(there.url)));
  const outcome = { kind: "retry", reason: "503 Service Unavailable", retryAfter: 7000, holdScope: "destination" };
  expect(all.map((sent) => sent.outcome)).toEqual(all.map(() => outcome));
  expect(there.received.length).toBe(50);
});

test("a healthy receiver is served at once while 50 others hang", async () => {
  await using hanging = await faultReceiver(behaviours["says nothing"]);
  await using healthy = await receiver();
  const channel = webhook(limits);
  const stop = new AbortController();
  const send = async (to: string) => {
    const draft = { id: "msg_1", channel: "crm", to, alert: { title: "t" }, createdAt: 0 };
    const delivery = { ...draft, ...channel.accept(to), content: await channel.compose?.(draft), attempt: 1 };
    return channel.send(delivery, { now: 0, signal: stop.signal });
  };
  const hung = Array.from({ length: 50 }, (_, n) => send(`http://127.0.0.1:${hanging.port}/${n}`));
  expect((await send(healthy.url)).outcome).toEqual({ kind: "delivered" });
  stop.abort();
  const reason = "this process was stopped during the attempt";
  expect((await Promise.all(hung)).map(({ outcome }) => outcome)).toEqual(hung.map(() => ({ kind: "retry", reason })));
  await channel.close?.();
});

describe("over TLS", () => {
  const { ca, sign } = createAuthority();
  const good = sign("receiver", ["receiver.example"], { address: true });

  const answering = (options: TlsOptions): Promise<FaultReceiver> =>
    faultReceiver(
      (socket) => void socket.end("HTTP/1.1 204 No Content\r\n\r\n"),
      createTlsServer(options, () => {}) as unknown as Server,
    );
  const resolve = async () => ["127.0.0.1"];
  const over = (port: number, options: WebhookOptions = {}, host = "127.0.0.1") =>
    attempt(`https://${host}:${port}/`, {
      tls: { ca },
      guard: { allow: ["127.0.0.1"], resolve },
      ...options,
    });

  test("a receiver whose certificate is of a trusted authority, by address and by name", async () => {
    await using there = await answering(good);
    for (const host of ["127.0.0.1", "receiver.example"]) {
      expect((await over(there.port, {}, host)).outcome).toEqual({ kind: "delivered" });
    }
  });

  test("an unknown authority", async () => {
    await using there = await answering(good);
    const { outcome } = await over(there.port, { tls: {} });
    const reason = "its certificate is signed by an unknown authority (UNABLE_TO_VERIFY_LEAF_SIGNATURE)";
    expect(outcome).toEqual({ kind: "retry", reason });
  });

  test("another name", async () => {
    await using there = await answering(good);
    const { outcome } = await over(there.port, {}, "other.example");
    const reason = "its certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)";
    expect(outcome).toEqual({ kind: "retry", reason });
  });

  test("TLS 1.1", async () => {
    await using there = await answering({
      ...good,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "ALL:@SECLEVEL=0",
    });
    const { outcome } = await over(there.port);
    expect(outcome).toEqual({ kind: "retry", reason: "it speaks no TLS 1.2 (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION)" });
  });

  test("plain HTTP on a TLS port", async () => {
    await using there = await faultReceiver(behaviours["answers twice"]);
    const { outcome } = await over(there.port);
    const reason = "it speaks no TLS on this port (ERR_SSL_WRONG_VERSION_NUMBER)";
    expect(outcome).toEqual({ kind: "retry", reason });
  });

  test("a port that never begins TLS", async () => {
    await using there = await faultReceiver(behaviours["says nothing"]);
    expect((await over(there.port, { connectTimeout: 300 })).outcome).toEqual({
      kind: "retry",
      reason: "connecting took too long (UND_ERR_CONNECT_TIMEOUT)",
    });
  });

  test("a receiver that asks for a certificate gets ours, and none from others", async () => {
    const own = sign("sender", ["sender.example"]);
    await using there = await answering({ ...good, requestCert: true, rejectUnauthorized: true, ca });
    const url = `https://127.0.0.1:${there.port}/`;
    const delivered = await over(there.port, { url, tls: { ca, ...own } });
    expect(delivered.outcome).toEqual({ kind: "delivered" });
    expect(JSON.stringify(delivered)).not.toContain("PRIVATE");
    const { outcome } = await over(there.port);
    expect(outcome.kind).toBe("retry");
  });
});
