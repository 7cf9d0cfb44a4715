import { describe, expect, test } from "vitest";
import { fake } from "../../src/channels/fake.ts";
import { compile } from "../../src/index.ts";
import type { EngineStore } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { createHarness, hour, minute, noon, trigger } from "./harness.ts";
import { createSlowHarness, slowTemplates } from "./slow-templates.ts";

/** Takes as many ms as the field `ms` says, then holds if `vip` does. */
const slowly = { vips: { where: 'and (eq (slow (.ms | default 0)) "") .vip' } };
const member = async (store: EngineStore, user: string, audience = "vips") => {
  const [id] = await store.profiles.find([{ kind: "user_id", value: user }]);
  if (id === undefined) return undefined;
  const [memberships] = await store.memberships.of([id]);
  return memberships!.some((one) => one.audience === audience);
};
const update = (user: string, fields: object) => ({ identifiers: { user_id: user }, fields: { ...fields } });
const clicks = {
  identifiers: { user_id: "{{ .who }}" },
  fields: { name: "{{ .who }}", note: "{{ slow .ms }}{{ .n }}" },
};

/** A promise that tests resolve. */
function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("what takes more than 20 ms", () => {
  test("is evaluated elsewhere, and holds up nobody who came with it", async () => {
    const { s, requests, thread } = createSlowHarness();
    const { opened, open } = gate();
    thread.before = () => opened;
    await s.declare({ audience: slowly });
    const heavy = s.engine.update([update("heavy", { ms: 21, vip: true })]);
    const light = s.engine.update([update("a", { ms: 3, vip: true }), update("b", { vip: true })]);
    const later = s.engine.update([update("c", { ms: 3, vip: true })]);
    await Promise.all([light, later]);
    expect(await Promise.all(["a", "b", "c", "heavy"].map((user) => member(s.store, user)))).toEqual([
      true,
      true,
      true,
      undefined,
    ]);
    open();
    await heavy;
    expect(await member(s.store, "heavy")).toBe(true);
    expect(requests.map(({ time, now, subject }) => ({ time, now, subject }))).toEqual([
      { time: 1_000, now: noon, subject: { ms: 21, vip: true } },
    ]);
  });

  test("needs no other thread if all together took it: fewer go at once", async () => {
    const { s, requests, here } = createSlowHarness();
    await s.declare({ audience: slowly });
    const all = Array.from({ length: 256 }, (_, i) => update(`u${i}`, { ms: 1, vip: true }));
    await s.engine.update(all);
    expect((await s.store.memberships.sizes()).get("vips")).toBe(256);
    expect(requests).toEqual([]);
    // Halved from 256 to 16: what was taken back is little beside what was kept.
    expect(here.calls()).toBeLessThan(256 + 4 * 21 + 1);
    const before = here.calls();
    await s.engine.update(all.map(({ identifiers }) => ({ identifiers, fields: { vip: false } })));
    expect(here.calls()).toBe(before + 256);
  });

  test("lets those who bring little pass those who bring much", async () => {
    const { s } = createSlowHarness();
    await s.declare({ audience: slowly });
    const ended: string[] = [];
    const ends = (name: string, work: Promise<unknown>) => work.then(() => ended.push(name));
    const much = Array.from({ length: 200 }, (_, i) => update(`u${i}`, { ms: 1, vip: true }));
    await Promise.all([
      ends("much", s.engine.update(much)),
      ends("as much", s.engine.update(much)),
      ends("little", s.engine.update([update("ada", { vip: true })])),
    ]);
    expect(ended[0]).toBe("little");
    expect((await s.store.memberships.sizes()).get("vips")).toBe(201);
  });

  test("keeps the order of one request; others may overtake", async () => {
    const { s, thread } = createSlowHarness();
    const { opened, open } = gate();
    thread.before = () => opened;
    await s.declare({ stream: { clicks } });
    const click = (n: number, ms = 0) => ({ who: "ada", n, ms });
    const first = s.engine.collect("clicks", [click(1), click(2, 30), click(3)]);
    await s.engine.collect("clicks", [click(4)]);
    const note = async () => {
      const ids = await s.store.profiles.find([{ kind: "user_id", value: "ada" }]);
      return (await s.store.profiles.get([ids[0]!]))[0]!.fields.note;
    };
    expect(await note()).toBe("4");
    open();
    expect((await first).map(({ problem }) => problem)).toEqual([undefined, undefined, undefined]);
    expect(await note()).toBe("3");
    const { items } = await s.store.events.list({ stream: "clicks", limit: 9 });
    expect(items.map(({ payload }) => (payload as { n: number }).n).sort()).toEqual([1, 2, 3, 4]);
  });

  test("keeps that order where those before it are too much together, or take too long themselves", async () => {
    for (const before of [4, 21]) {
      const { s, requests } = createSlowHarness();
      const waits = { ...clicks, fields: { ...clicks.fields, wait: { path: "wait" } } };
      const waited = { where: 'eq (slow (.wait | default 0)) ""' };
      await s.declare({ stream: { clicks: waits }, audience: { waited } });
      const click = (n: number, ms: number, wait: number) => ({ who: "ada", n, ms, wait });
      // The mappings of all come first: the sixth's is what is found.
      const five = [1, 2, 3, 4, 5].map((n) => click(n, 0, n % 2 === 0 ? before : 5));
      const results = await s.engine.collect("clicks", [...five, click(6, 21, 0), click(7, 0, 0)]);
      expect(results.map(({ problem }) => problem)).toEqual(Array.from({ length: 7 }));
      const { items } = await s.store.events.list({ stream: "clicks", limit: 9 });
      const order = results.map(({ id }) => items.find((one) => one.id === id)!.payload as { n: number });
      expect(order.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      const ids = await s.store.profiles.find([{ kind: "user_id", value: "ada" }]);
      expect((await s.store.profiles.get([ids[0]!]))[0]!.fields).toMatchObject({ note: "7" });
      expect(requests.length).toBeGreaterThan(0);
    }
  });

  test("is evaluated anew where the profile changed meanwhile", async () => {
    const { s, requests, thread } = createSlowHarness();
    await s.declare({ audience: slowly });
    await s.update("ada", { vip: false });
    thread.before = async ({ subject }) => {
      if ("late" in (subject as object)) return;
      await s.engine.update([update("ada", { late: true, vip: false })]);
    };
    await s.engine.update([update("ada", { ms: 50, vip: true })]);
    expect(requests.map(({ subject }) => subject)).toEqual([
      { vip: true, ms: 50 },
      { vip: true, ms: 50, late: true },
    ]);
    expect(await member(s.store, "ada")).toBe(true);
  });

  test("is evaluated anew where the definition changed meanwhile", async () => {
    const { s, requests, thread } = createSlowHarness();
    await s.declare({ audience: slowly });
    thread.before = async () => {
      if (requests.length === 1) await s.declare({ audience: { vips: { where: "not .vip" } } });
    };
    await s.engine.update([update("ada", { ms: 50, vip: true })]);
    expect(requests).toHaveLength(1);
    expect(await member(s.store, "ada")).toBe(false);
  });

  test("an alert, a key and an address are rendered elsewhere, one after the other", async () => {
    const { s, requests } = createSlowHarness();
    const t = trigger(
      { event: "clicks" },
      {
        alert: { title: "{{ slow 21 }}{{ .name }}" },
        dedupe: "{{ slow 21 }}{{ .trigger.event.n }}",
        send: [{ channel: "crm", to: "{{ slow 21 }}{{ .name }}@example.com" }],
      },
    );
    await s.declare({ stream: { clicks: { ...clicks, fields: { name: "{{ .who }}" } } }, trigger: { t } });
    await s.engine.collect("clicks", [
      { who: "ada", n: 1 },
      { who: "bob", n: 1 },
    ]);
    expect(await s.sent()).toEqual(["ada"]);
    expect(requests.map(({ source }) => source.kind)).toEqual(["text", "alert", "text", "text"]);
  });
});

describe("what the clock ended", () => {
  test("changes no membership of those who are split, either", async () => {
    for (const ms of [21, 1001]) {
      const { s, requests } = createSlowHarness();
      const profiles = { profiles: { identifiers: { user_id: { limit: 9 }, email: null } } };
      await s.declare({ profiles, audience: slowly });
      await s.engine.update([{ identifiers: { user_id: "ada" }, fields: { vip: true } }]);
      await s.engine.update([{ identifiers: { email: "b" }, fields: { name: "bob", vip: true } }]);
      const [bob] = await s.store.profiles.find([{ kind: "email", value: "b" }]);
      await s.engine.update([{ identifiers: { user_id: "ada", email: "b" }, fields: {} }]);
      await s.engine.update([update("ada", { ms, vip: ms === 21 })]);
      const before = requests.length;
      expect((await s.engine.split(bob!))!.profile.id).toBe(bob);
      expect(requests.length - before).toBe(ms === 21 ? 1 : 3);
      const [ada] = await s.store.profiles.find([{ kind: "user_id", value: "ada" }]);
      expect((await s.store.memberships.of([ada!, bob!])).map((all) => all.length)).toEqual([1, 1]);
    }
  });

  test("is tried three times; a condition then changes no membership", async () => {
    const { s, requests, slept } = createSlowHarness();
    await s.declare({ audience: slowly, trigger: { in: trigger({ enter: "vips" }), out: trigger({ exit: "vips" }) } });
    await s.update("in", { name: "in", vip: true });
    await s.update("out", { name: "out", vip: false });
    await s.engine.update([update("in", { ms: 1001, vip: false })]);
    await s.engine.update([update("out", { ms: 1001, vip: true })]);
    expect([await member(s.store, "in"), await member(s.store, "out")]).toEqual([true, false]);
    expect(await s.sent()).toEqual(["in/enter in"]);
    expect([requests.length, slept]).toEqual([6, [100, 1_000, 100, 1_000]]);
    expect(s.events.filter(({ type }) => type === "undecided")).toEqual([
      { type: "undecided", audience: "vips", reason: expect.stringContaining("(1000 ms); gave up after 3 tries") },
      { type: "undecided", audience: "vips", reason: expect.stringContaining("(1000 ms); gave up after 3 tries") },
    ]);
  });

  test("counts if it ends in time on a later try", async () => {
    const { s, requests, thread } = createSlowHarness();
    const { answer } = thread;
    thread.answer = (request) => (requests.length < 3 ? { kind: "late", message: "slow moment" } : answer(request));
    await s.declare({ audience: slowly });
    await s.engine.update([update("ada", { ms: 500, vip: true })]);
    expect([requests.length, await member(s.store, "ada")]).toEqual([3, true]);
  });

  test("fails an alert with its reason, and the next one goes on", async () => {
    const { s, requests } = createSlowHarness();
    const t = trigger({ event: "clicks" }, { alert: { title: "{{ slow .trigger.event.ms }}{{ .name }}" } });
    await s.declare({ stream: { clicks: { ...clicks, fields: { name: "{{ .who }}" } } }, trigger: { t } });
    await s.engine.collect("clicks", [
      { who: "ada", ms: 2_000 },
      { who: "bob", ms: 1 },
    ]);
    expect(await s.sent()).toEqual(["bob"]);
    expect(requests).toHaveLength(3);
    const { items } = await s.store.firings.list({ trigger: "t", limit: 9 });
    expect(items.map(({ state, reason }) => [state, reason])).toEqual([
      ["sent", undefined],
      [
        "failed",
        expect.stringMatching(/^template: title:1:16: .* exceeded the time limit \(1000 ms\); gave up after 3 tries$/),
      ],
    ]);
  });

  test("leaves an event unmapped, and kept", async () => {
    const { s, requests } = createSlowHarness();
    await s.declare({ stream: { clicks } });
    const [{ id, profile, problem }] = (await s.engine.collect("clicks", [{ who: "ada", ms: 5_000 }])) as [
      { id: string; profile?: string; problem?: string },
    ];
    expect([profile, requests.length]).toEqual([undefined, 3]);
    expect(problem).toMatch(/exceeded the time limit \(1000 ms\); gave up after 3 tries$/);
    const { items } = await s.store.events.list({ stream: "clicks", limit: 9 });
    expect(items).toMatchObject([{ id, payload: { who: "ada" }, problem }]);
  });

  test("is tried no more where a deterministic limit ended it", async () => {
    const { s, requests } = createSlowHarness({ limits: { steps: 5_000 } });
    const t = trigger(
      { event: "clicks" },
      { alert: { title: "{{ slow .trigger.event.ms }}{{ range 3000 }}{{ . }}{{ end }}" } },
    );
    await s.declare({ stream: { clicks: { ...clicks, fields: { name: "{{ .who }}" } } }, trigger: { t } });
    const reasons = async () =>
      (await s.store.firings.list({ trigger: "t", limit: 1 })).items.map(({ state, reason }) => [state, reason]);
    const failed = [["failed", expect.stringContaining("exceeded maximum number of steps (5000)")]];
    await s.engine.collect("clicks", [{ who: "ada", ms: 0 }]);
    expect([requests.length, await reasons()]).toEqual([0, failed]);
    await s.engine.collect("clicks", [{ who: "bob", ms: 30 }]);
    expect([requests.length, await reasons()]).toEqual([1, failed]);
  });

  test("waits while others keep the threads busy, and a thread that dies is a try", async () => {
    const { s, requests, thread, slept } = createSlowHarness();
    await s.declare({ audience: slowly });
    const { answer } = thread;
    thread.answer = (request) => {
      if (requests.length <= 2) return { kind: "busy" };
      if (requests.length === 3) return { kind: "late", message: "out of memory" };
      return answer(request);
    };
    await s.engine.update([update("ada", { ms: 30, vip: true })]);
    expect([requests.length, slept, await member(s.store, "ada")]).toEqual([4, [1_000, 1_000, 100], true]);
  });

  test("without another thread, is tried again on this one", async () => {
    const { templates, calls } = slowTemplates({ time: 1_000 });
    const s = createHarness(memoryStore(), noon, { templates, sleep: async () => {} });
    await s.declare({ audience: slowly });
    await s.engine.update([update("light", { ms: 999, vip: true }), update("heavy", { ms: 1_000, vip: true })]);
    expect([await member(s.store, "light"), await member(s.store, "heavy")]).toEqual([true, false]);
    // One, and one that is taken back with the other, which is tried three times more.
    expect(calls()).toBe(1 + 1 + 1 + 3);
  });
});

describe("what is due", () => {
  test("a firing that takes long holds up no other, and is sent when it is rendered", async () => {
    const { s, requests, thread } = createSlowHarness();
    const { opened, open } = gate();
    thread.before = () => opened;
    const alert = { title: "{{ slow (.ms | default 0) }}{{ .name }}" };
    const t = trigger({ enter: "vips" }, { dwell: "1m", alert });
    await s.declare({ audience: { vips: { where: ".vip" } }, trigger: { t } });
    for (const [name, ms] of [
      ["a", 1],
      ["b", 40],
      ["c", 1],
    ] as const)
      await s.update(name, { name, ms, vip: true });
    s.now += minute;
    await s.engine.tick();
    await s.engine.tick();
    expect([...(await s.sent())].sort()).toEqual(["a", "c"]);
    open();
    await s.until(s.now);
    expect([...(await s.sent())].sort()).toEqual(["a", "b", "c"]);
    expect(requests).toHaveLength(1);
  });

  test("a run and a re-evaluation go on behind whom they take long for", async () => {
    const { s, requests } = createSlowHarness();
    await s.declare({ audience: { all: { where: ".name" } } });
    for (let i = 0; i < 20; i++) await s.update(`u${i}`, { name: `n${i}`, ms: [0, 30, 0, 5_000][i % 4]!, vip: true });
    await s.declare({
      audience: slowly,
      trigger: {
        t: trigger({ enter: "all" }, { alert: { title: "{{ slow .ms }}{{ .name }}" } }),
      },
    });
    expect((await s.store.memberships.sizes()).get("vips")).toBe(15);
    expect(requests).toHaveLength(5 + 3 * 5);
    const { id } = await s.engine.backfill("t");
    await s.until(s.now);
    expect(await s.store.runs.get(id)).toMatchObject({ state: "done", done: 20, sent: 15, failed: 5 });
    expect(requests).toHaveLength(2 * (5 + 3 * 5));
    expect(await s.sent()).toHaveLength(15);
    await s.until(s.now + hour);
  });

  test("an estimate looks at all of them", async () => {
    const { s } = createSlowHarness();
    await s.declare(
      {
        audience: { all: { where: ".name" } },
        trigger: { t: trigger({ enter: "all" }, { alert: { title: "{{ slow .ms }}{{ .name }}" } }) },
      },
      { states: {} },
    );
    for (let i = 0; i < 20; i++) await s.update(`u${i}`, { name: `n${i}`, ms: [0, 30, 2, 5_000][i % 4]! });
    const estimate = await s.engine.estimate("t");
    expect(estimate).toMatchObject({ members: 20, sampled: 20, sent: 15, failed: 5 });
  });
});

test("a stop waits for what is being evaluated, begins nothing more, and loses nothing that waits", async () => {
  const { s, requests, thread } = createSlowHarness();
  const { opened, open } = gate();
  thread.before = () => opened;
  const alert = { title: "{{ slow 40 }}{{ .name }}" };
  await s.declare({
    audience: { vips: { where: ".vip" } },
    trigger: { t: trigger({ enter: "vips" }, { dwell: "1m", alert }) },
  });
  for (const name of ["a", "b", "c"]) await s.update(name, { name, vip: true });
  s.now += minute;
  s.engine.start();
  while (requests.length < 2) await new Promise(setImmediate);
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  const stopped = s.engine.stop();
  open();
  await stopped;
  expect([await s.sent(), requests.length, s.problems]).toEqual([["a", "b"], 2, []]);
  await s.until(s.now);
  expect([...(await s.sent())].sort()).toEqual(["a", "b", "c"]);
});

test("what a channel composes is tried three times, too, and then fails alone", async () => {
  const crm = fake();
  const { templates, calls } = slowTemplates({ time: 1_000 });
  const body = compile("{{ slow .ms }}", templates);
  const compose = ({ profile }: { readonly profile?: unknown }) => body.render(profile);
  const { s, slept } = createSlowHarness({ more: { channels: { crm: { ...crm, compose } } } });
  await s.declare({ stream: { clicks: { identifiers: { user_id: "{{ .who }}" }, fields: { ms: { path: "ms" } } } } });
  const t = trigger({ event: "clicks" }, { send: [{ channel: "crm", to: "a" }], alert: { title: "{{ .ms }}" } });
  await s.declare({ trigger: { t } });
  await s.engine.collect("clicks", [
    { who: "ada", ms: 1_000 },
    { who: "bob", ms: 999 },
  ]);
  expect(await s.sent()).toEqual(["999"]);
  expect([calls(), slept]).toEqual([3 + 1, [100, 1_000]]);
  const { items } = await s.store.firings.list({ trigger: "t", state: "failed", limit: 9 });
  expect(items.map(({ reason }) => reason)).toEqual([expect.stringContaining("exceeded the time limit (1000 ms)")]);
});
