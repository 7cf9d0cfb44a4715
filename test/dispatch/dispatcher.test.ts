import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type FakeOptions, fake } from "../../src/channels/fake.ts";
import {
  createDispatcher,
  DestinationError,
  type DispatchEvent,
  type DispatcherOptions,
  type SendRequest,
} from "../../src/dispatch/index.ts";
import type { Outcome } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { idsOf, start } from "../store/builders.ts";

const alert = { title: "Hello" };
const retry = (changes: Partial<Extract<Outcome, { kind: "retry" }>> = {}): Outcome => ({
  kind: "retry",
  reason: "503",
  ...changes,
});

/** A dispatcher with one fake channel, a clock to turn and a list of what happened. */
function setUp(fakeOptions: FakeOptions = {}, options: Partial<DispatcherOptions> = {}) {
  const clock = { now: start };
  const events: DispatchEvent[] = [];
  const store = options.store ?? memoryStore();
  const crm = fake({ retry: { wait: [1000, 2000] }, ...fakeOptions });
  const dispatcher = createDispatcher({
    store,
    channels: { crm },
    clock: () => clock.now,
    random: () => 0.5,
    onEvent: (event) => events.push(event),
    ...options,
  });
  onTestFinished(async () => {
    await dispatcher.stop(0);
    await store.close();
  });
  const send = (changes: Partial<SendRequest> = {}) =>
    dispatcher.send({ channel: "crm", to: "a", ...(changes.template === undefined ? { alert } : {}), ...changes });
  const pass = async (ms: number): Promise<void> => {
    clock.now += ms;
    await dispatcher.drain();
  };
  return { clock, events, store, outbox: store.outbox, crm, dispatcher, send, pass };
}

