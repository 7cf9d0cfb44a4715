import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../../src/dispatch/index.ts";
import type { FiringState, ProgramStore, ProgramTransaction } from "../../src/triggers/index.ts";
import { entry, idsOf, start } from "../dispatch/entries.ts";
import { definition, event, firing, identifier, paged, profile, run, skip, waiting } from "./records.ts";

/** Text that is no JSON: whatever it is, it comes back. */
const hostileTexts = [
  "",
  "a\u0000b",
  "a\u0000c",
  "'\"`;--",
  "\ud83d\udd14",
  "__proto__",
  "é",
  "e\u0301",
  "a\nb",
  " a ",
  "%_",
];

const hostile: Json = JSON.parse(
  '{"__proto__": {"polluted": true}, "constructor": 1, "\\u0000": "\\u0000", "\\ud800": "\\udc00 alone", "": null, "n": [1e308, -0.5, []], "quote": "\'\\"", "bell": "\\ud83d\\udd14"}',
);

const later = start + 1000;

/** What every store that keeps what fires alerts promises. `make` gives an empty one. */
export function describeProgramStore(name: string, make: () => ProgramStore): void {
  describe(`${name}: the contract of a program's store`, () => {
    let store: ProgramStore;
    beforeEach(() => {
      store = make();
    });
    afterEach(() => store.close());

    const write = <Result>(work: (transaction: ProgramTransaction) => Promise<Result>): Promise<Result> =>
      store.transaction(work);
    const put = (...ids: readonly string[]) => write(({ profiles }) => profiles.put(ids.map((id) => profile(id))));
    const absorb = (...pairs: readonly (readonly [from: string, into: string])[]) =>
      write(({ profiles }) => profiles.absorb(pairs.map(([from, into]) => ({ from, into }))));
    const enter = (audience: string, ...profiles: readonly string[]) =>
      write(({ memberships }) =>
        memberships.change(profiles.map((one, i) => ({ audience, profile: one, since: start + i }))),
      );
    const leave = (audience: string, ...profiles: readonly string[]) =>
      write(({ memberships }) =>
        memberships.change(profiles.map((one) => ({ audience, profile: one, since: undefined }))),
      );
    const add = (...firings: readonly ReturnType<typeof firing>[]) => write((of) => of.firings.add(firings));
    const sizes = async () => Object.fromEntries(await store.memberships.sizes());
    const owners = (...values: readonly string[]) => store.profiles.find(values.map((value) => identifier(value)));

    describe("transaction", () => {
      test("all of it is kept, and the result is given", async () => {
        const id = await write(async (of) => {
          await of.profiles.put([profile("ada")]);
          await of.firings.add([firing("fir_1")]);
          const [added] = await of.outbox.add([entry()]);
          return added!.id;
        });
        expect(await store.profiles.count()).toBe(1);
        expect(await store.firings.get("fir_1")).toEqual(firing("fir_1"));
        expect(await store.outbox.find(id)).toMatchObject({ state: "pending" });
      });

      /** Something of everything, and everything changed. */
      async function doAll(of: ProgramTransaction): Promise<void> {
        await of.profiles.put([profile("new"), profile("ada", { fields: { x: 1 }, identifiers: [], version: 2 })]);
        await of.memberships.change([
          { audience: "active", profile: "new", since: later },
          { audience: "active", profile: "ada", since: undefined },
        ]);
        await of.profiles.absorb([{ from: "bob", into: "new" }]);
        await of.profiles.remove(["cyd"]);
        await of.memberships.clear("active", 10);
        await of.events.add([event("evt_new", { key: "new", profile: "ada" })]);
        await of.events.prune("shop", later, 10);
        await of.definitions.remove("trigger", "welcome");
        await of.definitions.put([definition("new")]);
        await of.definitions.setStatus("trigger", "other", { state: "active" }, true);
        await of.firings.update([firing("fir_1", { key: "k", reason: "changed" })]);
        await of.firings.add([firing("fir_new"), waiting("fir_wait", 5)]);
        await of.firings.skip([skip(), skip({ profile: "new" })]);
        await of.firings.prune(later, 10);
        await of.runs.put(run("run_1", { state: "done" }));
        await of.runs.put(run("run_new"));
        await of.outbox.add([entry()]);
      }

      const everything = async () => ({
        profiles: await store.profiles.list({ limit: 99 }),
        count: await store.profiles.count(),
        byId: await store.profiles.get(["ada", "bob", "cyd", "new"]),
        owners: await owners("ada@example.com", "bob@example.com", "new@example.com"),
        of: await store.memberships.of(["ada", "bob", "cyd", "new"]),
        members: await store.memberships.members({ audience: "active", limit: 99 }),
        sizes: await store.memberships.sizes(),
        events: await store.events.list({ limit: 99 }),
        version: await store.definitions.version(),
        definitions: await store.definitions.all(),
        firings: await store.firings.list({ limit: 99 }),
        ofBob: await store.firings.list({ profile: "bob", limit: 99 }),
        due: await store.firings.nextDue(),
        skips: [await store.firings.lastSkip("welcome", "ada"), await store.firings.lastSkip("welcome", "bob")],
        tally: await store.firings.tally("welcome", 0),
        runs: await store.runs.list({ limit: 99 }),
        deliveries: await store.outbox.list(),
        stats: await store.outbox.stats(),
      });

      async function furnish(): Promise<void> {
        await put("ada", "bob", "cyd");
        await enter("active", "ada", "bob", "cyd");
        await write(async (of) => {
          await of.definitions.put([definition("welcome"), definition("other"), definition("third")]);
          await of.firings.add(["ada", "bob", "cyd"].map((one, i) => firing(`fir_${i}`, { profile: one, key: "k" })));
          await of.firings.add([waiting("fir_w", 7, { profile: "bob" })]);
          await of.firings.skip([skip(), skip({ profile: "bob" })]);
          await of.events.add(["a", "b", "c"].map((key) => event(`evt_${key}`, { key, profile: "bob" })));
          await of.runs.put(run("run_1"));
        });
      }

      test("what throws leaves nothing behind, and throws the same", async () => {
        await furnish();
        const before = await everything();
        const error = new Error("no");
        const failed = write(async (of) => {
          await doAll(of);
          throw error;
        });
        await expect(failed).rejects.toBe(error);
        expect(await everything()).toEqual(before);
        await write(async (of) => {
          expect(await of.events.known("shop", ["a", "new"])).toEqual(new Set(["a"]));
          expect(await of.firings.hasKey("welcome", "k", 0)).toBe(true);
          await doAll(of);
        });
        expect(await everything()).not.toEqual(before);
      });

      test("nobody outside sees it before it is whole", async () => {
        await furnish();
        const before = await everything();
        let seen: Promise<unknown>[] = [];
        const failed = write(async (of) => {
          await doAll(of);
          seen = [everything(), store.profiles.get(["new"]), store.outbox.list()];
          throw new Error("no");
        });
        await expect(failed).rejects.toThrow("no");
        expect(await Promise.all(seen)).toEqual([before, [undefined], { items: [] }]);
      });

      test("within it, reads see what it wrote", async () => {
        await write(async (of) => {
          await of.profiles.put([profile("ada")]);
          await of.memberships.change([{ audience: "active", profile: "ada", since: start }]);
          await of.events.add([event("evt_1", { key: "k" })]);
          await of.definitions.put([definition("welcome")]);
          await of.firings.add([waiting("fir_1", 5, { key: "k", run: "run_1" })]);
          await of.runs.put(run("run_1"));
          expect(await of.profiles.get(["ada"])).toEqual([profile("ada")]);
          expect(await of.profiles.find([identifier("ada@example.com")])).toEqual(["ada"]);
          expect((await of.profiles.list({ limit: 1 })).items).toHaveLength(1);
          expect(await of.memberships.of(["ada"])).toEqual([[{ audience: "active", since: start }]]);
          expect((await of.memberships.members({ audience: "active", limit: 1 })).items).toHaveLength(1);
          expect(await of.memberships.sizes()).toEqual(new Map([["active", 1]]));
          expect(await of.events.known("shop", ["k", "l"])).toEqual(new Set(["k"]));
          expect(await of.definitions.version()).toBe(1);
          expect(await of.definitions.all()).toEqual([definition("welcome")]);
          expect(idsOf(await of.firings.due(5, 1))).toEqual(["fir_1"]);
          expect(idsOf(await of.firings.waiting("welcome", "ada"))).toEqual(["fir_1"]);
          expect(await of.firings.hasKey("welcome", "k", start)).toBe(true);
          expect(await of.firings.inRun("run_1", "ada")).toBe(true);
          expect(await of.runs.get("run_1")).toEqual(run("run_1"));
          expect(idsOf((await of.runs.list({ limit: 1 })).items)).toEqual(["run_1"]);
        });
      });

      test("one after the other, each whole", async () => {
        await put("ada");
        const results = await Promise.allSettled(
          Array.from({ length: 20 }, (_, i) =>
            write(async ({ profiles }) => {
              const [before] = await profiles.get(["ada"]);
              await profiles.put([{ ...before!, version: before!.version + 1 }]);
              if (i % 3 === 0) throw new Error("no");
            }),
          ),
        );
        const kept = results.filter(({ status }) => status === "fulfilled").length;
        expect(kept).toBe(13);
        expect(await store.profiles.get(["ada"])).toEqual([profile("ada", { version: 1 + kept })]);
      });

      test("what is given is copied, and what is read is the caller's own", async () => {
        const fields = { list: [1] };
        const payload = { list: [1] };
        await write(async (of) => {
          await of.profiles.put([profile("ada", { fields })]);
          await of.events.add([event("evt_1", { payload })]);
        });
        fields.list.push(2);
        payload.list.push(2);
        const read = async () => [
          (await store.profiles.get(["ada"]))[0]!.fields.list,
          ((await store.events.list({ limit: 1 })).items[0]!.payload as typeof payload).list,
        ];
        for (const list of await read()) {
          try {
            (list as number[]).push(3);
          } catch {
            // It may be frozen.
          }
        }
        expect(await read()).toEqual([[1], [1]]);
      });

      test("a closed store says so", async () => {
        const closed = make();
        await closed.close();
        const closing = { name: "StoreError", problem: "closed" };
        await expect(closed.transaction(async () => {})).rejects.toMatchObject(closing);
        await expect(closed.profiles.count()).rejects.toMatchObject(closing);
        await expect(closed.definitions.version()).rejects.toMatchObject(closing);
        await expect(closed.answers.get("k")).rejects.toMatchObject(closing);
      });
    });

    describe("profiles", () => {
      test("get: in the order of the ids, twice if asked twice, undefined where there is none", async () => {
        await put("ada", "bob");
        expect(await store.profiles.get(["bob", "none", "ada", "bob"])).toEqual([
          profile("bob"),
          undefined,
          profile("ada"),
          profile("bob"),
        ]);
        expect(await store.profiles.get([])).toEqual([]);
      });

      test("put writes it as it is given", async () => {
        const one = profile("ada", { identifiers: [identifier("x"), identifier("7", "user_id"), identifier("a")] });
        await write(({ profiles }) => profiles.put([one]));
        expect(await store.profiles.get(["ada"])).toEqual([one]);
        const two = {
          ...one,
          fields: {},
          createdAt: 1,
          updatedAt: 2,
          version: 9,
          identifiers: [identifier("a"), identifier("z")],
        };
        await write(({ profiles }) => profiles.put([two]));
        expect(await store.profiles.get(["ada"])).toEqual([two]);
        expect(await store.profiles.count()).toBe(1);
      });

      test("identifiers that were lost are free, those that another is given are its own", async () => {
        await put("ada", "bob");
        await write(({ profiles }) => profiles.put([profile("ada", { identifiers: [identifier("new")] })]));
        expect(await owners("ada@example.com", "new", "bob@example.com")).toEqual([undefined, "ada", "bob"]);
        const both = [identifier("bob@example.com"), identifier("ada@example.com")];
        await write(({ profiles }) => profiles.put([profile("cyd", { identifiers: both })]));
        expect(await owners("ada@example.com", "new", "bob@example.com")).toEqual(["cyd", "ada", "cyd"]);
        expect(await store.profiles.get(["bob"])).toEqual([profile("bob", { identifiers: [] })]);
        expect(await store.profiles.get(["cyd"])).toEqual([profile("cyd", { identifiers: both })]);
      });

      test("identifiers change owners within one put, in either order", async () => {
        await put("ada", "bob");
        const [a, b] = [identifier("ada@example.com"), identifier("bob@example.com")];
        await write(({ profiles }) =>
          profiles.put([profile("ada", { identifiers: [b] }), profile("bob", { identifiers: [a] })]),
        );
        expect(await owners(a.value, b.value)).toEqual(["bob", "ada"]);
        expect((await store.profiles.get(["ada", "bob"])).map((one) => one!.identifiers)).toEqual([[b], [a]]);
      });

      test("the same identifier twice is one; of another kind it is another", async () => {
        const [a, b, other] = [identifier("a"), identifier("b"), identifier("a", "device")];
        await write(({ profiles }) =>
          profiles.put([profile("ada", { identifiers: [a, b, a] }), profile("bob", { identifiers: [other] })]),
        );
        expect((await store.profiles.get(["ada"]))[0]!.identifiers).toEqual([a, b]);
        expect(await store.profiles.find([other, a])).toEqual(["bob", "ada"]);
      });

      test("list: oldest first, by when they came to be, not when they were written", async () => {
        await put("c", "a", "b");
        await write(({ profiles }) => profiles.put([profile("c", { version: 2 })]));
        expect(idsOf(await paged((query) => store.profiles.list(query), 1))).toEqual(["c", "a", "b"]);
        expect(await store.profiles.list({ limit: 3 })).toMatchObject({ items: [{}, {}, {}] });
        expect((await store.profiles.list({ limit: 3 })).next).toBeUndefined();
        expect(await store.profiles.list({ limit: 0 })).toEqual({ items: [] });
      });

      test("list: what is new, written or gone between pages", async () => {
        await put("a", "b", "c", "d");
        const first = await store.profiles.list({ limit: 2 });
        expect(idsOf(first.items)).toEqual(["a", "b"]);
        await write(({ profiles }) => profiles.put([profile("a", { version: 2 }), profile("c", { version: 2 })]));
        await write(({ profiles }) => profiles.remove(["b", "d"]));
        await put("e");
        const second = await store.profiles.list({ limit: 9, after: first.next });
        expect(idsOf(second.items)).toEqual(["c", "e"]);
      });

      test("list: one that comes after the last was removed is behind it", async () => {
        await put("a", "b", "c");
        const { next } = await store.profiles.list({ limit: 2 });
        await write(({ profiles }) => profiles.remove(["b", "c"]));
        await put("d");
        expect(idsOf((await store.profiles.list({ limit: 9, after: next })).items)).toEqual(["d"]);
      });

      test("hostile fields and identifiers come back as they were", async () => {
        const one = profile("ada", {
          fields: hostile as never,
          identifiers: hostileTexts.map((value) => identifier(value, value)),
        });
        await write(({ profiles }) => profiles.put([one]));
        const [read] = await store.profiles.get(["ada"]);
        expect(JSON.stringify(read)).toBe(JSON.stringify(one));
        expect(Object.hasOwn(read!.fields, "__proto__")).toBe(true);
        expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
        expect(await store.profiles.find(one.identifiers)).toEqual(hostileTexts.map(() => "ada"));
        expect(await owners("a", "A\u0000B", "a\u0000")).toEqual([undefined, undefined, undefined]);
      });

      test("a lone surrogate in an identifier is U+FFFD", async () => {
        await write(({ profiles }) => profiles.put([profile("ada", { identifiers: [identifier("x\ud800")] })]));
        expect(await owners("x\ud800", "x\ufffd", "x")).toEqual(["ada", "ada", undefined]);
        expect((await store.profiles.get(["ada"]))[0]!.identifiers).toEqual([identifier("x\ufffd")]);
      });

      test("a field of 5 MB", async () => {
        const one = profile("ada", { fields: { text: "é".repeat(2_500_000) } });
        await write(({ profiles }) => profiles.put([one]));
        expect(await store.profiles.get(["ada"])).toEqual([one]);
      });
    });

    describe("absorb", () => {
      test("the id answers for the other; identifiers are free", async () => {
        await put("ada", "bob", "cyd");
        await absorb(["bob", "ada"]);
        expect(await store.profiles.get(["bob", "ada"])).toEqual([profile("ada"), profile("ada")]);
        expect(await owners("bob@example.com", "ada@example.com")).toEqual([undefined, "ada"]);
        expect(idsOf((await store.profiles.list({ limit: 9 })).items)).toEqual(["ada", "cyd"]);
        expect(await store.profiles.count()).toBe(2);
      });

      test("what put gave its identifiers to keeps them", async () => {
        await put("ada", "bob");
        const all = [identifier("ada@example.com"), identifier("bob@example.com")];
        await write(async ({ profiles }) => {
          await profiles.put([profile("ada", { identifiers: all })]);
          await profiles.absorb([{ from: "bob", into: "ada" }]);
        });
        expect(await owners("ada@example.com", "bob@example.com")).toEqual(["ada", "ada"]);
        expect(await store.profiles.get(["bob"])).toEqual([profile("ada", { identifiers: all })]);
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
        expect(await store.profiles.get(["a", "b", "c"])).toEqual([profile("c"), profile("c"), profile("c")]);
        const { items } = await store.firings.list({ profile: "a", limit: 9 });
        expect(items.map(({ id, profile: whose }) => [id, whose])).toEqual([
          ["fir_c", "c"],
          ["fir_b", "c"],
          ["fir_a", "c"],
        ]);
        expect(await store.profiles.count()).toBe(1);
      });

      test("memberships end, and sizes say so; those of the other stay", async () => {
        await put("ada", "bob", "cyd");
        await enter("active", "ada", "bob");
        await enter("paying", "bob", "cyd");
        await absorb(["bob", "ada"]);
        expect(await sizes()).toEqual({ active: 1, paying: 1 });
        expect(await store.memberships.of(["ada", "bob"])).toEqual([
          [{ audience: "active", since: start }],
          [{ audience: "active", since: start }],
        ]);
        await absorb(["cyd", "ada"]);
        expect(await sizes()).toEqual({ active: 1 });
        expect(await store.memberships.members({ audience: "paying", limit: 9 })).toEqual({ items: [] });
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
          expect(idsOf((await store.firings.list({ profile: who, limit: 9 })).items)).toEqual([
            "fir_3",
            "fir_2",
            "fir_1",
          ]);
          expect(idsOf((await store.events.list({ profile: who, limit: 9 })).items)).toEqual(["evt_2", "evt_1"]);
        }
        expect((await store.firings.get("fir_1"))!.profile).toBe("ada");
        expect((await store.events.list({ limit: 9 })).items.map((one) => one.profile)).toEqual(["ada", "ada"]);
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
          await firings.skip([
            skip({ at: 3, reason: "a", cause: "exit" }),
            skip({ profile: "bob", at: 1, reason: "b" }),
          ]);
          await firings.skip([skip({ profile: "bob", at: 2, reason: "c" })]);
          await firings.skip([skip({ profile: "cyd", at: 4, reason: "d", cause: "event" })]);
          await firings.skip([skip({ profile: "bob", trigger: "other", at: 7 })]);
        });
        await absorb(["bob", "ada"]);
        const kept = { trigger: "welcome", profile: "ada", at: 3, reason: "a", cause: "exit", count: 3 };
        expect(await store.firings.lastSkip("welcome", "bob")).toEqual(kept);
        expect(await store.firings.lastSkip("other", "ada")).toMatchObject({ profile: "ada", at: 7, count: 1 });
        await absorb(["cyd", "ada"]);
        expect(await store.firings.lastSkip("welcome", "ada")).toEqual({
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
        expect(await store.firings.lastSkip("welcome", "ada")).toMatchObject({ reason: "b", count: 2 });
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
        expect((await store.firings.get("fir_1"))!.profile).toBe("ada");
        expect((await store.events.list({ limit: 1 })).items[0]!.profile).toBe("ada");
        expect(await store.firings.lastSkip("welcome", "ada")).toMatchObject({ profile: "ada" });
        expect((await store.memberships.members({ audience: "active", limit: 9 })).items).toEqual([
          { profile: "ada", since: start },
        ]);
        await expect(put("bob")).rejects.toThrow("bob was absorbed");
      });

      test("into itself changes nothing; of or into one that is not there throws", async () => {
        await put("ada");
        await enter("active", "ada");
        await absorb(["ada", "ada"]);
        expect(await store.profiles.get(["ada"])).toEqual([profile("ada")]);
        expect(await sizes()).toEqual({ active: 1 });
        await expect(absorb(["none", "ada"])).rejects.toThrow("no profile none");
        await expect(absorb(["ada", "none"])).rejects.toThrow("no profile none");
        expect(await store.profiles.count()).toBe(1);
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
        expect(await store.profiles.get(["ada", "bob"])).toEqual([undefined, profile("bob")]);
        expect(await owners("ada@example.com", "bob@example.com")).toEqual([undefined, "bob"]);
        expect(await sizes()).toEqual({ active: 1 });
        expect(await store.memberships.of(["ada"])).toEqual([[]]);
        expect(idsOf((await store.firings.list({ limit: 9 })).items)).toEqual(["fir_5", "fir_4"]);
        expect(await store.firings.list({ profile: "ada", limit: 9 })).toEqual({ items: [] });
        expect(await store.firings.nextDue()).toBe(6);
        expect(await store.firings.lastSkip("welcome", "ada")).toBeUndefined();
        expect(await store.firings.lastSkip("welcome", "bob")).toBeDefined();
        expect(idsOf((await store.events.list({ limit: 9 })).items)).toEqual(["evt_2"]);
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
        expect(await store.profiles.get(["ada", "bob", "cyd"])).toEqual([undefined, undefined, undefined]);
        expect(await store.profiles.count()).toBe(0);
        await put("bob", "ada");
        expect(await store.profiles.get(["ada", "bob", "cyd"])).toEqual([profile("ada"), profile("bob"), undefined]);
        expect(await store.firings.list({ profile: "ada", limit: 9 })).toEqual({ items: [] });
      });
    });

    describe("events", () => {
      const list = (query: Partial<Parameters<ProgramStore["events"]["list"]>[0]> = {}) =>
        store.events.list({ limit: 9, ...query });

      test("kept whole, newest first, by stream, profile and problem", async () => {
        await put("ada", "bob");
        const all = [
          event("evt_1", { profile: "ada", key: "k" }),
          event("evt_2", { stream: "web", problem: "no email", receivedAt: start - 5 }),
          event("evt_3", { profile: "bob", payload: hostile }),
          event("evt_4", { problem: "no email", profile: "ada", payload: null }),
        ];
        await write(({ events }) => events.add(all));
        expect((await list()).items).toEqual(all.toReversed());
        expect(idsOf((await list({ stream: "shop" })).items)).toEqual(["evt_4", "evt_3", "evt_1"]);
        expect(idsOf((await list({ profile: "ada" })).items)).toEqual(["evt_4", "evt_1"]);
        expect(idsOf((await list({ problems: true })).items)).toEqual(["evt_4", "evt_2"]);
        expect(idsOf((await list({ problems: true, stream: "web" })).items)).toEqual(["evt_2"]);
        expect(idsOf((await list({ problems: true, profile: "ada", stream: "shop" })).items)).toEqual(["evt_4"]);
        expect(await list({ stream: "none" })).toEqual({ items: [] });
        expect(await list({ profile: "none" })).toEqual({ items: [] });
        expect(idsOf(await paged((query) => list({ ...query, stream: "shop" }), 1))).toEqual([
          "evt_4",
          "evt_3",
          "evt_1",
        ]);
      });

      test("pages while events come in and go", async () => {
        await write(({ events }) =>
          events.add(["1", "2", "3", "4"].map((id) => event(`evt_${id}`, { receivedAt: Number(id) }))),
        );
        const first = await list({ limit: 2 });
        expect(idsOf(first.items)).toEqual(["evt_4", "evt_3"]);
        await write(async ({ events }) => {
          await events.add([event("evt_5")]);
          await events.prune("shop", 2, 9);
        });
        expect(idsOf((await list({ after: first.next })).items)).toEqual(["evt_2"]);
      });

      test("known: within its stream, whatever the key", async () => {
        await write(({ events }) =>
          events.add([
            ...hostileTexts.map((key, i) => event(`evt_${i}`, { key })),
            event("evt_w", { key: "web", stream: "web" }),
          ]),
        );
        await write(async ({ events }) => {
          expect(await events.known("shop", [...hostileTexts, "web", "a", "a\u0000"])).toEqual(new Set(hostileTexts));
          expect(await events.known("web", ["web", ""])).toEqual(new Set(["web"]));
          expect(await events.known("none", ["web"])).toEqual(new Set());
          expect(await events.known("shop", [])).toEqual(new Set());
        });
      });

      test("a key or an id that is kept throws; without a key, events are never the same", async () => {
        await write(({ events }) => events.add([event("evt_1", { key: "k" }), event("evt_2"), event("evt_3")]));
        await expect(
          write(({ events }) => events.add([event("evt_4"), event("evt_5", { key: "k" })])),
        ).rejects.toThrow();
        await expect(write(({ events }) => events.add([event("evt_1")]))).rejects.toThrow();
        await expect(write(({ events }) => events.add([event("evt_6", { profile: "none" })]))).rejects.toThrow(
          "no profile none",
        );
        await write(({ events }) => events.add([event("evt_7", { key: "k", stream: "web" })]));
        expect(idsOf((await list()).items)).toEqual(["evt_7", "evt_3", "evt_2", "evt_1"]);
      });

      test("prune: of a stream, before a time, oldest first, at most so many; keys are free then", async () => {
        await write(({ events }) =>
          events.add([
            event("evt_1", { receivedAt: 3, key: "3" }),
            event("evt_2", { receivedAt: 1, key: "1" }),
            event("evt_3", { receivedAt: 2 }),
            event("evt_4", { receivedAt: 1, stream: "web" }),
          ]),
        );
        const prune = (before: number, limit: number) => write(({ events }) => events.prune("shop", before, limit));
        expect(await prune(3, 1)).toBe(1);
        expect(idsOf((await list()).items)).toEqual(["evt_4", "evt_3", "evt_1"]);
        expect(await prune(3, 9)).toBe(1);
        expect(await prune(3, 9)).toBe(0);
        expect(await write(({ events }) => events.prune("none", 9, 9))).toBe(0);
        expect(idsOf((await list()).items)).toEqual(["evt_4", "evt_1"]);
        await write(async ({ events }) => {
          expect(await events.known("shop", ["1", "3"])).toEqual(new Set(["3"]));
          await events.add([event("evt_5", { key: "1" })]);
        });
      });
    });

    describe("memberships", () => {
      test("of: for each profile, in the order of the audiences' names", async () => {
        await put("ada", "bob");
        await enter("paying", "ada");
        await enter("active", "bob", "ada");
        expect(await store.memberships.of(["ada", "none", "bob", "ada"])).toEqual([
          [
            { audience: "active", since: start + 1 },
            { audience: "paying", since: start },
          ],
          [],
          [{ audience: "active", since: start }],
          [
            { audience: "active", since: start + 1 },
            { audience: "paying", since: start },
          ],
        ]);
      });

      test("entering where it is, and leaving where it is not, changes nothing", async () => {
        await put("ada");
        await enter("active", "ada");
        await write(({ memberships }) =>
          memberships.change([
            { audience: "active", profile: "ada", since: later },
            { audience: "paying", profile: "ada", since: undefined },
          ]),
        );
        expect(await store.memberships.of(["ada"])).toEqual([[{ audience: "active", since: start }]]);
        expect(await sizes()).toEqual({ active: 1 });
        await leave("active", "ada", "ada");
        await leave("active", "ada");
        expect(await sizes()).toEqual({});
        expect(await store.memberships.of(["ada"])).toEqual([[]]);
      });

      test("one after the other within one change", async () => {
        await put("ada");
        const to = (since: number | undefined) => ({ audience: "active", profile: "ada", since });
        await write(({ memberships }) => memberships.change([to(1), to(undefined), to(2), to(3)]));
        expect(await store.memberships.of(["ada"])).toEqual([[{ audience: "active", since: 2 }]]);
        await write(({ memberships }) => memberships.change([to(undefined), to(4), to(undefined)]));
        expect(await sizes()).toEqual({});
      });

      test("of a profile that is not there throws, and nothing of it is kept", async () => {
        await put("ada");
        await expect(enter("active", "ada", "none")).rejects.toThrow("no profile none");
        expect(await sizes()).toEqual({});
      });

      test("members: in the order of profiles, in pages, while some enter and leave", async () => {
        await put("e", "d", "c", "b", "a");
        await enter("active", "a", "c", "d", "e");
        const members = (limit: number, after?: string) =>
          store.memberships.members({ audience: "active", limit, after });
        const first = await members(2);
        expect(first.items).toEqual([
          { profile: "e", since: start + 3 },
          { profile: "d", since: start + 2 },
        ]);
        await leave("active", "e", "d", "c");
        await enter("active", "b");
        expect((await members(9, first.next)).items).toEqual([
          { profile: "b", since: start },
          { profile: "a", since: start },
        ]);
        const all = await paged((query) => store.memberships.members({ audience: "active", ...query }), 1);
        expect(all.map((one) => one.profile)).toEqual(["b", "a"]);
        expect(await store.memberships.members({ audience: "none", limit: 9 })).toEqual({ items: [] });
      });

      test("clear: at most so many, and says how many", async () => {
        await put("a", "b", "c");
        await enter("active", "a", "b", "c");
        await enter("paying", "a");
        const clear = (audience: string, limit: number) =>
          write(({ memberships }) => memberships.clear(audience, limit));
        expect(await clear("active", 2)).toBe(2);
        expect(await sizes()).toEqual({ active: 1, paying: 1 });
        expect(await clear("active", 2)).toBe(1);
        expect(await clear("active", 2)).toBe(0);
        expect(await clear("none", 2)).toBe(0);
        expect(await sizes()).toEqual({ paying: 1 });
      });
    });

    describe("definitions", () => {
      const { put: putAll, version } = {
        put: (...all: readonly ReturnType<typeof definition>[]) => write(({ definitions }) => definitions.put(all)),
        version: () => store.definitions.version(),
      };

      test("kept whole, in the order in which they were first put", async () => {
        const all = [
          definition("b", { body: hostile }),
          definition("a", { kind: "audience", origin: "api", status: null }),
          definition("b", { kind: "stream" }),
        ];
        await putAll(...all);
        expect(await store.definitions.all()).toEqual(all);
        expect(JSON.stringify((await store.definitions.all())[0]!.body)).toBe(JSON.stringify(hostile));
        const anew = definition("b", {
          origin: "api",
          body: 1,
          createdAt: 5,
          updatedAt: 6,
          status: { state: "active" },
        });
        await putAll(anew);
        expect(await store.definitions.all()).toEqual([anew, all[1], all[2]]);
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
        expect((await store.definitions.all())[0]!.status).toEqual({ state: "active" });
        await status("a", true);
        const second = await version();
        expect(second).toBeGreaterThan(first);
        await write(({ definitions }) => definitions.remove("trigger", "a"));
        expect(await version()).toBeGreaterThan(second);
        expect(await store.definitions.all()).toEqual([definition("b")]);
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
        expect(await store.firings.nextDue()).toBe(5);
        expect(await sizes()).toEqual({ welcome: 1 });
        await write(({ definitions }) => definitions.remove("trigger", "welcome"));
        expect(idsOf((await store.firings.list({ limit: 9 })).items)).toEqual(["fir_3", "fir_1"]);
        expect(await store.firings.nextDue()).toBe(6);
        expect(await store.firings.lastSkip("welcome", "ada")).toBeUndefined();
        expect(await store.firings.lastSkip("other", "ada")).toBeDefined();
      });
    });

    describe("firings", () => {
      beforeEach(() => put("ada", "bob"));

      const list = (query: Partial<Parameters<ProgramStore["firings"]["list"]>[0]> = {}) =>
        store.firings.list({ limit: 9, ...query });
      const ids = async (query?: Parameters<typeof list>[0]) => idsOf((await list(query)).items);

      test("kept whole", async () => {
        const all = [
          firing("fir_1", { reason: "a\u0000b", key: "\ud83d\udd14", run: "run_1", deliveries: ["msg_1", "msg_2"] }),
          waiting("fir_2", later, { waitsFor: "digest", reason: "until its digest goes" }),
          firing("fir_3", {
            state: "failed",
            deliveries: [],
            cause: { kind: "event", stream: "s", event: "e", payload: hostile },
          }),
          firing("fir_4", {
            cause: { kind: "change", fields: ["__proto__"], before: JSON.parse('{"__proto__": [1]}') },
          }),
          firing("fir_5", { cause: { kind: "member", audience: "a", run: "run_1", backfill: true } }),
        ];
        await add(...all);
        for (const one of all) {
          const kept = await store.firings.get(one.id);
          expect(kept).toEqual(one);
          expect(JSON.stringify(kept!.cause)).toBe(JSON.stringify(one.cause));
        }
        expect((await list()).items).toEqual(all.toReversed());
        expect(await store.firings.get("none")).toBeUndefined();
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

      test("update: not who, why and when; what is gone stays gone", async () => {
        await add(waiting("fir_1", 5, { run: "run_1", key: "k", reason: "until" }), firing("fir_2"));
        const settled = firing("fir_1", { settledAt: later, key: "l", deliveries: ["msg_1", "msg_2"], reason: "so" });
        await write(({ firings }) =>
          firings.update([
            { ...settled, trigger: "x", profile: "bob", at: 1, cause: { kind: "exit", audience: "x" }, run: "run_2" },
            firing("none"),
          ]),
        );
        expect(await store.firings.get("fir_1")).toEqual({ ...settled, run: "run_1" });
        expect(await store.firings.get("none")).toBeUndefined();
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
        expect(await store.firings.get("fir_1")).toEqual(plain);
        expect(Object.keys((await store.firings.get("fir_1"))!)).not.toContain("reason");
      });

      test("due: longest due first, then as added, at most so many; nextDue is the first", async () => {
        expect(await store.firings.nextDue()).toBeUndefined();
        await add(
          waiting("fir_1", 30),
          waiting("fir_2", 10, { profile: "bob" }),
          waiting("fir_3", 20),
          waiting("fir_4", 10),
          firing("fir_5"),
        );
        expect(await store.firings.nextDue()).toBe(10);
        const due = (now: number, limit = 9) => write(async ({ firings }) => idsOf(await firings.due(now, limit)));
        expect(await due(9)).toEqual([]);
        expect(await due(10)).toEqual(["fir_2", "fir_4"]);
        expect(await due(99)).toEqual(["fir_2", "fir_4", "fir_3", "fir_1"]);
        expect(await due(99, 1)).toEqual(["fir_2"]);
        expect(await due(99, 0)).toEqual([]);
        await write(({ firings }) => firings.update([waiting("fir_2", 40, { profile: "bob" }), firing("fir_4")]));
        expect(await due(99)).toEqual(["fir_3", "fir_1", "fir_2"]);
        expect(await store.firings.nextDue()).toBe(20);
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

      test("hasKey: fired since and sent, or waits; whatever the key", async () => {
        const states: readonly FiringState[] = ["sent", "aborted", "skipped", "failed"];
        await add(
          ...states.map((state) => firing(`fir_${state}`, { state, key: state })),
          waiting("fir_w", 5, { key: "waiting" }),
          ...hostileTexts.map((key, i) => firing(`fir_${i}`, { key, trigger: "hostile" })),
        );
        await write(async ({ firings }) => {
          const has = (key: string, since = start, trigger = "welcome") => firings.hasKey(trigger, key, since);
          const found = await Promise.all([...states, "waiting"].map((key) => has(key)));
          expect(found).toEqual([true, false, false, false, true]);
          expect([await has("sent", start + 1), await has("waiting", start + 1)]).toEqual([false, false]);
          expect([await has("sent", start, "other"), await has("none")]).toEqual([false, false]);
          for (const key of hostileTexts) expect(await has(key, start, "hostile")).toBe(true);
          expect(await has("a", start, "hostile")).toBe(false);
        });
      });

      test("sent: after a time, by when they settled, a digest once, at most so many", async () => {
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
          for (const query of [
            {},
            { trigger: "welcome" },
            { profile: "ada" },
            { trigger: "welcome", profile: "ada" },
          ]) {
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
        expect(await store.firings.tally("welcome", 0)).toEqual(none);
        await add(
          firing("fir_1", { at: 5, settledAt: 50 }),
          firing("fir_2", { at: 10, settledAt: 40 }),
          firing("fir_3", { at: 10, state: "aborted" }),
          firing("fir_4", { at: 11, state: "skipped" }),
          firing("fir_5", { at: 12, state: "failed", settledAt: 90, profile: "bob" }),
          waiting("fir_6", 99, { at: 13 }),
          firing("fir_7", { at: 13, trigger: "other", settledAt: 99 }),
        );
        expect(await store.firings.tally("welcome", 10)).toEqual({
          waiting: 1,
          sent: 1,
          aborted: 1,
          skipped: 1,
          failed: 1,
          last: 50,
        });
        expect(await store.firings.tally("welcome", 99)).toEqual({ ...none, last: 50 });
        expect(await store.firings.tally("other", 0)).toEqual({ ...none, sent: 1, last: 99 });
      });

      test("skip: the last one and how many; no firing", async () => {
        await write(async ({ firings }) => {
          await firings.skip([
            skip({ at: 5 }),
            skip({ at: 4, reason: "a\u0000'", cause: "member" }),
            skip({ profile: "bob" }),
          ]);
          await firings.skip([]);
        });
        expect(await store.firings.lastSkip("welcome", "ada")).toEqual({
          ...skip({ at: 4, reason: "a\u0000'", cause: "member" }),
          count: 2,
        });
        expect(await store.firings.lastSkip("welcome", "bob")).toEqual({ ...skip({ profile: "bob" }), count: 1 });
        expect(await store.firings.lastSkip("other", "ada")).toBeUndefined();
        expect(await store.firings.lastSkip("welcome", "none")).toBeUndefined();
        expect(await ids()).toEqual([]);
        await expect(write(({ firings }) => firings.skip([skip({ profile: "none" })]))).rejects.toThrow(
          "no profile none",
        );
      });

      test("prune: what settled before, not what waits, at most so many", async () => {
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
        expect(await store.firings.get("fir_5")).toBeUndefined();
      });
    });

    describe("runs", () => {
      test("kept whole, newest first, by state and trigger, in pages", async () => {
        const full = run("run_1", {
          trigger: "welcome",
          share: 0.5,
          cap: 5,
          pace: { count: 1, per: 2 },
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
        expect(await store.runs.get("run_1")).toEqual(full);
        expect(await store.runs.get("none")).toBeUndefined();
        const ids = async (query: Partial<Parameters<typeof store.runs.list>[0]> = {}) =>
          idsOf((await store.runs.list({ limit: 9, ...query })).items);
        expect(await ids()).toEqual(["run_4", "run_3", "run_2", "run_1"]);
        expect(await ids({ state: "running" })).toEqual(["run_2", "run_1"]);
        expect(await ids({ trigger: "welcome" })).toEqual(["run_3", "run_1"]);
        expect(await ids({ trigger: "welcome", state: "done" })).toEqual(["run_3"]);
        expect(await ids({ trigger: "none" })).toEqual([]);
        const { next } = await store.runs.list({ limit: 2 });
        await write(async ({ runs }) => {
          await runs.put({ ...full, state: "done", cursor: undefined });
          await runs.put(run("run_5"));
        });
        expect(await ids({ after: next })).toEqual(["run_2", "run_1"]);
        expect(await ids({ state: "done" })).toEqual(["run_3", "run_1"]);
        expect(await ids({ state: "paused" })).toEqual(["run_4"]);
        expect(idsOf(await paged((query) => store.runs.list(query), 2))).toEqual([
          "run_5",
          "run_4",
          "run_3",
          "run_2",
          "run_1",
        ]);
        expect(Object.keys((await store.runs.get("run_1"))!)).not.toContain("cursor");
      });
    });

    test("keys: by the secret's hash, oldest first", async () => {
      const key = (id: string, createdAt: number, changes = {}) =>
        ({ id, name: `'${id}'`, hash: `hash of ${id}`, scopes: ["read"], createdAt, ...changes }) as const;
      await store.keys.put(key("key_b", 5));
      await store.keys.put(key("key_a", 5));
      await store.keys.put(key("key_c", 1));
      expect(idsOf(await store.keys.list())).toEqual(["key_c", "key_a", "key_b"]);
      expect(await store.keys.byHash("hash of key_a")).toEqual(key("key_a", 5));
      expect(await store.keys.byHash("none")).toBeUndefined();
      await store.keys.put(key("key_a", 5, { revokedAt: 9 }));
      expect(await store.keys.byHash("hash of key_a")).toEqual(key("key_a", 5, { revokedAt: 9 }));
      expect(await store.keys.list()).toHaveLength(3);
      await expect(store.keys.put(key("key_d", 9, { hash: "hash of key_a" }))).rejects.toThrow();
      expect(await store.keys.list()).toHaveLength(3);
    });

    test("answers: the first stays; the oldest are removed first", async () => {
      const answer = (key: string, at: number) => ({ key, fingerprint: "f", status: 202, body: `"${at}"`, at });
      for (const [i, key] of hostileTexts.entries()) await store.answers.put(answer(key, 10 + i));
      await store.answers.put(answer("", 99));
      expect(await store.answers.get("")).toEqual(answer("", 10));
      for (const [i, key] of hostileTexts.entries()) expect(await store.answers.get(key)).toEqual(answer(key, 10 + i));
      expect(await store.answers.get("a")).toBeUndefined();
      await store.answers.put(answer("first", 1));
      expect(await store.answers.prune(12, 1)).toBe(1);
      expect([await store.answers.get("first"), await store.answers.get("")]).toEqual([undefined, answer("", 10)]);
      expect(await store.answers.prune(12, 9)).toBe(2);
      expect(await store.answers.prune(12, 9)).toBe(0);
      await store.answers.put(answer("", 50));
      expect(await store.answers.get("")).toEqual(answer("", 50));
    });

    test.each(["", "x", "-1", "1.5", " 1", "1e3", "9".repeat(20), "\u0000"])(
      "a cursor that is none: %j",
      async (after) => {
        const query = { limit: 1, after };
        const lists = [
          () => store.profiles.list(query),
          () => store.events.list(query),
          () => store.memberships.members({ audience: "active", ...query }),
          () => store.firings.list(query),
          () => store.runs.list(query),
        ];
        for (const list of lists) await expect(list()).rejects.toMatchObject({ name: "StoreError", problem: "other" });
        const inside = write(({ profiles }) => profiles.list(query));
        await expect(inside).rejects.toThrow(`${JSON.stringify(after)} is no place in a list`);
      },
    );
  });
}
