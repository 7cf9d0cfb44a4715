import type { Span, SpanOptions, Tracer } from "@opentelemetry/api";
import { pino } from "pino";
import { expect, test } from "vitest";
import { fake } from "../../src/channels/fake.ts";
import { createDispatcher, type DispatchEvent } from "../../src/dispatch/index.ts";
import {
  createLogger,
  engineLog,
  eventLog,
  eventMetrics,
  eventTraces,
  pseudonym,
  redacted,
  serveMetrics,
} from "../../src/observe/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";

const to = "ada.byron@example.com";

/** Events of one delivery that fails once for a reason that names the recipient, then arrives. */
async function story(onEvent: (event: DispatchEvent) => void, store = memoryStore()): Promise<void> {
  const mail = fake({ retry: { wait: [0], jitter: 0 } });
  mail.plan({ kind: "retry", reason: `450 4.2.0 <${to}>: greylisted, see https://example.com/why?who=${to}` });
  const dispatcher = createDispatcher({ store, channels: { mail }, onEvent });
  await dispatcher.send({ channel: "mail", to, alert: { title: "Your secret is 1234" } });
  await dispatcher.drain("settled");
  await dispatcher.close();
}

test("log lines say what happened, and to nobody's harm", async () => {
  const lines: string[] = [];
  await story(eventLog(pino({ level: "trace", base: null }, { write: (line: string) => lines.push(line) })));
  expect(lines.map((line) => JSON.parse(line).event)).toEqual([
    "enqueued",
    "claimed",
    "attempt",
    "claimed",
    "attempt",
    "settled",
  ]);
  expect(JSON.parse(lines[2]!)).toMatchObject({
    level: 40,
    destination: pseudonym(to),
    outcome: "retry",
    reason: "450 4.2.0 <…@example.com>: greylisted, see https://example.com/…",
  });
  expect(lines.join("")).not.toMatch(/ada|byron|secret|1234/i);
});

test("an error of the store is logged with its words", () => {
  const lines: string[] = [];
  const log = eventLog(pino({ base: null }, { write: (line: string) => lines.push(line) }));
  log({
    type: "error",
    doing: "claim",
    error: Object.assign(new Error("the disk is full"), { code: "SQLITE_FULL" }),
    at: 0,
  });
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 50,
    msg: "failed: claim",
    err: { message: "the disk is full", code: "SQLITE_FULL" },
  });
});

test("what failed is logged with its place, and for nobody to be known by", () => {
  const lines: string[] = [];
  const logger = createLogger("info", { write: (line: string) => lines.push(line) });
  logger.error({ err: new TypeError(`no mailbox ${to}`) }, "failed");
  const { err } = JSON.parse(lines[0]!);
  expect(err).toEqual({ message: "no mailbox …@example.com", at: expect.any(Array) });
  expect(err.at[0]).toMatch(/^at .*observe\.test\.ts:\d+:\d+/);
});