/** A promise and what ends it. */
function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("handing over", () => {
  test("sends, settles and keeps the journal", async () => {
    const { dispatcher, crm, outbox, send, events } = setUp();
    const { id, state, duplicate } = await send({ options: { urgency: "high" } });
    expect({ state, duplicate }).toEqual({ state: "pending", duplicate: false });
    expect(id).toMatch(/^msg_[0-9a-z]{26}$/);
    await dispatcher.drain();
    crm.assertDelivered({ id, to: "a", destination: "a", alert, attempt: 1, options: { urgency: "high" } });
    expect(await outbox.find(id)).toMatchObject({
      state: "delivered",
      attempts: 1,
      journal: [{ number: 1, outcome: { kind: "delivered" }, response: { statusLine: "delivered" } }],
    });
    expect(events.map(({ type }) => type)).toEqual(["enqueued", "claimed", "attempt", "settled"]);
  });

  test("renders once, at hand-over, and keeps what the channel composes", async () => {
    let renders = 0;
    const { dispatcher, crm, outbox, send, pass } = setUp(
      { compose: ({ alert, profile }) => ({ said: `${alert.title} to ${JSON.stringify(profile)}` }) },
      {
        render: (profile, template) => {
          renders++;
          return { title: `${template} ${(profile as { name: string }).name}` };
        },
      },
    );
    crm.plan(retry());
    const { id } = await send({ profile: { name: "Ada" }, template: "Hey" });
    await dispatcher.drain();
    await pass(1000);
    expect(renders).toBe(1);
    const content = { said: 'Hey Ada to {"name":"Ada"}' };
    expect(crm.attempts).toMatchObject([
      { id, attempt: 1, alert: { title: "Hey Ada" }, content },
      { id, attempt: 2, alert: { title: "Hey Ada" }, content },
    ]);
    expect(await outbox.find(id)).not.toHaveProperty("source");
  });

  test("a template that aborts is kept and never sent", async () => {
    const { dispatcher, crm, outbox, send } = setUp({}, { render: () => ({ aborted: "no name" }), keepSource: true });
    const result = await send({ profile: { name: "" }, template: "Hey" });
    expect(result).toMatchObject({ state: "aborted", reason: "no name" });
    await dispatcher.drain("settled");
    expect(crm.attempts).toEqual([]);
    expect(await outbox.find(result.id)).toMatchObject({ source: { profile: { name: "" }, template: "Hey" } });
  });

  test("an alert that was aborted is kept and never sent", async () => {
    const { dispatcher, crm, send } = setUp();
    expect(await send({ alert: { aborted: "no name" } })).toMatchObject({ state: "aborted", reason: "no name" });
    await dispatcher.drain("settled");
    expect(crm.attempts).toEqual([]);
  });

  test.each([
    ["time ended, three times", "time", 3],
    ["time ended once", "time", 2],
    ["a limit that does not depend on the moment ended", "steps", 1],
  ] as const)("what %s (%s) is rendered %i times", async (what, limit, tries) => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    let renders = 0;
    const render = () => {
      renders++;
      if (what === "time ended once" && renders === 2) return alert;
      throw Object.assign(new Error("too much"), { limit });
    };
    const { send, outbox } = setUp({}, { render });
    const sent = send({ profile: {}, template: "Hey" }).then(
      ({ state }) => state,
      (error) => error.message,
    );
    await vi.advanceTimersByTimeAsync(1_100);
    expect(await sent).toBe(what === "time ended once" ? "pending" : "too much");
    expect(renders).toBe(tries);
    expect((await outbox.list({ limit: 9 })).items).toHaveLength(what === "time ended once" ? 1 : 0);
  });

  test.each<[string, Partial<SendRequest>, string]>([
    ["no such channel", { channel: "sms" }, 'there is no channel "sms"; there are: crm'],
    ["a channel of every object", { channel: "constructor" }, 'there is no channel "constructor"; there are: crm'],
    ["a bad destination", { to: "bad" }, "no such address"],
    ["alert and template", { alert, template: "x" }, "give either an alert or a template, not both"],
    ["neither", { alert: undefined }, "give an alert, or a template and a profile"],
    ["no title", { alert: {} as typeof alert }, "an alert needs a title"],
    ["half a character", { idempotencyKey: "\ud800" }, "idempotencyKey has to be a text, without half characters"],
    ["no such priority", { priority: "urgent" as "high" }, 'priority has to be high, normal, low, not "urgent"'],
    ["half a millisecond", { notBefore: 0.5 }, "notBefore has to be whole ms since 1970, not 0.5"],
    ["no render", { template: "x", alert: undefined }, "made with `render`"],
  ])("refuses %s, and keeps nothing", async (_, changes, message) => {
    const { send, outbox } = setUp({
      destination: (to) => {
        if (to === "bad") throw new DestinationError("no such address");
        return "a";
      },
    });
    await expect(send(changes)).rejects.toThrow(message);
    expect((await outbox.list()).items).toEqual([]);
  });

  test("many: each its own result", async () => {
    const { dispatcher, outbox } = setUp();
    const requests = Array.from({ length: 600 }, (_, i) => ({ channel: i === 7 ? "sms" : "crm", to: "a", alert }));
    const results = await dispatcher.sendMany(requests);
    expect(results).toHaveLength(600);
    expect(results[7]).toMatchObject({ error: { message: 'there is no channel "sms"; there are: crm' } });
    const ids = results.flatMap((one) => ("id" in one ? one.id : []));
    expect(ids).toEqual([...new Set(ids)].sort());
    expect((await outbox.stats()).total.pending).toBe(599);
  });

  test("the same idempotency key is sent once", async () => {
    const { dispatcher, crm, send } = setUp();
    const results = await Promise.all([1, 2, 3].map(() => send({ idempotencyKey: "k" })));
    expect(new Set(idsOf(results)).size).toBe(1);
    await dispatcher.drain();
    expect(await send({ idempotencyKey: "k" })).toMatchObject({ state: "delivered", duplicate: true });
    await dispatcher.drain();
    expect(crm.attempts).toHaveLength(1);
  });

  test("not before", async () => {
    const { dispatcher, crm, send, pass } = setUp();
    await send({ notBefore: start + 5000 });
    await dispatcher.drain();
    expect(crm.attempts).toEqual([]);
    await pass(5000);
    expect(crm.delivered).toHaveLength(1);
  });
});

