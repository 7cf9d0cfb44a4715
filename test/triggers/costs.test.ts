import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { type Harness, trigger } from "./harness.ts";
import { createSlowHarness } from "./slow-templates.ts";

const clicks = { identifiers: { user_id: "{{ .who }}" } };
const costly = { alert: { title: "{{ range .trigger.event.n }}{{ . }}{{ end }}{{ .trigger.event.n }}" } };
const limits = { steps: 1_000 };
const [cheap, dear] = [1, 5_000];

const declared = (s: Harness) =>
  s.declare({ stream: { clicks }, trigger: { t: trigger({ event: "clicks" }, { ...costly, send }) } });
const send = [{ channel: "crm", to: "a@example.com" }];
const collect = (s: Harness, n: number, count = 1) =>
  s.engine.collect(
    "clicks",
    Array.from({ length: count }, (_, i) => ({ who: `u${i}`, n })),
  );
const status = async (s: Pick<Harness, "store">) =>
  (await s.store.definitions.all()).find(({ name }) => name === "t")!.status as { state: string; reason?: string };
const states = async (s: Harness) =>
  (await s.store.firings.list({ trigger: "t", limit: 500 })).items.map(({ state }) => state).reverse();
const reason = expect.stringMatching(
  /^20 of its last \d+ firings exceeded a limit: template: title:1:\d+: .*exceeded maximum number of steps \(1000\); correct the trigger, then activate it again$/,
);

const folders: string[] = [];
afterEach(() => {
  for (const one of folders.splice(0)) rmSync(one, { recursive: true });
});

describe("a trigger whose firings cost too much", () => {
  test("is paused by the twentieth of its last hundred, which says why", async () => {
    const { s } = createSlowHarness({ limits });
    await declared(s);
    for (let i = 0; i < 19; i++) {
      await collect(s, dear);
      await collect(s, cheap, 3);
    }
    expect(await status(s)).toMatchObject({ state: "active" });
    await collect(s, dear);
    expect(await status(s)).toMatchObject({ state: "failed", reason });
    expect((await states(s)).filter((one) => one === "failed")).toHaveLength(20);
    await collect(s, cheap);
    expect(await states(s)).toHaveLength(20 + 19 * 3);
    const said = s.events.filter(({ type }) => type === "trigger-failed");
    expect(said).toEqual([{ type: "trigger-failed", trigger: "t", reason }]);
  });

  test("goes on while fewer do: what is longer ago counts no more", async () => {
    const { s } = createSlowHarness({ limits });
    await declared(s);
    for (let i = 0; i < 5; i++) {
      await collect(s, dear, 19);
      await collect(s, cheap, 100);
    }
    expect(await status(s)).toMatchObject({ state: "active" });
  });

  test("counts nothing that fails for another reason", async () => {
    const { s } = createSlowHarness({ limits });
    await s.declare({
      stream: { clicks },
      trigger: { t: trigger({ event: "clicks" }, { send, alert: { title: "{{ .a.b.c.d }}{{ div 1 0 }}" } }) },
    });
    await collect(s, cheap, 50);
    expect([(await status(s)).state, await states(s)]).toEqual(["active", Array(50).fill("failed")]);
  });

  test("in one transaction fires no more from there on", async () => {
    const { s } = createSlowHarness({ limits });
    await declared(s);
    await collect(s, dear, 50);
    expect(await states(s)).toEqual(Array(20).fill("failed"));
    const [last] = await s.store.profiles.find([{ kind: "user_id", value: "u49" }]);
    expect(await s.store.firings.lastSkip("t", last!)).toMatchObject({ reason: "the trigger was failed" });
  });

  test("counts anew once it is activated again", async () => {
    const { s } = createSlowHarness({ limits });
    await declared(s);
    await collect(s, dear, 20);
    await s.engine.setState("t", "active");
    expect(await status(s)).toEqual({ state: "active", activatedAt: s.now });
    await collect(s, dear, 19);
    expect(await status(s)).toMatchObject({ state: "active" });
    await collect(s, dear);
    expect(await status(s)).toMatchObject({ state: "failed", reason });
  });

  test("keeps those of its run that were not come to until it is mended and activated", async () => {
    const { s } = createSlowHarness({ limits });
    await s.declare({ audience: { all: { where: ".name" } } });
    for (let i = 0; i < 60; i++) await s.update(`u${i}`, { name: `n${i}`, n: 5_000 });
    const body = (title: string) => trigger({ enter: "all" }, { alert: { title } });
    await s.declare({ trigger: { t: body("{{ range .n }}{{ . }}{{ end }}") } });
    const { id } = await s.engine.backfill("t");
    await s.until(s.now);
    expect(await status(s)).toMatchObject({ state: "failed", reason });
    const paused = { state: "paused", done: 20, failed: 20, reason: "its trigger is not active" };
    expect(await s.store.runs.get(id)).toMatchObject(paused);
    await s.declare({ trigger: { t: body("{{ .name }}") } });
    await s.until(s.now);
    expect(await s.store.runs.get(id)).toMatchObject({ state: "done", done: 60, sent: 40, failed: 20 });
    expect(await s.sent()).toHaveLength(40);
  });

  test("ends its run if there is nobody left in it", async () => {
    const { s } = createSlowHarness({ limits });
    await s.declare({ audience: { all: { where: ".name" } } });
    for (let i = 0; i < 20; i++) await s.update(`u${i}`, { name: `n${i}`, n: 5_000 });
    const alert = { title: "{{ range .n }}{{ . }}{{ end }}" };
    await s.declare({ trigger: { t: trigger({ enter: "all" }, { alert }) } });
    const { id } = await s.engine.backfill("t");
    await s.until(s.now);
    expect(await status(s)).toMatchObject({ state: "failed", reason });
    const run = await s.store.runs.get(id);
    expect(run).toMatchObject({ state: "done", done: 20, failed: 20 });
    expect([run!.pausedByTrigger, run!.reason]).toEqual([undefined, undefined]);
  });

  test("is paused for every process, by whichever saw it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tocsin-"));
    folders.push(folder);
    const path = join(folder, "tocsin.db");
    const [one, other] = [0, 1].map(() => createSlowHarness({ store: sqliteStore(path), limits }).s) as [
      Harness,
      Harness,
    ];
    await declared(one);
    await collect(other, cheap);
    await collect(one, dear, 20);
    expect(await status(other)).toMatchObject({ state: "failed", reason });
    await collect(other, cheap);
    expect((await states(other)).filter((state) => state === "sent")).toHaveLength(1);
    await other.engine.setState("t", "active");
    await collect(one, cheap);
    expect((await states(one)).filter((state) => state === "sent")).toHaveLength(2);
    await one.store.close();
    await other.store.close();
  });

  test("two processes evaluate one firing elsewhere, and one of them sends it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tocsin-"));
    folders.push(folder);
    const path = join(folder, "tocsin.db");
    const stages = [0, 1].map(() => createSlowHarness({ store: sqliteStore(path) }));
    const [one, other] = stages.map(({ s }) => s) as [Harness, Harness];
    const t = trigger({ enter: "vips" }, { dwell: "1m", alert: { title: "{{ slow 30 }}{{ .name }}" } });
    await one.declare({ audience: { vips: { where: ".vip" } }, trigger: { t } });
    await one.update("ada", { name: "ada", vip: true });
    for (const s of [one, other]) s.now += 60_000;
    await Promise.all([one.until(one.now), other.until(other.now)]);
    expect(await one.sent()).toEqual(["ada"]);
    expect([...one.problems, ...other.problems]).toEqual([]);
    await one.store.close();
    await other.store.close();
  });
});
