import { describe, expect, test } from "vitest";
import type { EngineStore, EngineTransaction } from "../../../src/store/index.ts";
import {
  definition,
  entry,
  event,
  firing,
  identifier,
  idsOf,
  profile,
  run,
  skip,
  start,
  waiting,
} from "../builders.ts";
import { openStore } from "./harness.ts";

const later = start + 1000;

/** Proves what every store promises of transactions, and that every list refuses a cursor that it did not return. */
export function describeTransactions(make: () => EngineStore): void {
  const on = openStore(make);
  const { write, put, enter, owners } = on;

  describe("transaction", () => {
    test("all of it is kept, and the result is given", async () => {
      const id = await write(async (of) => {
        await of.profiles.put([profile("ada")]);
        await of.firings.add([firing("fir_1")]);
        const [added] = await of.outbox.add([entry()]);
        return added!.id;
      });
      expect(await on.store.profiles.count()).toBe(1);
      expect(await on.store.firings.get("fir_1")).toEqual(firing("fir_1"));
      expect(await on.store.outbox.find(id)).toMatchObject({ state: "pending" });
    });

    /** Something of everything, and everything changed. */
    async function doAll(of: EngineTransaction): Promise<void> {
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
      profiles: await on.store.profiles.list({ limit: 99 }),
      count: await on.store.profiles.count(),
      byId: await on.store.profiles.get(["ada", "bob", "cyd", "new"]),
      owners: await owners("ada@example.com", "bob@example.com", "new@example.com"),
      of: await on.store.memberships.of(["ada", "bob", "cyd", "new"]),
      members: await on.store.memberships.members({ audience: "active", limit: 99 }),
      sizes: await on.store.memberships.sizes(),
      events: await on.store.events.list({ limit: 99 }),
      version: await on.store.definitions.version(),
      definitions: await on.store.definitions.all(),
      firings: await on.store.firings.list({ limit: 99 }),
      ofBob: await on.store.firings.list({ profile: "bob", limit: 99 }),
      due: await on.store.firings.nextDue(),
      skips: [await on.store.firings.lastSkip("welcome", "ada"), await on.store.firings.lastSkip("welcome", "bob")],
      tally: await on.store.firings.tally("welcome", 0),
      runs: await on.store.runs.list({ limit: 99 }),
      deliveries: await on.store.outbox.list(),
      stats: await on.store.outbox.stats(),
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
        seen = [everything(), on.store.profiles.get(["new"]), on.store.outbox.list()];
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
      expect(await on.store.profiles.get(["ada"])).toEqual([profile("ada", { version: 1 + kept })]);
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
        (await on.store.profiles.get(["ada"]))[0]!.fields.list,
        ((await on.store.events.list({ limit: 1 })).items[0]!.payload as typeof payload).list,
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
      await expect(closed.idempotency.get("k")).rejects.toMatchObject(closing);
    });
  });

  test.each(["", "x", "-1", "1.5", " 1", "1e3", "9".repeat(20), "\u0000"])(
    "a cursor that is none: %j",
    async (after) => {
      const query = { limit: 1, after };
      const lists = [
        () => on.store.outbox.list(query),
        () => on.store.outbox.unhealthy(query),
        () => on.store.profiles.list(query),
        () => on.store.events.list(query),
        () => on.store.memberships.members({ audience: "active", ...query }),
        () => on.store.firings.list(query),
        () => on.store.runs.list(query),
      ];
      for (const list of lists) await expect(list()).rejects.toMatchObject({ name: "StoreError", problem: "other" });
      const inside = write(({ profiles }) => profiles.list(query));
      await expect(inside).rejects.toThrow(`${JSON.stringify(after)} is no place in a list`);
    },
  );
}