test("metrics count by channel, and are served with the health", async () => {
  const store = memoryStore();
  const metrics = eventMetrics(store.outbox);
  await story(metrics.onEvent, store);
  const server = await serveMetrics(0, metrics, async () => ({ ok: true, pending: 0 }));
  try {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    for (const line of [
      'tocsin_enqueued_total{channel="mail",state="pending"} 1',
      'tocsin_attempts_total{channel="mail",outcome="retry"} 1',
      'tocsin_attempts_total{channel="mail",outcome="delivered"} 1',
      'tocsin_settled_total{channel="mail",state="delivered"} 1',
      'tocsin_attempt_seconds_count{channel="mail"} 2',
      'tocsin_outbox_deliveries{channel="mail",state="delivered"} 1',
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect(text).not.toContain("ada");
    const health = await fetch(`${server.url}/health`);
    expect([health.status, await health.json()]).toEqual([200, { ok: true, pending: 0 }]);
    expect((await fetch(`${server.url}/`)).status).toBe(404);
  } finally {
    await server.close();
  }
});

test("a store that fails is not healthy", async () => {
  const server = await serveMetrics("127.0.0.1:0", eventMetrics(memoryStore().outbox), () =>
    Promise.reject(new Error("locked")),
  );
  try {
    const health = await fetch(`${server.url}/health`);
    expect([health.status, await health.json()]).toEqual([503, { ok: false, error: "locked" }]);
  } finally {
    await server.close();
  }
});

test("each attempt is a span", async () => {
  const spans: { name: string; options: SpanOptions; status?: unknown; ended?: unknown }[] = [];
  const tracer = {
    startSpan(name: string, options: SpanOptions) {
      const span: (typeof spans)[number] = { name, options };
      spans.push(span);
      return {
        setStatus(status: unknown) {
          span.status = status;
        },
        end(time: unknown) {
          span.ended = time;
        },
      } as unknown as Span;
    },
  } as Tracer;
  await story(eventTraces(tracer));
  expect(spans).toMatchObject([
    {
      name: "send mail",
      options: { attributes: { "tocsin.attempt": 1, "tocsin.outcome": "retry" } },
      status: { code: 2 },
    },
    { name: "send mail", options: { attributes: { "tocsin.attempt": 2, "tocsin.outcome": "delivered" } } },
  ]);
  expect(spans.every(({ ended, options }) => typeof ended === "number" && ended >= (options.startTime as number))).toBe(
    true,
  );
  expect(JSON.stringify(spans)).not.toMatch(/ada|secret/);
});

test.each([
  ["ada@example.com", "…@example.com"],
  ["https://hooks.example.com/T00/B00/xyzzy", "https://hooks.example.com"],
  ["740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad", "…"],
])("%s is shown by where it is", (destination, where) => {
  expect(pseudonym(destination)).toMatch(new RegExp(`^${where.replaceAll(".", "\\.")}#[0-9a-f]{8}(?:[0-9a-f]{8})?$`));
  // What is one already, as the outbox has it for URLs, stays.
  if (destination.startsWith("https:")) expect(pseudonym(pseudonym(destination))).toBe(pseudonym(destination));
  expect(pseudonym(destination)).not.toBe(pseudonym(`${destination}x`));
});

test.each([
  ["call +44 7700 900123 now", "call … now"],
  ["answered 503 after 20000 ms", "answered 503 after 20000 ms"],
  ["bearer abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH", "bearer …"],
  ["<o'hara@bücher.example> unknown", "<…@bücher.example> unknown"],
  ["a@b@c.example and @x and x@", "…@…@c.example and @x and x@"],
])("%s", (text, shown) => expect(redacted(text)).toBe(shown));

test("a long message is cut first, and the word that the cut goes through is left out", () => {
  const text = `failed for ${"x ".repeat(990)}ada.lovelace@example.org and bob@example.org`;
  expect(redacted(text)).toBe(`failed for ${"x ".repeat(990)}… (${text.length} characters)`);
  expect(redacted("a".repeat(40_000))).toBe("… (40000 characters)");
});

test("what the engine says is counted, and logged if it failed", async () => {
  const lines: string[] = [];
  const log = engineLog(createLogger("info", { write: (line: string) => lines.push(line) }));
  const metrics = eventMetrics(memoryStore().outbox);
  const events = [
    { type: "ingested", stream: "clicks", result: "kept" },
    { type: "ingested", result: "problem" },
    { type: "fired", trigger: "welcome", state: "sent" },
    { type: "fired", trigger: "welcome", state: "sent" },
    { type: "fired", trigger: "welcome", state: "failed", reason: `no way to ${to}` },
    { type: "undecided", audience: "vips", reason: "slow" },
    { type: "trigger-failed", trigger: "welcome", reason: "20 of its last 20 firings cost too much" },
  ] as const;
  for (const event of events) {
    log(event);
    metrics.onEngineEvent(event);
  }
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 40, event: "fired", trigger: "welcome", state: "failed", reason: "no way to …@example.com" },
    { level: 40, event: "undecided", audience: "vips", reason: "slow" },
    { level: 50, event: "trigger-failed", trigger: "welcome", reason: "20 of its last 20 firings cost too much" },
  ]);
  const said = (await metrics.text())
    .split("\n")
    .filter((line) => /^tocsin_(firings|ingested|triggers|conditions)/.test(line));
  expect(said).toEqual([
    'tocsin_firings_total{trigger="welcome",state="sent"} 2',
    'tocsin_firings_total{trigger="welcome",state="failed"} 1',
    'tocsin_ingested_total{stream="clicks",result="kept"} 1',
    'tocsin_ingested_total{stream="",result="problem"} 1',
    'tocsin_triggers_failed_total{trigger="welcome"} 1',
    'tocsin_conditions_undecided_total{audience="vips"} 1',
  ]);
});
