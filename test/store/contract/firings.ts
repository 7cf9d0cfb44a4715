import { beforeEach, describe, expect, test } from "vitest";
import type { EngineStore, FiringState } from "../../../src/store/index.ts";
import { firing, hostile, hostileTexts, idsOf, paged, skip, start, waiting } from "../builders.ts";
import { openStore } from "./harness.ts";

const later = start + 1000;

/** Tests what every store promises about firings. */
export function describeFirings(make: () => EngineStore): void {
  const on = openStore(make);
  const { write, put, add } = on;

  describe("firings", () => {
    beforeEach(() => put("ada", "bob"));

    const list = (query: Partial<Parameters<EngineStore["firings"]["list"]>[0]> = {}) =>
      on.store.firings.list({ limit: 9, ...query });
    const ids = async (query?: Parameters<typeof list>[0]) => idsOf((await list(query)).items);

    test("kept whole", async () => {
      const all = [
        firing("fir_1", { reason: "a\u0000b", key: "\ud83d\udd14", run: "run_1", deliveries: ["msg_1", "msg_2"] }),
        waiting("fir_2", later, { waitsFor: "digest", reason: "until its digest is sent" }),
        firing("fir_3", {
          state: "failed",
          deliveries: [],
          cause: { kind: "event", stream: "s", event: "e", payload: hostile },
        }),
        firing("fir_4", {
          cause: { kind: "change", fields: ["__proto__"], before: JSON.parse('{"__proto__": [1]}') },
        }),
        firing("fir_5", { cause: { kind: "run", audience: "a", run: "run_1", backfill: true } }),
      ];
      await add(...all);
      for (const one of all) {
        const kept = await on.store.firings.get(one.id);
        expect(kept).toEqual(one);
        expect(JSON.stringify(kept!.cause)).toBe(JSON.stringify(one.cause));
      }
      expect((await list()).items).toEqual(all.toReversed());
      expect(await on.store.firings.get("none")).toBeUndefined();
    });

    test("within a transaction, one is found as it is by then", async () => {
      await add(waiting("fir_1", later));
      const ended = firing("fir_1", { state: "skipped", deliveries: [] });
      const found = await write(async ({ firings }) => {
        await firings.update([ended]);
        await firings.add([firing("fir_2")]);
        return Promise.all(["fir_1", "fir_2", "none"].map((id) => firings.get(id)));
      });
      expect(found).toEqual([ended, firing("fir_2"), undefined]);
    });

    test("an id that is kept, or a profile that is not, throws", async () => {
      await add(firing("fir_1"));
      await expect(add(firing("fir_2"), firing("fir_1"))).rejects.toThrow();
      await expect(add(firing("fir_2", { profile: "none" }))).rejects.toThrow("no profile none");
      expect(await ids()).toEqual(["fir_1"]);
    });

    test("list: by trigger, profile, state and run, in pages, while more fire", async () => {
      await add(
        firing("fir_1", { run: "run_1" }),
        firing("fir_2", { trigger: "other", state: "failed" }),
        firing("fir_3", { profile: "bob", state: "failed", run: "run_1" }),
        waiting("fir_4", 5, { profile: "bob" }),
        firing("fir_5", { at: 1 }),
      );
      expect(await ids({ trigger: "welcome" })).toEqual(["fir_5", "fir_4", "fir_3", "fir_1"]);
      expect(await ids({ profile: "ada" })).toEqual(["fir_5", "fir_2", "fir_1"]);
      expect(await ids({ state: "failed" })).toEqual(["fir_3", "fir_2"]);
      expect(await ids({ run: "run_1" })).toEqual(["fir_3", "fir_1"]);
      expect(await ids({ trigger: "welcome", state: "failed", profile: "bob", run: "run_1" })).toEqual(["fir_3"]);
      expect(await ids({ trigger: "welcome", state: "sent" })).toEqual(["fir_5", "fir_1"]);
      expect(await ids({ run: "run_1", state: "sent" })).toEqual(["fir_1"]);
      for (const none of [{ trigger: "none" }, { profile: "none" }, { run: "none" }, { state: "aborted" as const }]) {
        expect(await list(none)).toEqual({ items: [] });
      }
      const first = await list({ trigger: "welcome", limit: 2 });
      expect(idsOf(first.items)).toEqual(["fir_5", "fir_4"]);
      await write(async ({ firings }) => {
        await firings.add([firing("fir_6")]);
        await firings.update([firing("fir_1", { state: "aborted" })]);
      });
      expect(await ids({ trigger: "welcome", after: first.next })).toEqual(["fir_3", "fir_1"]);
      for (const query of [
        {},
        { trigger: "welcome" },
        { run: "run_1" },
        { profile: "ada" },
        { state: "sent" as const },
      ]) {
        const whole = await ids(query);
        expect(idsOf(await paged((page) => list({ ...query, ...page }), 1))).toEqual(whole);
        expect(idsOf(await paged((page) => list({ ...query, ...page }), whole.length))).toEqual(whole);
      }
    });

    test("update: not who and when; what is gone stays gone", async () => {
      const said = { kind: "event", stream: "s", event: "e", payload: { mail: "ada" } } as const;
      await add(waiting("fir_1", 5, { run: "run_1", key: "k", reason: "until", cause: said }), firing("fir_2"));
      const cause = { kind: "event", stream: "s", event: "e" } as const;
      const settled = firing("fir_1", {
        cause,
        settledAt: later,
        key: "l",
        deliveries: ["msg_1", "msg_2"],
        reason: "so",
      });
      await write(({ firings }) =>
        firings.update([{ ...settled, trigger: "x", profile: "bob", at: 1, run: "run_2" }, firing("none")]),
      );
      expect(await on.store.firings.get("fir_1")).toEqual({ ...settled, run: "run_1" });
      expect(await on.store.firings.get("none")).toBeUndefined();
      expect(await ids()).toEqual(["fir_2", "fir_1"]);
      await write(async ({ firings }) => {
        expect([await firings.hasKey("welcome", "k", 0), await firings.hasKey("welcome", "l", 0)]).toEqual([
          false,
          true,
        ]);
        expect(await firings.waiting("welcome", "ada")).toEqual([]);
        await firings.update([waiting("fir_2", 9)]);
        expect(await firings.due(9, 9)).toEqual([waiting("fir_2", 9)]);
        await firings.update([firing("fir_1", { deliveries: [] })]);
      });
      const plain = firing("fir_1", { deliveries: [], run: "run_1" });
      expect(await on.store.firings.get("fir_1")).toEqual(plain);
      expect(Object.keys((await on.store.firings.get("fir_1"))!)).not.toContain("reason");
    });

    test("due: longest due first, then as added, at most `limit`; nextDue is the first", async () => {
      expect(await on.store.firings.nextDue()).toBeUndefined();
      await add(
        waiting("fir_1", 30),
        waiting("fir_2", 10, { profile: "bob" }),
        waiting("fir_3", 20),
        waiting("fir_4", 10),
        firing("fir_5"),
      );
      expect(await on.store.firings.nextDue()).toBe(10);
      const due = (now: number, limit = 9) => write(async ({ firings }) => idsOf(await firings.due(now, limit)));
      expect(await due(9)).toEqual([]);
      expect(await due(10)).toEqual(["fir_2", "fir_4"]);
      expect(await due(99)).toEqual(["fir_2", "fir_4", "fir_3", "fir_1"]);
      expect(await due(99, 1)).toEqual(["fir_2"]);
      expect(await due(99, 0)).toEqual([]);
      await write(({ firings }) => firings.update([waiting("fir_2", 40, { profile: "bob" }), firing("fir_4")]));
      expect(await due(99)).toEqual(["fir_3", "fir_1", "fir_2"]);
      expect(await on.store.firings.nextDue()).toBe(20);
    });

    test("waiting: of a trigger for a profile, oldest first", async () => {
      await add(
        waiting("fir_1", 30),
        waiting("fir_2", 10),
        waiting("fir_3", 20, { profile: "bob" }),
        waiting("fir_4", 20, { trigger: "other" }),
        firing("fir_5"),
      );
      await write(async ({ firings }) => {
        expect(idsOf(await firings.waiting("welcome", "ada"))).toEqual(["fir_1", "fir_2"]);
        expect(await firings.waiting("none", "ada")).toEqual([]);
        expect(await firings.waiting("welcome", "none")).toEqual([]);
      });
    });

    test("gathered: those that wait for a digest, and the first that is due", async () => {
      await add(
        waiting("fir_1", 7, { waitsFor: "digest" }),
        waiting("fir_2", 5, { waitsFor: "digest" }),
        waiting("fir_3", 1, { waitsFor: "quietHours" }),
        waiting("fir_4", 2, { waitsFor: "digest", profile: "bob" }),
        waiting("fir_5", 3, { waitsFor: "digest", trigger: "other" }),
      );
      await write(async ({ firings }) => {
        expect(await firings.gathered("welcome", "ada")).toEqual({ count: 2, due: 5 });
        await firings.update([firing("fir_2"), waiting("fir_1", 9)]);
        expect(await firings.gathered("welcome", "ada")).toEqual({ count: 0 });
        expect(await firings.gathered("none", "none")).toEqual({ count: 0 });
      });
    });

    test("hasKey: waits, or was sent since; whatever the key", async () => {
      const states: readonly FiringState[] = ["sent", "aborted", "skipped", "failed"];
      await add(
        ...states.map((state) => firing(`fir_${state}`, { state, key: state, settledAt: later })),
        waiting("fir_w", 5, { key: "waiting" }),
        ...hostileTexts.map((key, i) => firing(`fir_${i}`, { key, trigger: "hostile" })),
      );
      await write(async ({ firings }) => {
        const has = (key: string, since = later, trigger = "welcome") => firings.hasKey(trigger, key, since);
        const found = await Promise.all([...states, "waiting"].map((key) => has(key)));
        expect(found).toEqual([true, false, false, false, true]);
        expect([await has("sent", later + 1), await has("waiting", later + 1)]).toEqual([false, true]);
        expect([await has("sent", later, "other"), await has("none")]).toEqual([false, false]);
        for (const key of hostileTexts) expect(await has(key, start, "hostile")).toBe(true);
        expect(await has("a", start, "hostile")).toBe(false);
      });
    });

    test("sent: after a time, by when they settled, a digest once, at most `limit`", async () => {
      await add(
        firing("fir_1", { settledAt: 10 }),
        firing("fir_2", { settledAt: 20, at: 1, deliveries: ["msg_a", "msg_b"] }),
        firing("fir_3", { settledAt: 20, at: 2, deliveries: ["msg_a", "msg_b"] }),
        firing("fir_4", { settledAt: 30, profile: "bob" }),
        firing("fir_5", { settledAt: 30, trigger: "other" }),
        firing("fir_6", { settledAt: 30, deliveries: [] }),
        firing("fir_7", { settledAt: 30, deliveries: [] }),
        firing("fir_8", { settledAt: 30, state: "failed" }),
        waiting("fir_9", 5),
      );
      await write(async ({ firings }) => {
        const sent = (query: Partial<Parameters<typeof firings.sent>[0]>) =>
          firings.sent({ since: 0, limit: 99, ...query });
        expect(await sent({ trigger: "welcome", profile: "ada" })).toBe(4);
        expect(await sent({ trigger: "welcome", profile: "ada", since: 10 })).toBe(3);
        expect(await sent({ trigger: "welcome", profile: "ada", since: 20 })).toBe(2);
        expect(await sent({ trigger: "welcome", profile: "ada", since: 30 })).toBe(0);
        expect(await sent({ trigger: "welcome" })).toBe(5);
        expect(await sent({ profile: "ada" })).toBe(5);
        expect(await sent({})).toBe(6);
        for (const query of [{}, { trigger: "welcome" }, { profile: "ada" }, { trigger: "welcome", profile: "ada" }]) {
          expect(await sent({ ...query, limit: 2 })).toBe(2);
        }
        expect(await sent({ trigger: "none" })).toBe(0);
        expect(await sent({ profile: "none" })).toBe(0);
      });
    });

    test("inRun: for that run and profile, whatever became of it", async () => {
      await add(
        waiting("fir_1", 5, { run: "run_1" }),
        firing("fir_2", { run: "run_2", state: "failed" }),
        firing("fir_3"),
      );
      await write(async ({ firings }) => {
        expect(await firings.inRun("run_1", "ada")).toBe(true);
        expect(await firings.inRun("run_2", "ada")).toBe(true);
        expect(await firings.inRun("run_1", "bob")).toBe(false);
        expect(await firings.inRun("run_3", "ada")).toBe(false);
        expect(await firings.inRun("run_1", "none")).toBe(false);
      });
    });

    test("tally: at or after a time, by state; last is of any time", async () => {
      const none = { waiting: 0, sent: 0, aborted: 0, skipped: 0, failed: 0 };
      expect(await on.store.firings.tally("welcome", 0)).toEqual(none);
      await add(
        firing("fir_1", { at: 5, settledAt: 50 }),
        firing("fir_2", { at: 10, settledAt: 40 }),
        firing("fir_3", { at: 10, state: "aborted" }),
        firing("fir_4", { at: 11, state: "skipped" }),
        firing("fir_5", { at: 12, state: "failed", settledAt: 90, profile: "bob" }),
        waiting("fir_6", 99, { at: 13 }),
        firing("fir_7", { at: 13, trigger: "other", settledAt: 99 }),
      );
      expect(await on.store.firings.tally("welcome", 10)).toEqual({
        waiting: 1,
        sent: 1,
        aborted: 1,
        skipped: 1,
        failed: 1,
        last: 50,
      });
      expect(await on.store.firings.tally("welcome", 99)).toEqual({ ...none, last: 50 });
      expect(await on.store.firings.tally("other", 0)).toEqual({ ...none, sent: 1, last: 99 });
    });

    test("skip: the last one and how many; no firing", async () => {
      await write(async ({ firings }) => {
        await firings.skip([
          skip({ at: 5 }),
          skip({ at: 4, reason: "a\u0000'", cause: "run" }),
          skip({ profile: "bob" }),
        ]);
        await firings.skip([]);
      });
      expect(await on.store.firings.lastSkip("welcome", "ada")).toEqual({
        ...skip({ at: 4, reason: "a\u0000'", cause: "run" }),
        count: 2,
      });
      expect(await on.store.firings.lastSkip("welcome", "bob")).toEqual({ ...skip({ profile: "bob" }), count: 1 });
      expect(await on.store.firings.lastSkip("other", "ada")).toBeUndefined();
      expect(await on.store.firings.lastSkip("welcome", "none")).toBeUndefined();
      expect(await ids()).toEqual([]);
      await expect(write(({ firings }) => firings.skip([skip({ profile: "none" })]))).rejects.toThrow(
        "no profile none",
      );
    });

    test("prune: what settled before, not what waits, at most `limit`", async () => {
      await add(
        firing("fir_1", { settledAt: 30 }),
        firing("fir_2", { settledAt: 10, state: "failed" }),
        waiting("fir_3", 1, { at: 1 }),
        firing("fir_4", { settledAt: 20, trigger: "other" }),
        firing("fir_5", { settledAt: 5, state: "aborted", key: "k" }),
      );
      const prune = (before: number, limit: number) => write(({ firings }) => firings.prune(before, limit));
      expect(await prune(5, 9)).toBe(0);
      expect(await prune(6, 9)).toBe(1);
      expect(await prune(30, 1)).toBe(1);
      expect(await ids()).toHaveLength(3);
      expect(await prune(30, 9)).toBe(1);
      expect(await ids()).toEqual(["fir_3", "fir_1"]);
      expect(await on.store.firings.get("fir_5")).toBeUndefined();
    });
  });
}