describe("retries", () => {
  test("as the policy says, then a dead letter with the reason", async () => {
    const { dispatcher, crm, outbox, send, pass } = setUp({ defaultOutcome: retry() });
    const { id } = await send();
    await dispatcher.drain();
    expect(await outbox.find(id)).toMatchObject({ state: "pending", due: start + 1000, reason: "503" });
    await pass(999);
    expect(crm.attempts).toHaveLength(1);
    await pass(1);
    await pass(2000);
    expect(await outbox.find(id)).toMatchObject({
      state: "dead",
      attempts: 3,
      reason: "given up after 3 attempts: 503",
      journal: [{ number: 1 }, { number: 2 }, { number: 3 }],
    });
  });

  test("a receiver's Retry-After holds the destination, not the others", async () => {
    const { dispatcher, crm, send, pass } = setUp();
    crm.plan(retry({ retryAfter: 60_000, holdScope: "destination" }));
    await send();
    await dispatcher.drain();
    await send();
    await send({ to: "b" });
    await dispatcher.drain();
    expect(crm.delivered.map(({ to }) => to)).toEqual(["b"]);
    await pass(59_999);
    expect(crm.delivered).toHaveLength(1);
    await pass(1);
    expect(crm.delivered).toHaveLength(3);
  });

  test("what is the operator's fault holds the channel and does not count", async () => {
    const { dispatcher, crm, outbox, send, pass } = setUp({ retry: { maxAttempts: 1 } });
    crm.plan(retry({ reason: "wrong password", holdScope: "channel", countsAsAttempt: false }));
    const { id } = await send();
    await dispatcher.drain();
    await send({ to: "b" });
    await dispatcher.drain();
    expect(crm.attempts).toHaveLength(1);
    expect(await outbox.find(id)).toMatchObject({ state: "pending", attempts: 0 });
    await pass(60_000);
    expect(crm.delivered).toHaveLength(2);
  });

  test("a delivery that is too old is a dead letter, without a further attempt", async () => {
    const { dispatcher, crm, outbox, send, pass } = setUp({ retry: { maxAge: 10_000 } });
    const { id } = await send();
    await pass(10_001);
    expect(crm.attempts).toEqual([]);
    expect(await outbox.find(id)).toMatchObject({ state: "dead", reason: "given up: older than 10s", attempts: 1 });
    await dispatcher.replay(id);
    await dispatcher.drain();
    expect(await outbox.find(id)).toMatchObject({ state: "delivered" });
  });

  test("attempts that never ended count, too", async () => {
    const store = memoryStore();
    const { dispatcher, crm, send, pass } = setUp({ retry: { maxAttempts: 2 } }, { store });
    const { id } = await send();
    const request = { now: start, lease: 1000, limit: 1, channels: { crm: { perDestination: 1 } } };
    expect((await store.outbox.claim(request)).claimed).toHaveLength(1);
    expect((await store.outbox.claim({ ...request, now: start + 1000 })).claimed).toHaveLength(1);
    await pass(2000);
    expect(crm.attempts).toEqual([]);
    await dispatcher.drain("settled");
    expect(await store.outbox.find(id)).toMatchObject({
      state: "dead",
      reason: "given up after 2 attempts, the last of which did not end",
    });
  });

  test("a destination that is gone gets nothing more until it is enabled", async () => {
    const { dispatcher, crm, outbox, send, events } = setUp({ limits: { concurrency: 1 } });
    crm.plan({ kind: "gone", reason: "410 Gone" });
    const ids = idsOf(await Promise.all([send(), send(), send()]));
    await dispatcher.drain("settled");
    expect(crm.attempts).toHaveLength(1);
    const reasons = await Promise.all(ids.map(async (id) => (await outbox.find(id))?.reason));
    const disabled = "destination disabled: 410 Gone";
    expect(reasons).toEqual(["410 Gone", disabled, disabled]);
    expect(await send()).toMatchObject({ state: "dead", reason: disabled });
    expect(events).toContainEqual({
      type: "disabled",
      channel: "crm",
      destination: "a",
      reason: "410 Gone",
      at: start,
    });
    await outbox.enable({ channel: "crm", destination: "a" });
    await send();
    await dispatcher.drain();
    expect(crm.delivered).toHaveLength(1);
  });

  test("a channel with a bug: the attempt is a retry, and the error is told", async () => {
    const { dispatcher, outbox, send, events } = setUp({
      defaultOutcome: () => {
        throw new Error("oops");
      },
    });
    const { id } = await send();
    await dispatcher.drain();
    expect(await outbox.find(id)).toMatchObject({ state: "pending", reason: "channel failed: Error: oops" });
    expect(events).toContainEqual(expect.objectContaining({ type: "error", doing: "send by fake" }));
  });

  test("a policy for one destination", async () => {
    const { dispatcher, outbox, send } = setUp(
      { defaultOutcome: retry() },
      { policyFor: (_, destination) => (destination === "b" ? { retry: { maxAttempts: 1 } } : undefined) },
    );
    const [a, b] = [await send(), await send({ to: "b" })];
    await dispatcher.drain();
    expect(await outbox.find(a.id)).toMatchObject({ state: "pending" });
    expect(await outbox.find(b.id)).toMatchObject({ state: "dead", reason: "given up after 1 attempt: 503" });
  });
});

