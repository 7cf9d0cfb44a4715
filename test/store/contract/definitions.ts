import { describe, expect, test } from "vitest";
import type { Definition, EngineStore } from "../../../src/store/index.ts";
import { definition, firing, hostile, hostileTexts, idsOf, paged, run, skip, waiting } from "../builders.ts";
import { openStore } from "./harness.ts";

/** Tests what every store promises about definitions and runs. */
export function describeDefinitions(make: () => EngineStore): void {
  const on = openStore(make);
  const { write, put, enter, sizes } = on;

  describe("definitions", () => {
    const putAll = (...all: readonly Definition[]) => write(({ definitions }) => definitions.put(all));
    const version = () => on.store.definitions.version();

    test("kept whole, in the order in which they were first put", async () => {
      const all = [
        definition("b", { body: hostile }),
        definition("a", { kind: "audience", origin: "api", status: null }),
        definition("b", { kind: "stream" }),
      ];
      await putAll(...all);
      expect(await on.store.definitions.all()).toEqual(all);
      expect(JSON.stringify((await on.store.definitions.all())[0]!.body)).toBe(JSON.stringify(hostile));
      const anew = definition("b", {
        origin: "api",
        body: 1,
        createdAt: 5,
        updatedAt: 6,
        status: { state: "active" },
      });
      await putAll(anew);
      expect(await on.store.definitions.all()).toEqual([anew, all[1], all[2]]);
    });

    test("version counts up when something that is kept becomes another", async () => {
      expect(await version()).toBe(0);
      await putAll();
      expect(await version()).toBe(0);
      await putAll(definition("a"), definition("b"));
      const first = await version();
      expect(first).toBeGreaterThan(0);
      const status = (name: string, counts?: boolean) =>
        write(({ definitions }) => definitions.setStatus("trigger", name, { state: "active" }, counts));
      await status("a");
      await status("a", false);
      await status("none", true);
      await write(({ definitions }) => definitions.remove("trigger", "none"));
      await write(({ definitions }) => definitions.remove("audience", "a"));
      expect(await version()).toBe(first);
      expect((await on.store.definitions.all())[0]!.status).toEqual({ state: "active" });
      await status("a", true);
      const second = await version();
      expect(second).toBeGreaterThan(first);
      await write(({ definitions }) => definitions.remove("trigger", "a"));
      expect(await version()).toBeGreaterThan(second);
      expect(await on.store.definitions.all()).toEqual([definition("b")]);
    });

    test("with a trigger go its firings that wait and its skips", async () => {
      await put("ada");
      await enter("welcome", "ada");
      await putAll(definition("welcome"), definition("welcome", { kind: "audience" }), definition("other"));
      await write(async (of) => {
        await of.firings.add([firing("fir_1"), waiting("fir_2", 5), waiting("fir_3", 6, { trigger: "other" })]);
        await of.firings.skip([skip(), skip({ trigger: "other" })]);
        await of.definitions.remove("audience", "welcome");
      });
      expect(await on.store.firings.nextDue()).toBe(5);
      expect(await sizes()).toEqual({ welcome: 1 });
      await write(({ definitions }) => definitions.remove("trigger", "welcome"));
      expect(idsOf((await on.store.firings.list({ limit: 9 })).items)).toEqual(["fir_3", "fir_1"]);
      expect(await on.store.firings.nextDue()).toBe(6);
      expect(await on.store.firings.lastSkip("welcome", "ada")).toBeUndefined();
      expect(await on.store.firings.lastSkip("other", "ada")).toBeDefined();
    });
  });

  describe("runs", () => {
    test("kept whole, newest first, by state and trigger, in pages", async () => {
      const full = run("run_1", {
        trigger: "welcome",
        sample: 0.5,
        limit: 5,
        rateLimit: { count: 1, per: 2 },
        fire: false,
        scheduledFor: 7,
        cursor: "8",
        endedAt: 9,
        reason: "a\u0000\ud83d\udd14",
      });
      await write(async ({ runs }) => {
        for (const one of [
          full,
          run("run_2"),
          run("run_3", { trigger: "welcome", state: "done" }),
          run("run_4", { state: "paused" }),
        ]) {
          await runs.put(one);
        }
      });
      expect(await on.store.runs.get("run_1")).toEqual(full);
      expect(await on.store.runs.get("none")).toBeUndefined();
      const ids = async (query: Partial<Parameters<typeof on.store.runs.list>[0]> = {}) =>
        idsOf((await on.store.runs.list({ limit: 9, ...query })).items);
      expect(await ids()).toEqual(["run_4", "run_3", "run_2", "run_1"]);
      expect(await ids({ state: "running" })).toEqual(["run_2", "run_1"]);
      expect(await ids({ trigger: "welcome" })).toEqual(["run_3", "run_1"]);
      expect(await ids({ trigger: "welcome", state: "done" })).toEqual(["run_3"]);
      expect(await ids({ trigger: "none" })).toEqual([]);
      const { next } = await on.store.runs.list({ limit: 2 });
      await write(async ({ runs }) => {
        await runs.put({ ...full, state: "done", cursor: undefined });
        await runs.put(run("run_5"));
      });
      expect(await ids({ after: next })).toEqual(["run_2", "run_1"]);
      expect(await ids({ state: "done" })).toEqual(["run_3", "run_1"]);
      expect(await ids({ state: "paused" })).toEqual(["run_4"]);
      expect(idsOf(await paged((query) => on.store.runs.list(query), 2))).toEqual([
        "run_5",
        "run_4",
        "run_3",
        "run_2",
        "run_1",
      ]);
      expect(Object.keys((await on.store.runs.get("run_1"))!)).not.toContain("cursor");
    });

    test("prune: of these kinds, those that ended before, oldest first, at most `limit`", async () => {
      await write(async ({ runs }) => {
        for (const one of [
          run("run_1", { kind: "reevaluate", state: "done", endedAt: 30 }),
          run("run_2", { kind: "cleanup", state: "cancelled", endedAt: 20 }),
          run("run_3", { kind: "reevaluate", state: "failed", endedAt: 10 }),
          run("run_4", { kind: "scheduled", state: "done", endedAt: 10 }),
          run("run_5", { kind: "reevaluate", state: "paused" }),
          run("run_6", { kind: "reevaluate" }),
          run("run_7", { kind: "reevaluate", state: "done", endedAt: 10 }),
        ]) {
          await runs.put(one);
        }
        await runs.put(run("run_7", { kind: "reevaluate", state: "done", endedAt: 15 }));
      });
      const prune = (before: number, limit = 9) =>
        write(({ runs }) => runs.prune(["reevaluate", "cleanup"], before, limit));
      const left = async () => idsOf((await on.store.runs.list({ limit: 9 })).items);
      expect(await prune(10)).toBe(0);
      expect(await prune(30, 0)).toBe(0);
      expect(await prune(30, 1)).toBe(1);
      expect(await left()).toEqual(["run_7", "run_6", "run_5", "run_4", "run_2", "run_1"]);
      expect(await prune(30)).toBe(2);
      expect(await left()).toEqual(["run_6", "run_5", "run_4", "run_1"]);
      expect(await on.store.runs.get("run_7")).toBeUndefined();
      expect(await write(({ runs }) => runs.prune([], 99, 9))).toBe(0);
      expect(await write(({ runs }) => runs.prune(["scheduled", "backfill"], 99, 9))).toBe(1);
      await expect(
        write(async ({ runs }) => {
          await runs.prune(["reevaluate"], 99, 9);
          throw new Error("no");
        }),
      ).rejects.toThrow("no");
      expect(await left()).toEqual(["run_6", "run_5", "run_1"]);
    });
  });

  test("keys: by the secret's hash, oldest first", async () => {
    const key = (id: string, createdAt: number, changes = {}) =>
      ({ id, name: `'${id}'`, hash: `hash of ${id}`, scopes: ["read"], createdAt, ...changes }) as const;
    await on.store.keys.put(key("key_b", 5));
    await on.store.keys.put(key("key_a", 5));
    await on.store.keys.put(key("key_c", 1));
    expect(idsOf(await on.store.keys.list())).toEqual(["key_c", "key_a", "key_b"]);
    expect(await on.store.keys.byHash("hash of key_a")).toEqual(key("key_a", 5));
    expect(await on.store.keys.byHash("none")).toBeUndefined();
    await on.store.keys.put(key("key_a", 5, { revokedAt: 9 }));
    expect(await on.store.keys.byHash("hash of key_a")).toEqual(key("key_a", 5, { revokedAt: 9 }));
    expect(await on.store.keys.list()).toHaveLength(3);
    await expect(on.store.keys.put(key("key_d", 9, { hash: "hash of key_a" }))).rejects.toThrow();
    expect(await on.store.keys.list()).toHaveLength(3);
  });

  test("answers: the first stays; the oldest are removed first", async () => {
    const answer = (key: string, at: number) => ({ key, fingerprint: "f", status: 202, body: `"${at}"`, at });
    for (const [i, key] of hostileTexts.entries()) await on.store.idempotency.put(answer(key, 10 + i));
    await on.store.idempotency.put(answer("", 99));
    expect(await on.store.idempotency.get("")).toEqual(answer("", 10));
    for (const [i, key] of hostileTexts.entries())
      expect(await on.store.idempotency.get(key)).toEqual(answer(key, 10 + i));
    expect(await on.store.idempotency.get("a")).toBeUndefined();
    await on.store.idempotency.put(answer("first", 1));
    expect(await on.store.idempotency.prune(12, 1)).toBe(1);
    expect([await on.store.idempotency.get("first"), await on.store.idempotency.get("")]).toEqual([
      undefined,
      answer("", 10),
    ]);
    expect(await on.store.idempotency.prune(12, 9)).toBe(2);
    expect(await on.store.idempotency.prune(12, 9)).toBe(0);
    await on.store.idempotency.put(answer("", 50));
    expect(await on.store.idempotency.get("")).toEqual(answer("", 50));
  });

  test("answers: those that tell of what is forgotten go", async () => {
    const answer = (key: string, body: string) => ({ key, fingerprint: "f", status: 200, body, at: 1 });
    const bodies = {
      a: '{"id":"prf_1","to":"a@b"}',
      b: '[{"id":"prf_2"},{"id":"msg_3"}]',
      c: '{"id":"prf_12"}',
      d: "",
    };
    for (const [key, body] of Object.entries(bodies)) await on.store.idempotency.put(answer(key, body));
    for (let i = 0; i < 1_100; i++) await on.store.idempotency.put(answer(`n${i}`, '{"id":"msg_4"}'));
    await on.store.idempotency.put(answer("e", '{"id":"msg_3"}'));
    await on.store.idempotency.forget(new Set(["prf_1", "msg_3"]));
    const kept = await Promise.all([..."abcde", "n1099"].map((key) => on.store.idempotency.get(key)));
    expect(kept.map((one) => one?.key)).toEqual([undefined, undefined, "c", "d", undefined, "n1099"]);
  });
}
