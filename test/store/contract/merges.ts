import { describe, expect, test } from "vitest";
import type { EngineStore } from "../../../src/store/index.ts";
import { event, firing, identifier, idsOf, merge, paged, profile, skip, start, waiting } from "../builders.ts";
import { openStore } from "./harness.ts";

/** Tests what every store promises about merges that can be undone. */
export function describeMerges(make: () => EngineStore): void {
  const on = openStore(make);
  const { write, put, absorb, merge: join, split, enter, sizes, owners } = on;
  const idsMerged = async (id: string) => (await on.store.profiles.merges(id)).map((one) => one.profile.id);
  const firingsOf = async (id: string) => idsOf((await on.store.firings.list({ profile: id, limit: 9 })).items);
  const eventsOf = async (id: string) => idsOf((await on.store.events.list({ profile: id, limit: 9 })).items);
  const alone = (id: string) => profile(id, { identifiers: [] });
  /** Something of each kind that is kept under a profile. */
  const fill = (...ids: readonly string[]) =>
    write(async (of) => {
      for (const id of ids) {
        await of.firings.add([
          firing(`fir_${id}`, { profile: id, key: id }),
          waiting(`fir_w${id}`, 5, { profile: id }),
        ]);
        await of.events.add([event(`evt_${id}`, { profile: id })]);
        await of.firings.skip([skip({ profile: id, reason: id })]);
      }
    });
  const keptOf = async (id: string) => ({
    firings: await firingsOf(id),
    events: await eventsOf(id),
    skip: await on.store.firings.lastSkip("welcome", id),
    sent: await write(({ firings }) => firings.sent({ profile: id, since: 0, limit: 9 })),
  });

  describe("merges", () => {
    test("are kept as they are given, oldest first, under the id of both and of what it is now", async () => {
      await put("ada", "bob", "cyd", "dan");
      const one = merge("bob", "ada", { before: { a: 1 }, after: { a: 2 }, memberships: { x: 1 }, at: 7 });
      await write(({ profiles }) => profiles.absorb([{ from: "bob", into: "ada", merge: one }]));
      await join(["ada", "cyd"]);
      await absorb(["dan", "cyd"]);
      for (const id of ["ada", "bob", "cyd", "dan"]) {
        expect(await on.store.profiles.merges(id)).toEqual([one, merge("ada", "cyd")]);
      }
      expect(await on.store.profiles.merges("none")).toEqual([]);
      await expect(
        write(({ profiles }) => profiles.absorb([{ from: "dan", into: "eve", merge: one }])),
      ).rejects.toThrow();
    });

    test("the newest 100 of a profile are kept, also of two that had some", async () => {
      const ids = Array.from({ length: 130 }, (_, i) => `p${i}`);
      await put("a", "b", ...ids);
      await join(...ids.map((id, i) => [id, i < 65 ? "a" : "b"] as const));
      expect((await idsMerged("a")).length).toBe(65);
      await join(["b", "a"]);
      expect(await idsMerged("a")).toEqual([...ids.slice(-99), "b"]);
    });

    test("one that is of another profile is refused", async () => {
      await put("ada", "bob");
      const wrong = write(({ profiles }) =>
        profiles.absorb([{ from: "bob", into: "ada", merge: merge("ada", "bob") }]),
      );
      await expect(wrong).rejects.toThrow("the merge of ada does not belong to bob");
    });

    test("are forgotten by their time, oldest first", async () => {
      await put("a", "b", "c", "d");
      for (const [from, at] of [
        ["b", 3],
        ["c", 1],
        ["d", 2],
      ] as const) {
        await write(({ profiles }) => profiles.absorb([{ from, into: "a", merge: merge(from, "a", { at }) }]));
      }
      expect(await write(({ profiles }) => profiles.pruneMerges(3, 1))).toBe(1);
      expect(await idsMerged("a")).toEqual(["b", "d"]);
      expect(await write(({ profiles }) => profiles.pruneMerges(3, 9))).toBe(1);
      expect(await idsMerged("a")).toEqual(["b"]);
      await expect(split("c")).rejects.toThrow("no merge of a profile c is kept");
      expect(await on.store.profiles.get(["c"])).toEqual([profile("a")]);
    });
  });

  describe("split", () => {
    test("all that either had is its own again, and its id stands for itself", async () => {
      await put("ada", "bob");
      await fill("ada", "bob");
      const before = [await keptOf("ada"), await keptOf("bob")];
      await join(["bob", "ada"]);
      expect((await keptOf("ada")).firings).toHaveLength(4);
      await split("bob");
      expect([await keptOf("ada"), await keptOf("bob")]).toEqual(before);
      expect(await on.store.profiles.get(["ada", "bob"])).toEqual([profile("ada"), profile("bob")]);
      expect(await owners("ada@example.com", "bob@example.com")).toEqual(["ada", "bob"]);
      expect(await idsMerged("ada")).toEqual([]);
      expect((await on.store.firings.get("fir_wbob"))!.profile).toBe("bob");
    });

    test("it is at its place in lists again", async () => {
      await put("a", "b", "c");
      await join(["b", "a"]);
      await put("d");
      await split("b");
      expect(idsOf(await paged((query) => on.store.profiles.list(query), 1))).toEqual(["a", "b", "c", "d"]);
      expect(await on.store.profiles.count()).toBe(4);
    });

    test("what came since stays, also what was written under its id", async () => {
      await put("ada", "bob");
      await join(["bob", "ada"]);
      await write(async (of) => {
        await of.firings.add([firing("fir_1", { profile: "bob" })]);
        await of.events.add([event("evt_1", { profile: "bob" })]);
        await of.firings.skip([skip({ profile: "bob" })]);
      });
      await split("bob");
      expect(await keptOf("ada")).toMatchObject({ firings: ["fir_1"], events: ["evt_1"], skip: { count: 1 }, sent: 1 });
      expect(await keptOf("bob")).toEqual({ firings: [], events: [], skip: undefined, sent: 0 });
    });

    test("skips of both are counted together until then", async () => {
      await put("ada", "bob");
      await write(({ firings }) => firings.skip([skip({ at: 5 }), skip({ profile: "bob", at: 3, reason: "b" })]));
      await join(["bob", "ada"]);
      await write(({ firings }) => firings.skip([skip({ at: 9, reason: "later" })]));
      expect(await on.store.firings.lastSkip("welcome", "bob")).toMatchObject({ at: 9, count: 3, profile: "ada" });
      await split("bob");
      expect(await on.store.firings.lastSkip("welcome", "ada")).toMatchObject({ at: 9, reason: "later", count: 2 });
      expect(await on.store.firings.lastSkip("welcome", "bob")).toMatchObject({ at: 3, reason: "b", count: 1 });
    });

    test("identifiers are those that it is given; of another they are no longer", async () => {
      await put("ada", "bob");
      await join(["bob", "ada"]);
      const both = [identifier("ada@example.com"), identifier("bob@example.com")];
      await write(({ profiles }) => profiles.put([profile("ada", { identifiers: both })]));
      await write(({ profiles }) => profiles.split(profile("bob"), start));
      expect((await on.store.profiles.get(["ada", "bob"])).map((one) => one!.identifiers)).toEqual([
        [both[0]],
        [both[1]],
      ]);
    });

    test.each([
      ["the first of a chain", "c", { a: ["a", "b"], c: ["c"] }],
      ["one in the middle, with what is part of it", "b", { a: ["a"], b: ["b", "c"] }],
    ] as const)("of %s", async (_, id, expected) => {
      await put("a", "b", "c");
      await fill("a", "b", "c");
      await join(["c", "b"], ["b", "a"]);
      await split(id);
      for (const [root, parts] of Object.entries<readonly string[]>(expected)) {
        const all = parts.flatMap((part) => [`fir_w${part}`, `fir_${part}`]);
        expect((await firingsOf(root)).toSorted()).toEqual(all.toSorted());
        expect((await eventsOf(root)).toSorted()).toEqual(parts.map((part) => `evt_${part}`).toSorted());
        expect(await on.store.firings.lastSkip("welcome", root)).toMatchObject({ count: parts.length });
        expect((await on.store.profiles.get(parts)).map((one) => one!.id)).toEqual(parts.map(() => root));
        expect(await idsMerged(root)).toEqual(parts.slice(1));
      }
    });

    test("of the middle, then of what was part of it; each has its own again", async () => {
      await put("a", "b", "c");
      await fill("a", "b", "c");
      const before = [await keptOf("a"), await keptOf("b"), await keptOf("c")];
      await join(["c", "b"]);
      await join(["b", "a"]);
      await split("b");
      await split("c");
      expect([await keptOf("a"), await keptOf("b"), await keptOf("c")]).toEqual(before);
      expect(await on.store.profiles.get(["a", "b", "c"])).toEqual([profile("a"), profile("b"), profile("c")]);
    });

    test("ids that answered for it do so again, also of merges that are kept no longer", async () => {
      await put("a", "b", "c");
      await absorb(["c", "b"]);
      await join(["b", "a"]);
      await split("b");
      expect((await on.store.profiles.get(["a", "b", "c"])).map((one) => one!.id)).toEqual(["a", "b", "b"]);
      await expect(split("c")).rejects.toThrow("no merge of a profile c is kept");
    });

    test("merges that are given replace those that are kept", async () => {
      await put("a", "b", "c");
      await join(["b", "a"], ["c", "a"]);
      const changed = merge("c", "a", { before: { x: 1 } });
      await write(({ profiles }) => profiles.split(profile("b"), start, [changed, merge("none", "a")]));
      expect(await on.store.profiles.merges("a")).toEqual([changed]);
    });

    test("memberships are left to the caller", async () => {
      await put("ada", "bob");
      await enter("active", "ada", "bob");
      await join(["bob", "ada"]);
      await split("bob");
      expect(await sizes()).toEqual({ active: 1 });
      expect(await on.store.memberships.of(["bob"])).toEqual([[]]);
      await enter("active", "bob");
      expect(await sizes()).toEqual({ active: 2 });
    });

    test("twice, of one that was never merged, and of one that is not there throws", async () => {
      await put("ada", "bob");
      await join(["bob", "ada"]);
      await split("bob");
      for (const id of ["bob", "ada", "none"]) {
        await expect(split(id)).rejects.toThrow(`no merge of a profile ${id} is kept`);
      }
      expect(await on.store.profiles.count()).toBe(2);
    });

    test("merged again and split again", async () => {
      await put("ada", "bob");
      await fill("bob");
      const before = await keptOf("bob");
      for (const at of [1, 2]) {
        await join(["bob", "ada"]);
        await split("bob", at);
      }
      expect(await keptOf("bob")).toEqual(before);
      expect(await on.store.profiles.splitPairs(["bob"])).toEqual([{ one: "bob", other: "ada", at: 2 }]);
    });

    test("the two are splitPairs, whatever they become part of", async () => {
      await put("a", "b", "c");
      expect(await on.store.profiles.splitPairs(["a", "b"])).toEqual([]);
      await join(["b", "a"]);
      await split("b", 4);
      expect(await on.store.profiles.splitPairs(["a", "b", "none"])).toEqual([
        { one: "a", other: "b", at: 4 },
        { one: "b", other: "a", at: 4 },
      ]);
      await join(["a", "c"]);
      expect(await on.store.profiles.splitPairs(["b"])).toEqual([{ one: "b", other: "c", at: 4 }]);
      expect(await on.store.profiles.splitPairs(["c"])).toEqual([{ one: "c", other: "b", at: 4 }]);
      await split("a", 5);
      expect(await on.store.profiles.splitPairs(["b"])).toEqual([{ one: "b", other: "a", at: 4 }]);
      expect(await on.store.profiles.splitPairs(["c"])).toEqual([{ one: "c", other: "a", at: 5 }]);
      await write(({ profiles }) => profiles.remove(["a"]));
      expect(await on.store.profiles.splitPairs(["b", "c"])).toEqual([]);
    });

    test("with one that is removed goes what is kept of its merges", async () => {
      await put("a", "b", "c", "d");
      await fill("b", "c");
      await join(["c", "b"], ["b", "a"]);
      await write(({ profiles }) => profiles.remove(["a"]));
      for (const id of ["b", "c"]) {
        await expect(split(id)).rejects.toThrow(`no merge of a profile ${id} is kept`);
        expect(await on.store.profiles.merges(id)).toEqual([]);
      }
      await put("a", "b");
      expect(await keptOf("a")).toEqual({ firings: [], events: [], skip: undefined, sent: 0 });
      await join(["b", "a"]);
      await split("b");
      expect(await keptOf("b")).toEqual({ firings: [], events: [], skip: undefined, sent: 0 });
    });

    test("one that was split is removed alone", async () => {
      await put("ada", "bob");
      await fill("ada", "bob");
      await join(["bob", "ada"]);
      await split("bob");
      expect(await write(({ profiles }) => profiles.remove(["bob"]))).toEqual(["msg_fir_bob"]);
      expect(await on.store.profiles.get(["ada", "bob"])).toEqual([profile("ada"), undefined]);
      expect(await firingsOf("ada")).toEqual(["fir_wada", "fir_ada"]);
    });

    test("of a trigger that is gone no skips come back", async () => {
      await put("ada", "bob");
      await write(async (of) => {
        await of.definitions.put([
          { kind: "trigger", name: "welcome", body: {}, origin: "api", createdAt: 1, updatedAt: 1, status: {} },
        ]);
        await of.firings.skip([skip({ profile: "bob" })]);
      });
      await join(["bob", "ada"]);
      await write(({ definitions }) => definitions.remove("trigger", "welcome"));
      expect(await on.store.firings.lastSkip("welcome", "ada")).toBeUndefined();
      await split("bob");
      expect(await on.store.firings.lastSkip("welcome", "bob")).toBeUndefined();
    });

    test("in a transaction that throws nothing is split", async () => {
      await put("ada", "bob");
      await fill("bob");
      await join(["bob", "ada"]);
      const thrown = write(async ({ profiles }) => {
        await profiles.split(alone("bob"), start);
        throw new Error("no");
      });
      await expect(thrown).rejects.toThrow("no");
      expect(await on.store.profiles.get(["bob"])).toEqual([profile("ada")]);
      expect(await firingsOf("ada")).toEqual(["fir_wbob", "fir_bob"]);
      expect(await idsMerged("ada")).toEqual(["bob"]);
      expect(await on.store.profiles.splitPairs(["ada"])).toEqual([]);
      await split("bob");
      expect(await firingsOf("bob")).toEqual(["fir_wbob", "fir_bob"]);
    });
  });
}