describe("limits", () => {
  test("limits the attempts at a time to one destination", async () => {
    let [running, most] = [0, 0];
    const { dispatcher, crm, send } = setUp({
      limits: { concurrency: 3 },
      defaultOutcome: async () => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running--;
        return { kind: "delivered" };
      },
    });
    await Promise.all(Array.from({ length: 40 }, () => send()));
    await dispatcher.drain();
    expect(most).toBe(3);
    expect(crm.delivered).toHaveLength(40);
  });

  test("a destination that fails is left alone, then tried with one", async () => {
    const { dispatcher, crm, send, pass } = setUp({
      limits: { concurrency: 1, breaker: { failures: 3, resetTimeout: 5000 } },
      retry: { wait: { base: 1, cap: 1 } },
      defaultOutcome: retry(),
    });
    await Promise.all(Array.from({ length: 10 }, () => send()));
    await dispatcher.drain();
    expect(crm.attempts).toHaveLength(3);
    await pass(4999);
    expect(crm.attempts).toHaveLength(3);
    await pass(1);
    expect(crm.attempts).toHaveLength(4);
    crm.plan(...Array.from({ length: 20 }, (): Outcome => ({ kind: "delivered" })));
    await pass(5000);
    expect(crm.delivered).toHaveLength(10);
  });

  test("a healthy destination does not wait for fifty that hang", async () => {
    const hanging = gate();
    const { dispatcher, crm, send, clock } = setUp({
      limits: { concurrency: 4 },
      defaultOutcome: async ({ destination }) => {
        if (destination.startsWith("slow")) await hanging.opened;
        return { kind: "delivered" };
      },
    });
    dispatcher.start();
    await Promise.all(Array.from({ length: 1000 }, (_, i) => send({ to: `slow${i % 50}` })));
    for (let i = 0; i < 20; i++) {
      clock.now++;
      const { id } = await send({ to: "healthy" });
      while (!crm.delivered.some((one) => one.id === id)) await new Promise(setImmediate);
    }
    expect(crm.delivered).toHaveLength(20);
    hanging.open();
    await dispatcher.drain("settled");
    expect(crm.delivered).toHaveLength(1020);
  });

  test("in order by key, one at a time", async () => {
    const { dispatcher, crm, send, pass } = setUp();
    crm.plan(retry());
    for (const title of ["1", "2", "3"]) await send({ orderingKey: "o", alert: { title } });
    await dispatcher.drain();
    expect(crm.attempts.map((one) => one.alert.title)).toEqual(["1"]);
    await pass(1000);
    expect(crm.delivered.map((one) => one.alert.title)).toEqual(["1", "2", "3"]);
  });
});

describe("batches", () => {
  test("as many as fit, of one destination", async () => {
    const sizes: number[] = [];
    const store = memoryStore();
    const base = fake({ batch: { size: 4, wait: 5 } });
    const crm = {
      ...base,
      sendBatch: (some: Parameters<NonNullable<typeof base.sendBatch>>[0], attempting: never) => {
        sizes.push(some.length);
        expect(new Set(some.map(({ destination }) => destination)).size).toBe(1);
        return base.sendBatch!(some, attempting);
      },
    };
    const { dispatcher, outbox } = setUp({}, { channels: { crm }, store });
    base.plan(retry());
    const requests = Array.from({ length: 12 }, (_, i) => ({ channel: "crm", to: i < 10 ? "a" : "b", alert }));
    await dispatcher.sendMany(requests);
    await dispatcher.drain();
    expect(sizes.sort()).toEqual([2, 2, 4, 4]);
    expect((await outbox.stats()).total).toMatchObject({ pending: 1, delivered: 11 });
  });
});

