import { describe, expect, test } from "vitest";
import type { EngineStore } from "../../../src/store/index.ts";
import {
  event,
  firing,
  hostile,
  hostileTexts,
  identifier,
  idsOf,
  paged,
  profile,
  skip,
  start,
  waiting,
} from "../builders.ts";
import { openStore } from "./harness.ts";

/** Tests what every store promises about profiles. */
export function describeProfiles(make: () => EngineStore): void {
  const on = openStore(make);
  const { write, put, absorb, enter, add, sizes, owners } = on;

  describe("profiles", () => {
    test("get: in the order of the ids, twice if asked twice, undefined where there is none", async () => {
      await put("ada", "bob");
      expect(await on.store.profiles.get(["bob", "none", "ada", "bob"])).toEqual([
        profile("bob"),
        undefined,
        profile("ada"),
        profile("bob"),
      ]);
      expect(await on.store.profiles.get([])).toEqual([]);
    });

    test("put writes it as it is given", async () => {
      const one = profile("ada", { identifiers: [identifier("x"), identifier("7", "user_id"), identifier("a")] });
      await write(({ profiles }) => profiles.put([one]));
      expect(await on.store.profiles.get(["ada"])).toEqual([one]);
      const two = {
        ...one,
        fields: {},
        createdAt: 1,
        updatedAt: 2,
        version: 9,
        identifiers: [identifier("a"), identifier("z")],
      };
      await write(({ profiles }) => profiles.put([two]));
      expect(await on.store.profiles.get(["ada"])).toEqual([two]);
      expect(await on.store.profiles.count()).toBe(1);
    });

    test("identifiers that were lost are free, those that another is given are its own", async () => {
      await put("ada", "bob");
      await write(({ profiles }) => profiles.put([profile("ada", { identifiers: [identifier("new")] })]));
      expect(await owners("ada@example.com", "new", "bob@example.com")).toEqual([undefined, "ada", "bob"]);
      const both = [identifier("bob@example.com"), identifier("ada@example.com")];
      await write(({ profiles }) => profiles.put([profile("cyd", { identifiers: both })]));
      expect(await owners("ada@example.com", "new", "bob@example.com")).toEqual(["cyd", "ada", "cyd"]);
      expect(await on.store.profiles.get(["bob"])).toEqual([profile("bob", { identifiers: [] })]);
      expect(await on.store.profiles.get(["cyd"])).toEqual([profile("cyd", { identifiers: both })]);
    });

    test("identifiers change owners within one put, in either order", async () => {
      await put("ada", "bob");
      const [a, b] = [identifier("ada@example.com"), identifier("bob@example.com")];
      await write(({ profiles }) =>
        profiles.put([profile("ada", { identifiers: [b] }), profile("bob", { identifiers: [a] })]),
      );
      expect(await owners(a.value, b.value)).toEqual(["bob", "ada"]);
      expect((await on.store.profiles.get(["ada", "bob"])).map((one) => one!.identifiers)).toEqual([[b], [a]]);
    });

    test("the same identifier twice is one; of another kind it is another", async () => {
      const [a, b, other] = [identifier("a"), identifier("b"), identifier("a", "device")];
      await write(({ profiles }) =>
        profiles.put([profile("ada", { identifiers: [a, b, a] }), profile("bob", { identifiers: [other] })]),
      );
      expect((await on.store.profiles.get(["ada"]))[0]!.identifiers).toEqual([a, b]);
      expect(await on.store.profiles.find([other, a])).toEqual(["bob", "ada"]);
    });

    test("list: oldest first, by when they came to be, not when they were written", async () => {
      await put("c", "a", "b");
      await write(({ profiles }) => profiles.put([profile("c", { version: 2 })]));
      expect(idsOf(await paged((query) => on.store.profiles.list(query), 1))).toEqual(["c", "a", "b"]);
      expect(await on.store.profiles.list({ limit: 3 })).toMatchObject({ items: [{}, {}, {}] });
      expect((await on.store.profiles.list({ limit: 3 })).next).toBeUndefined();
      expect(await on.store.profiles.list({ limit: 0 })).toEqual({ items: [] });
    });

    test("list: what is new, written or gone between pages", async () => {
      await put("a", "b", "c", "d");
      const first = await on.store.profiles.list({ limit: 2 });
      expect(idsOf(first.items)).toEqual(["a", "b"]);
      await write(({ profiles }) => profiles.put([profile("a", { version: 2 }), profile("c", { version: 2 })]));
      await write(({ profiles }) => profiles.remove(["b", "d"]));
      await put("e");
      const second = await on.store.profiles.list({ limit: 9, after: first.next });
      expect(idsOf(second.items)).toEqual(["c", "e"]);
    });

    test("list: one that comes after the last was removed is behind it", async () => {
      await put("a", "b", "c");
      const { next } = await on.store.profiles.list({ limit: 2 });
      await write(({ profiles }) => profiles.remove(["b", "c"]));
      await put("d");
      expect(idsOf((await on.store.profiles.list({ limit: 9, after: next })).items)).toEqual(["d"]);
    });

    test("hostile fields and identifiers come back as they were", async () => {
      const one = profile("ada", {
        fields: hostile as never,
        identifiers: hostileTexts.map((value) => identifier(value, value)),
      });
      await write(({ profiles }) => profiles.put([one]));
      const [read] = await on.store.profiles.get(["ada"]);
      expect(JSON.stringify(read)).toBe(JSON.stringify(one));
      expect(Object.hasOwn(read!.fields, "__proto__")).toBe(true);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
      expect(await on.store.profiles.find(one.identifiers)).toEqual(hostileTexts.map(() => "ada"));
      expect(await owners("a", "A\u0000B", "a\u0000")).toEqual([undefined, undefined, undefined]);
    });

    test("a lone surrogate in an identifier is U+FFFD", async () => {
      await write(({ profiles }) => profiles.put([profile("ada", { identifiers: [identifier("x\ud800")] })]));
      expect(await owners("x\ud800", "x\ufffd", "x")).toEqual(["ada", "ada", undefined]);
      expect((await on.store.profiles.get(["ada"]))[0]!.identifiers).toEqual([identifier("x\ufffd")]);
    });

    test("a field of 5 MB", async () => {
      const one = profile("ada", { fields: { text: "é".repeat(2_500_000) } });
      await write(({ profiles }) => profiles.put([one]));
      expect(await on.store.profiles.get(["ada"])).toEqual([one]);
    });
  });

  describe("absorb", () => {
    test("the id answers for the other; identifiers are free", async () => {
      await put("ada", "bob", "cyd");
      await absorb(["bob", "ada"]);
      expect(await on.store.profiles.get(["bob", "ada"])).toEqual([profile("ada"), profile("ada")]);
      expect(await owners("bob@example.com", "ada@example.com")).toEqual([undefined, "ada"]);
      expect(idsOf((await on.store.profiles.list({ limit: 9 })).items)).toEqual(["ada", "cyd"]);
      expect(await on.store.profiles.count()).toBe(2);
    });

    test("what put gave its identifiers to keeps them", async () => {
      await put("ada", "bob");
      const all = [identifier("ada@example.com"), identifier("bob@example.com")];
      await write(async ({ profiles }) => {
        await profiles.put([profile("ada", { identifiers: all })]);
        await profiles.absorb([{ from: "bob", into: "ada" }]);
      });
      expect(await owners("ada@example.com", "bob@example.com")).toEqual(["ada", "ada"]);
      expect(await on.store.profiles.get(["bob"])).toEqual([profile("ada", { identifiers: all })]);
    });

    test.each([
      [
        "in order",
        [
          ["a", "b"],
          ["b", "c"],
        ],
      ],
      [
        "backwards",
        [
          ["b", "c"],
          ["a", "b"],
        ],
      ],
      [
        "to the last",
        [
          ["a", "c"],
          ["b", "c"],
        ],
      ],
      [
        "of one that was absorbed",
        [
          ["a", "b"],
          ["a", "c"],
        ],
      ],
      [
        "twice",
        [
          ["a", "b"],
          ["b", "c"],
          ["a", "c"],
          ["c", "a"],
        ],
      ],
    ] as const)("a chain %s", async (_, pairs) => {
      await put("a", "b", "c");
      await write((of) => of.firings.add(["a", "b", "c"].map((one) => firing(`fir_${one}`, { profile: one }))));
      await absorb(...pairs);
      expect(await on.store.profiles.get(["a", "b", "c"])).toEqual([profile("c"), profile("c"), profile("c")]);
      const { items } = await on.store.firings.list({ profile: "a", limit: 9 });
      expect(items.map(({ id, profile: whose }) => [id, whose])).toEqual([
        ["fir_c", "c"],
        ["fir_b", "c"],
        ["fir_a", "c"],
      ]);
      expect(await on.store.profiles.count()).toBe(1);
    });

    test("memberships end, and sizes say so; those of the other stay", async () => {
      await put("ada", "bob", "cyd");
      await enter("active", "ada", "bob");
      await enter("paying", "bob", "cyd");
      await absorb(["bob", "ada"]);
      expect(await sizes()).toEqual({ active: 1, paying: 1 });
      expect(await on.store.memberships.of(["ada", "bob"])).toEqual([
        [{ audience: "active", since: start }],
        [{ audience: "active", since: start }],
      ]);
      await absorb(["cyd", "ada"]);
      expect(await sizes()).toEqual({ active: 1 });
      expect(await on.store.memberships.members({ audience: "paying", limit: 9 })).toEqual({ items: [] });
    });

    test("firings, those that wait too, and events are the other's", async () => {
      await put("ada", "bob");
      await write(async (of) => {
        await of.firings.add([
          firing("fir_1", { profile: "bob", key: "k", run: "run_1" }),
          waiting("fir_2", 9, { profile: "ada" }),
          waiting("fir_3", 5, { profile: "bob" }),
        ]);
        await of.events.add([event("evt_1", { profile: "bob", key: "k" }), event("evt_2", { profile: "ada" })]);
      });
      await absorb(["bob", "ada"]);
      for (const who of ["ada", "bob"]) {
        expect(idsOf((await on.store.firings.list({ profile: who, limit: 9 })).items)).toEqual([
          "fir_3",
          "fir_2",
          "fir_1",
        ]);
        expect(idsOf((await on.store.events.list({ profile: who, limit: 9 })).items)).toEqual(["evt_2", "evt_1"]);
      }
      expect((await on.store.firings.get("fir_1"))!.profile).toBe("ada");
      expect((await on.store.events.list({ limit: 9 })).items.map((one) => one.profile)).toEqual(["ada", "ada"]);
      await write(async (of) => {
        expect(idsOf(await of.firings.waiting("welcome", "bob"))).toEqual(["fir_2", "fir_3"]);
        expect(await of.firings.due(9, 9)).toMatchObject([
          { id: "fir_3", profile: "ada" },
          { id: "fir_2", profile: "ada" },
        ]);
        expect(await of.firings.inRun("run_1", "ada")).toBe(true);
        expect(await of.firings.sent({ profile: "ada", since: 0, limit: 9 })).toBe(1);
        expect(await of.firings.hasKey("welcome", "k", start)).toBe(true);
        expect(await of.events.known("shop", ["k"])).toEqual(new Set(["k"]));
      });
    });

    test("skips of both are one: counted together, the later one kept", async () => {
      await put("ada", "bob", "cyd");
      await write(async ({ firings }) => {
        await firings.skip([skip({ at: 3, reason: "a", cause: "exit" }), skip({ profile: "bob", at: 1, reason: "b" })]);
        await firings.skip([skip({ profile: "bob", at: 2, reason: "c" })]);
        await firings.skip([skip({ profile: "cyd", at: 4, reason: "d", cause: "event" })]);
        await firings.skip([skip({ profile: "bob", trigger: "other", at: 7 })]);
      });
      await absorb(["bob", "ada"]);
      const kept = { trigger: "welcome", profile: "ada", at: 3, reason: "a", cause: "exit", count: 3 };
      expect(await on.store.firings.lastSkip("welcome", "bob")).toEqual(kept);
      expect(await on.store.firings.lastSkip("other", "ada")).toMatchObject({ profile: "ada", at: 7, count: 1 });
      await absorb(["cyd", "ada"]);
      expect(await on.store.firings.lastSkip("welcome", "ada")).toEqual({
        ...kept,
        at: 4,
        reason: "d",
        cause: "event",
        count: 4,
      });
    });

    test("skips of the same time: that of the absorbed is kept", async () => {
      await put("ada", "bob");
      await write(({ firings }) => firings.skip([skip({ reason: "a" }), skip({ profile: "bob", reason: "b" })]));
      await absorb(["bob", "ada"]);
      expect(await on.store.firings.lastSkip("welcome", "ada")).toMatchObject({ reason: "b", count: 2 });
    });

    test("what is written under the old id is the other's", async () => {
      await put("ada", "bob");
      await absorb(["bob", "ada"]);
      await enter("active", "bob");
      await write(async (of) => {
        await of.firings.add([firing("fir_1", { profile: "bob" })]);
        await of.firings.skip([skip({ profile: "bob" })]);
        await of.events.add([event("evt_1", { profile: "bob" })]);
      });
      expect((await on.store.firings.get("fir_1"))!.profile).toBe("ada");
      expect((await on.store.events.list({ limit: 1 })).items[0]!.profile).toBe("ada");
      expect(await on.store.firings.lastSkip("welcome", "ada")).toMatchObject({ profile: "ada" });
      expect((await on.store.memberships.members({ audience: "active", limit: 9 })).items).toEqual([
        { profile: "ada", since: start },
      ]);
      await expect(put("bob")).rejects.toThrow("bob was absorbed");
    });

    test("into itself changes nothing; of or into one that is not there throws", async () => {
      await put("ada");
      await enter("active", "ada");
      await absorb(["ada", "ada"]);
      expect(await on.store.profiles.get(["ada"])).toEqual([profile("ada")]);
      expect(await sizes()).toEqual({ active: 1 });
      await expect(absorb(["none", "ada"])).rejects.toThrow("no profile none");
      await expect(absorb(["ada", "none"])).rejects.toThrow("no profile none");
      expect(await on.store.profiles.count()).toBe(1);
    });
  });

  describe("remove", () => {
    test("everything of it, and nothing of others; deliveries once", async () => {
      await put("ada", "bob");
      await enter("active", "ada", "bob");
      await write(async (of) => {
        const of2 = { deliveries: ["msg_1", "msg_2"], key: "k", run: "run_1" };
        await of.firings.add([firing("fir_1", of2), firing("fir_2", of2), waiting("fir_3", 5)]);
        await of.firings.add([firing("fir_4", { profile: "bob" }), waiting("fir_5", 6, { profile: "bob" })]);
        await of.firings.skip([skip(), skip({ profile: "bob" })]);
        await of.events.add([
          event("evt_1", { profile: "ada", key: "k" }),
          event("evt_2", { profile: "bob", key: "l" }),
        ]);
      });
      const removed = await write(({ profiles }) => profiles.remove(["ada", "none"]));
      expect(removed.toSorted()).toEqual(["msg_1", "msg_2"]);
      expect(await on.store.profiles.get(["ada", "bob"])).toEqual([undefined, profile("bob")]);
      expect(await owners("ada@example.com", "bob@example.com")).toEqual([undefined, "bob"]);
      expect(await sizes()).toEqual({ active: 1 });
      expect(await on.store.memberships.of(["ada"])).toEqual([[]]);
      expect(idsOf((await on.store.firings.list({ limit: 9 })).items)).toEqual(["fir_5", "fir_4"]);
      expect(await on.store.firings.list({ profile: "ada", limit: 9 })).toEqual({ items: [] });
      expect(await on.store.firings.nextDue()).toBe(6);
      expect(await on.store.firings.lastSkip("welcome", "ada")).toBeUndefined();
      expect(await on.store.firings.lastSkip("welcome", "bob")).toBeDefined();
      expect(idsOf((await on.store.events.list({ limit: 9 })).items)).toEqual(["evt_2"]);
      await write(async (of) => {
        expect(await of.firings.hasKey("welcome", "k", 0)).toBe(false);
        expect(await of.firings.inRun("run_1", "ada")).toBe(false);
        expect(await of.firings.sent({ trigger: "welcome", since: 0, limit: 9 })).toBe(1);
        expect(await of.events.known("shop", ["k", "l"])).toEqual(new Set(["l"]));
      });
    });

    test("by the id of one that it absorbed, whose id then answers for nobody", async () => {
      await put("ada", "bob", "cyd");
      await add(firing("fir_1", { profile: "cyd" }));
      await absorb(["cyd", "bob"], ["bob", "ada"]);
      expect(await write(({ profiles }) => profiles.remove(["cyd", "ada"]))).toEqual(["msg_fir_1"]);
      expect(await on.store.profiles.get(["ada", "bob", "cyd"])).toEqual([undefined, undefined, undefined]);
      expect(await on.store.profiles.count()).toBe(0);
      await put("bob", "ada");
      expect(await on.store.profiles.get(["ada", "bob", "cyd"])).toEqual([profile("ada"), profile("bob"), undefined]);
      expect(await on.store.firings.list({ profile: "ada", limit: 9 })).toEqual({ items: [] });
    });
  });
}
