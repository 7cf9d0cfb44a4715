import { describe, expect, test } from "vitest";
import type { Outcome } from "../../../src/store/index.ts";
import { channelTo, deliver, handOver, mailServer, never, type Script, scriptedServer } from "./mail-server.ts";

const retry = (reason: string): Outcome => ({ kind: "retry", reason });
const held = (reason: string): Outcome => ({ kind: "retry", reason, holdScope: "channel", countsAsAttempt: false });
const rejected = (reason: string): Outcome => ({ kind: "rejected", reason });
const gone = (reason: string): Outcome => ({ kind: "gone", reason });

describe("what an answer means", () => {
  test.each<[Script, Outcome]>([
    [{ rcpt: "450 4.2.0 greylisted, come back" }, retry("450 4.2.0 greylisted, come back")],
    [{ rcpt: "451 4.3.0 trouble" }, retry("451 4.3.0 trouble")],
    [{ mail: "452 4.3.1 no space" }, retry("452 4.3.1 no space")],
    [{ data: "451 4.3.0 trouble" }, retry("451 4.3.0 trouble")],
    [{ dot: "451 4.7.1 later" }, retry("451 4.7.1 later")],
    [{ dot: "421 4.3.2 shutting down" }, retry("421 4.3.2 shutting down")],
    [{ rcpt: "421 4.7.0 too many" }, retry("421 4.7.0 too many")],
    [{ mail: "503 5.5.1 who are you" }, retry("503 5.5.1 who are you")],
    [{ rcpt: "550 5.1.1 no such user" }, gone("550 5.1.1 no such user")],
    [
      { rcpt: "550-5.1.1 The account\r\n550 5.1.1 does not exist" },
      gone("550-5.1.1 The account 550 5.1.1 does not exist"),
    ],
    [{ rcpt: "550 5.2.1 mailbox disabled" }, gone("550 5.2.1 mailbox disabled")],
    [{ rcpt: "556 5.1.10 null MX" }, gone("556 5.1.10 null MX")],
    [{ rcpt: "550 No such user here" }, gone("550 No such user here")],
    [{ dot: "550 5.1.1 no such user" }, gone("550 5.1.1 no such user")],
    [{ rcpt: "550 5.7.1 user unknown to the blocklist" }, rejected("550 5.7.1 user unknown to the blocklist")],
    [{ rcpt: "553 5.1.3 bad address" }, rejected("553 5.1.3 bad address")],
    [{ rcpt: "552 5.2.2 mailbox full" }, rejected("552 5.2.2 mailbox full")],
    [{ mail: "552 5.3.4 message too big" }, rejected("552 5.3.4 message too big")],
    [{ dot: "552 5.3.4 message too big" }, rejected("552 5.3.4 message too big")],
    [{ dot: "554 5.7.1 looks like spam" }, rejected("554 5.7.1 looks like spam")],
    [{ data: "554 5.5.1 no valid recipients" }, rejected("554 5.5.1 no valid recipients")],
    [{ ehlo: "250-test\r\n250 SIZE 100" }, rejected("Message size larger than allowed 100")],
    [{ mail: "550 5.1.8 unknown sender" }, held("the mail server refused the sender: 550 5.1.8 unknown sender")],
    [{ mail: "530 5.7.0 log in first" }, held("the mail server refused the login: 530 5.7.0 log in first")],
    [{ rcpt: "530 5.7.0 STARTTLS first" }, held("the mail server refused the login: 530 5.7.0 STARTTLS first")],
    [{ greeting: "554 5.7.1 go away" }, held("the mail server refused the connection: 554 5.7.1 go away")],
    [{ greeting: "421 4.3.2 full" }, retry("421 4.3.2 full")],
  ])("%j", async (script, outcome) => {
    await using server = await scriptedServer(script);
    await using channel = channelTo(server.port);
    const sent = await deliver(channel);
    expect(sent.outcome).toEqual(outcome);
    if (outcome.kind !== "rejected" || !outcome.reason.startsWith("Message size")) {
      expect(outcome.kind !== "delivered" && outcome.reason).toContain(sent.response?.statusLine);
    }
  });
});

const maybe = "; the message had been sent and may have been accepted";

describe("a connection that is lost", () => {
  test.each<[keyof Script, boolean]>([
    ["greeting", false],
    ["ehlo", false],
    ["mail", false],
    ["rcpt", false],
    ["data", false],
    ["within", true],
    ["dot", true],
  ])("at %s is tried again", async (step, handedOver) => {
    await using server = await scriptedServer({ [step]: "close" });
    await using channel = channelTo(server.port);
    const { outcome, request, response } = await deliver(channel);
    expect(outcome).toEqual({ kind: "retry", reason: expect.any(String) });
    expect(outcome.kind === "retry" && outcome.reason.endsWith(maybe)).toBe(handedOver);
    expect(request?.headers?.["message-id"]).toBe("<msg_2Zx7@example.org>");
    expect(response).toBeUndefined();
  });

  test("after the final dot: the next attempt has the same Message-ID and bytes", async () => {
    let lost = true;
    await using first = await scriptedServer({ dot: "close" });
    await using second = await scriptedServer({});
    for (const port of [first.port, second.port]) {
      await using channel = channelTo(port);
      const { outcome } = await channel.send(await handOver(channel), { now: 0, signal: never });
      expect(outcome.kind).toBe(lost ? "retry" : "delivered");
      lost = false;
    }
    const message = (said: string[]) =>
      said.slice(said.findIndex((text) => /^DATA/.test(text)) + 1, said.indexOf(".") + 1);
    expect(message(first.said)).toContain("Message-ID: <msg_2Zx7@example.org>");
    expect(message(second.said)).toEqual(message(first.said));
  });
});