describe("stopping", () => {
  test("waits for what runs and gives back what waits", async () => {
    const slow = gate();
    const { dispatcher, crm, outbox, send } = setUp({
      limits: { concurrency: 1 },
      defaultOutcome: async () => {
        await slow.opened;
        return { kind: "delivered" };
      },
    });
    await send();
    await send();
    dispatcher.start();
    while (crm.attempts.length === 0) await new Promise(setImmediate);
    const stopped = dispatcher.stop(10_000);
    await new Promise(setImmediate);
    slow.open();
    await stopped;
    const { items } = await outbox.list();
    expect(items.map(({ state, attempts }) => [state, attempts])).toEqual([
      ["pending", 0],
      ["delivered", 1],
    ]);
    expect(items[0]?.leasedUntil).toBeUndefined();
  });

  test("ends what takes too long as a retry, whether the channel listens or not", async () => {
    const { dispatcher, outbox, send, crm } = setUp({
      defaultOutcome: ({ to }, { signal }) =>
        new Promise((resolve) => {
          if (to !== "deaf") signal.addEventListener("abort", () => resolve(retry({ reason: "stopped" })));
        }),
    });
    const [listens, deaf] = [await send(), await send({ to: "deaf" })];
    dispatcher.start();
    while (crm.attempts.length < 2) await new Promise(setImmediate);
    await dispatcher.stop(0);
    expect(await outbox.find(listens.id)).toMatchObject({ state: "pending", reason: "stopped" });
    expect(await outbox.find(deaf.id)).toMatchObject({
      state: "pending",
      reason: "the dispatcher had to stop before the attempt ended",
    });
  });

  test("it can be started again", async () => {
    const { dispatcher, crm, send } = setUp();
    dispatcher.start();
    await dispatcher.stop();
    await send();
    expect(crm.attempts).toEqual([]);
    dispatcher.start();
    while (crm.delivered.length === 0) await new Promise(setImmediate);
  });

  test("draining ends when the store fails", async () => {
    const store = memoryStore();
    const { dispatcher, events } = setUp({}, { store });
    await store.close();
    await expect(dispatcher.drain()).rejects.toThrow("closed");
    expect(events).toMatchObject([{ type: "error", doing: "claim" }]);
  });
});

describe("replay", () => {
  test("as it was sent: the same id and bytes", async () => {
    const { dispatcher, crm, send } = setUp();
    crm.plan({ kind: "rejected", reason: "400" });
    const { id } = await send();
    await dispatcher.drain();
    expect(await dispatcher.replay(id)).toEqual({ id, differences: [] });
    await dispatcher.drain();
    crm.assertDelivered({ id, alert });
    await expect(dispatcher.replay("msg_none")).rejects.toThrow("there is no delivery msg_none");
  });

  test("rendered anew: another delivery, and what differs", async () => {
    let greeting = "Hello";
    const { dispatcher, crm, outbox, send } = setUp(
      {},
      { keepSource: true, render: (profile) => ({ title: `${greeting} ${profile}`, body: "same" }) },
    );
    const { id } = await send({ profile: "Ada", template: {}, orderingKey: "o", priority: "high" });
    await dispatcher.drain();
    greeting = "Goodbye";
    const dry = await dispatcher.replay(id, "rendered", { dryRun: true });
    expect(dry.differences).toEqual([{ part: "title", before: "Hello Ada", after: "Goodbye Ada" }]);
    expect((await outbox.stats()).total.pending).toBe(0);
    const replayed = await dispatcher.replay(id, "rendered");
    expect(replayed).toMatchObject({ replayOf: id, differences: dry.differences });
    await dispatcher.drain();
    crm.assertDelivered({ id: replayed.id, alert: { title: "Goodbye Ada", body: "same" } });
    expect(await outbox.find(replayed.id)).toMatchObject({ replayOf: id, orderingKey: "o", priority: "high" });
  });

  test("not without its profile and template", async () => {
    const { dispatcher, send } = setUp();
    const { id } = await send();
    await expect(dispatcher.replay(id, "rendered")).rejects.toThrow("were not kept");
    await expect(dispatcher.replay(id)).rejects.toThrow("is pending");
  });

  test("not of what is erased, and says so", async () => {
    const { dispatcher, outbox, send } = setUp({}, { keepSource: true, render: () => alert });
    const { id } = await send({ profile: "Ada", template: {} });
    await dispatcher.drain();
    await outbox.erase([id]);
    for (const as of ["sent", "rendered"] as const) {
      for (const dryRun of [true, false]) {
        await expect(dispatcher.replay(id, as, { dryRun })).rejects.toThrow(`replay: ${id} is erased: what it said`);
      }
    }
  });
});