describe("a server that never answers", () => {
  test.each<[keyof Script, boolean]>([
    ["greeting", false],
    ["ehlo", false],
    ["mail", false],
    ["rcpt", false],
    ["data", false],
    ["dot", true],
  ])("at %s is left after a time", async (step, handedOver) => {
    await using server = await scriptedServer({ [step]: "silence" });
    await using channel = channelTo(server.port, { timeouts: { connect: 200, greeting: 200, idle: 200 } });
    const { outcome } = await deliver(channel);
    expect(outcome).toEqual({ kind: "retry", reason: expect.any(String) });
    expect(outcome.kind === "retry" && outcome.reason.endsWith(maybe)).toBe(handedOver);
  });

  test("even one that keeps the line busy", async () => {
    await using server = await scriptedServer({ dot: "250-wait\r\n250-wait" });
    await using channel = channelTo(server.port, { timeouts: { total: 200 } });
    expect((await deliver(channel)).outcome).toEqual(retry(`no response in time${maybe}`));
  });

  test("holds up nothing else", async () => {
    await using server = await scriptedServer({ rcpt: "silence" });
    await using channel = channelTo(server.port, { pool: { connections: 1 }, timeouts: { total: 200 } });
    const both = await Promise.all([deliver(channel), deliver(channel)]);
    expect(both.map(({ outcome }) => outcome)).toEqual([retry("no response in time"), retry("no response in time")]);
  });
});

test("an attempt ends when the process has to stop, whether it is waiting or under way", async () => {
  await using server = await scriptedServer({ rcpt: "silence" });
  await using channel = channelTo(server.port, { pool: { connections: 1 } });
  const stop = new AbortController();
  const attempts = [1, 2, 3].map(async () => channel.send(await handOver(channel), { now: 0, signal: stop.signal }));
  while (!server.said.some((text) => text.startsWith("RCPT"))) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  for (const { outcome } of await Promise.all(attempts)) {
    expect(outcome).toEqual(retry("this process was stopped during the attempt"));
  }
  expect((await channel.send(await handOver(channel), { now: 0, signal: stop.signal })).outcome.kind).toBe("retry");
});

test("nobody listens", async () => {
  const { port } = await (async () => {
    await using server = await scriptedServer({});
    return server;
  })();
  await using channel = channelTo(port);
  expect((await deliver(channel)).outcome).toEqual(retry("the connection was refused (ECONNREFUSED)"));
});

test("the guard refuses a mail server in a private network unless it is allowed", async () => {
  await using server = await mailServer();
  const guard = { resolve: async () => ["127.0.0.1"] };
  await using channel = channelTo(server.port, { host: "mail.example.org", guard });
  const { outcome } = await deliver(channel);
  expect(outcome).toMatchObject({ kind: "retry", holdScope: "channel", countsAsAttempt: false });
  expect(outcome.kind === "retry" && outcome.reason).toMatch(
    /^the guard refused the mail server: mail.example.org resolves to 127.0.0.1/,
  );
  await using allowed = channelTo(server.port, { host: "mail.example.org", guard: { ...guard, allow: ["127.0.0.1"] } });
  expect((await deliver(allowed)).outcome).toEqual({ kind: "delivered" });
});

test("connections are kept for the next message, and one that was closed meanwhile is replaced", async () => {
  const sessions = new Set<string>();
  await using server = await mailServer({
    onMailFrom(_address, { id }, done) {
      sessions.add(id);
      done();
    },
  });
  await using channel = channelTo(server.port, { pool: { connections: 2, messages: 3 } });
  for (let n = 0; n < 6; n++) expect((await deliver(channel)).outcome.kind).toBe("delivered");
  expect(sessions.size).toBe(2);
  expect(server.taken).toHaveLength(6);
});

test("the default schedule is short at first and lasts for four days", () => {
  const { retry: policy } = channelTo(9);
  const waits = policy!.wait as number[];
  expect(waits.slice(0, 5).map((ms) => ms / 60_000)).toEqual([1, 5, 15, 30, 60]);
  const days = waits.reduce((sum, ms) => sum + ms, 0) / 86_400_000;
  expect(days).toBeGreaterThan(3.9);
  expect(days).toBeLessThan(4);
});
