import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import type { EngineStore } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { inMemory, temporaryFolder } from "../stores/folder.ts";
import { createHarness, day, hour, noon, second, trigger } from "./harness.ts";

const folder = temporaryFolder(inMemory);
const stores: readonly (readonly [string, () => EngineStore])[] = [
  ["memory", memoryStore],
  ["sqlite", () => sqliteStore(folder.file())],
];

const kinds = { user_id: { limit: 9 }, email: null, device: null };
type Fields = { readonly [field: string]: Json };

/** An engine with a few people, and everything that is kept of each. */
async function opened(store: EngineStore, merge: { readonly [field: string]: Json } = {}) {
  const s = createHarness(store);
  await s.declare({
    profiles: { profiles: { identifiers: kinds, merge } },
    audience: { vips: { where: "gt .visits 10" }, named: { where: ".name" } },
    trigger: {
      welcome: trigger({ enter: "vips" }, { caps: { perProfile: [{ count: 2, per: "30d" }] } }),
      shout: trigger(
        { event: "web" },
        { send: [{ channel: "crm", to: "x" }], caps: { perProfile: [{ count: 2, per: "30d" }] } },
      ),
    },
    stream: { web: { identifiers: { email: "{{ .email }}" }, identity: "merge" } },
  });
  const update = async (identifiers: { readonly [kind: string]: string }, fields: Fields = {}): Promise<string> => {
    s.now += second;
    const [result] = await s.engine.update([{ identifiers, fields }]);
    if (result === undefined || "problem" in result) throw new Error(result?.problem);
    return result.after.id;
  };
  const keptOf = async (id: string) => {
    const [profile] = await store.profiles.get([id]);
    const { version: _version, updatedAt: _updatedAt, ...rest } = profile!;
    return {
      profile: rest,
      memberships: (await store.memberships.of([id]))[0],
      firings: (await store.firings.list({ profile: id, limit: 99 })).items,
      events: (await store.events.list({ profile: id, limit: 99 })).items,
      skips: await Promise.all(["welcome", "shout"].map((one) => store.firings.lastSkip(one, id))),
    };
  };
  const fieldsOf = async (id: string) => (await store.profiles.get([id]))[0]!.fields;
  return { s, update, keptOf, fieldsOf };
}

const person = (name: string, visits: number): Fields => ({ name, visits, plan: { seats: visits } });

describe.each(stores)("on the %s store", (_, make) => {
  /** Ada is the older; both are alerted, Bob twice, and each has an event. */
  async function merged() {
    const play = await opened(make());
    const { s, update, keptOf } = play;
    const ada = await update({ user_id: "a" }, person("ada", 11));
    const bob = await update({ email: "b@x.y", device: "d" }, { ...person("bob", 12), only: [1] });
    for (let i = 0; i < 3; i++) await s.engine.collect("web", [{ email: "b@x.y" }]);
    const before = [await keptOf(ada), await keptOf(bob)] as const;
    const exactly = (await s.store.profiles.get([bob]))[0];
    expect(await update({ user_id: "a", email: "b@x.y" })).toBe(ada);
    expect(await s.store.profiles.count()).toBe(1);
    return { ...play, ada, bob, before, exactly };
  }

  test("all that either had is its own again", async () => {
    const { s, keptOf, ada, bob, before, exactly } = await merged();
    expect(await keptOf(ada)).not.toEqual(before[0]);
    const sent = await s.sent();
    const result = await s.engine.split(bob);
    expect([await keptOf(ada), await keptOf(bob)]).toEqual(before);
    expect(await s.store.profiles.get([bob])).toEqual([exactly]);
    expect(result).toEqual({ profile: exactly, from: (await s.store.profiles.get([ada]))[0], reassigned: [] });
    expect(result!.from.version).toBe(3);
    // Nothing is alerted by it.
    expect(await s.sent()).toEqual(sent);
  });

  test("by the id of the one that stayed its latest merge is undone", async () => {
    const { s, keptOf, ada, bob, before } = await merged();
    const cyd = await s.engine.update([{ identifiers: { device: "c" }, fields: { n: 1 } }]);
    const id = "problem" in cyd[0]! ? "" : cyd[0]!.after.id;
    await s.engine.update([{ identifiers: { user_id: "a", device: "c" } }]);
    expect((await s.engine.split(ada))!.profile.id).toBe(id);
    expect((await s.engine.split(ada))!.profile.id).toBe(bob);
    expect([await keptOf(ada), await keptOf(bob)]).toEqual(before);
    await expect(s.engine.split(ada)).rejects.toThrow(`nothing was merged into ${ada} within the last 30 days`);
    await expect(s.engine.split(bob)).rejects.toThrow("nothing was merged into");
    expect(await s.engine.split("prf_none")).toBeUndefined();
  });

  test("caps go back to whose firings they count", async () => {
    const { s, ada, bob } = await merged();
    const { engine, store } = s;
    const post = async () => {
      await engine.collect("web", [{ email: "b@x.y" }]);
      await engine.collect("web", [{ email: "a@x.y" }]);
    };
    const shouts = async (id: string) => [
      (await store.firings.list({ profile: id, trigger: "shout", limit: 9 })).items.length,
      (await store.firings.lastSkip("shout", id))?.count ?? 0,
    ];
    await engine.update([{ identifiers: { user_id: "a", email: "a@x.y" } }]);
    await post();
    expect(await shouts(ada)).toEqual([2, 3]);
    await engine.split(bob);
    expect([await shouts(ada), await shouts(bob)]).toEqual([
      [0, 2],
      [2, 1],
    ]);
    await post();
    expect([await shouts(ada), await shouts(bob)]).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  test("what was told since, and with the merge, stays with the one that stayed", async () => {
    const { s, fieldsOf, update, ada, bob } = await merged();
    await update({ email: "b@x.y" }, { name: "both", since: true });
    await s.engine.collect("web", [{ email: "b@x.y" }]);
    await s.engine.split(bob);
    expect(await fieldsOf(ada)).toEqual({ name: "both", visits: 11, plan: { seats: 11 }, since: true });
    expect(await fieldsOf(bob)).toEqual({ ...person("bob", 12), only: [1] });
    const events = async (id: string) => (await s.store.events.list({ profile: id, limit: 9 })).items.length;
    expect([await events(ada), await events(bob)]).toEqual([1, 3]);
  });

  test("sums, unions, lists and maps lose what came by the merge alone", async () => {
    const rules = { n: "sum", tags: "union", log: "append", most: "max", first: "first" };
    const { s, update, fieldsOf } = await opened(make(), rules);
    const own = { n: 3, tags: ["x", "y"], log: [1], most: 5, first: "a", deep: { a: 1, same: 1 } };
    const ada = await update({ user_id: "a" }, own);
    const bob = await update(
      { email: "b" },
      { n: 4, tags: ["y", "z"], log: [2], most: 9, first: "b", deep: { b: 2, same: 2 }, more: { x: 1 } },
    );
    await update({ user_id: "a", email: "b" }, { n: 10, log: [3] });
    await update({ user_id: "a" }, { n: 100, tags: ["new"], deep: { c: 3 }, more: { y: 2 } });
    await s.engine.split(bob);
    expect(await fieldsOf(ada)).toEqual({
      ...own,
      n: 113,
      tags: ["x", "y", "new"],
      log: [1, 3],
      deep: { a: 1, same: 1, c: 3 },
      more: { y: 2 },
    });
  });

  test("audiences are evaluated anew, silently, and explain tells", async () => {
    const { s, update } = await opened(make());
    const ada = await update({ user_id: "a" }, person("ada", 1));
    const bob = await update({ email: "b" }, person("bob", 11));
    const since = s.now;
    await update({ user_id: "a", email: "b" }, { visits: 12 });
    await update({ user_id: "a" }, { visits: 20 });
    await s.engine.split(bob);
    // Ada came to be one by the merge, and is one without it.
    expect(await s.store.memberships.of([ada, bob])).toEqual([
      [
        { audience: "named", since: since - second },
        { audience: "vips", since: s.now },
      ],
      [
        { audience: "named", since },
        { audience: "vips", since },
      ],
    ]);
    expect(await s.store.memberships.sizes()).toEqual(
      new Map([
        ["named", 2],
        ["vips", 2],
      ]),
    );
    expect(await s.sent()).toEqual(["welcome/enter bob"]);
    const { steps, answer } = await s.engine.explain(ada, "welcome");
    const at = new Date(s.now).toISOString();
    expect(steps).toContainEqual({
      what: "split",
      ok: undefined,
      detail: `from ${bob} at ${at}: audiences of both were evaluated anew, which fires nothing`,
    });
    expect(answer).toBe(
      `${ada} was not alerted by welcome: came into vips at ${at} when profiles were split, which fires nothing; only a backfill alerts such members.`,
    );
  });

  test("nothing that comes in makes them one again, alone or as a part of others", async () => {
    const { s, update, ada, bob } = await merged();
    await s.engine.split(bob);
    const at = new Date(s.now).toISOString();
    const [again] = await s.engine.update([{ identifiers: { user_id: "a", email: "b@x.y" }, fields: { x: 1 } }]);
    expect(again).toMatchObject({
      after: { id: ada, fields: { x: 1 } },
      refused: [
        {
          identifier: { kind: "email", value: "b@x.y" },
          reason: `another profile, ${bob}, has this email: they were split at ${at}, and stay apart`,
        },
      ],
    });
    // Who is new is joined with both, one after the other, in one transaction.
    await s.engine.update([
      { identifiers: { device: "new", email: "b@x.y" } },
      { identifiers: { user_id: "a", device: "new" } },
    ]);
    const eve = await update({ device: "eve" });
    await update({ device: "eve", user_id: "a" });
    await update({ device: "eve", email: "b@x.y" });
    expect(await s.store.profiles.count()).toBe(2);
    expect((await s.store.profiles.get([eve, bob])).map((one) => one!.id)).toEqual([ada, bob]);
  });

  describe("a chain", () => {
    /** C became part of B, then B of A; each has a field of its own, one that the next overwrites, and a sum. */
    async function chain() {
      const play = await opened(make(), { sum: "sum" });
      const { update, keptOf } = play;
      const a = await update({ user_id: "a" }, { ...person("a", 11), a: 1, f: "a", sum: 1 });
      const b = await update({ user_id: "b" }, { ...person("b", 12), b: 1, f: "b", sum: 10 });
      const c = await update({ user_id: "c" }, { ...person("c", 13), c: 1, f: "c", sum: 100 });
      const before = [await keptOf(a), await keptOf(b), await keptOf(c)] as const;
      await update({ user_id: "b", email: "b" });
      await update({ email: "b", user_id: "c" });
      const both = await keptOf(b);
      await update({ user_id: "a", device: "b" });
      await update({ device: "b", email: "b" });
      return { ...play, a, b, c, before, both };
    }
    const without = <T extends { profile: { identifiers: readonly { kind: string }[] } }>(
      kept: T,
      ...kinds: string[]
    ) => ({
      ...kept,
      profile: { ...kept.profile, identifiers: kept.profile.identifiers.filter(({ kind }) => !kinds.includes(kind)) },
    });

    test("the first is split off: the others stay one, as if it had never been there", async () => {
      const { s, keptOf, fieldsOf, a, b, c, before } = await chain();
      await s.engine.split(c);
      expect(await keptOf(c)).toEqual(before[2]);
      expect(await fieldsOf(a)).toEqual({ ...person("b", 12), a: 1, b: 1, f: "b", sum: 11 });
      await s.engine.split(b);
      expect([without(await keptOf(a), "device"), without(await keptOf(b), "email")]).toEqual([before[0], before[1]]);
    });

    test("the middle is split off with what is part of it", async () => {
      const { s, keptOf, a, b, c, before, both } = await chain();
      await s.engine.split(b);
      expect([without(await keptOf(a), "device"), await keptOf(b)]).toEqual([before[0], both]);
      expect((await s.store.profiles.get([c]))[0]!.id).toBe(b);
      await s.engine.split(c);
      expect([without(await keptOf(b), "email"), await keptOf(c)]).toEqual([before[1], before[2]]);
    });
  });

  test("two that became part of one, in either order", async () => {
    for (const order of [
      [1, 2],
      [2, 1],
    ] as const) {
      const { s, update, keptOf } = await opened(make(), { sum: "sum" });
      const ids = [
        await update({ user_id: "a" }, { f: "a", sum: 1 }),
        await update({ email: "b" }, { f: "b", sum: 10, visits: 12 }),
        await update({ device: "c" }, { f: "c", sum: 100, visits: 13 }),
      ];
      const before = await Promise.all(ids.map(keptOf));
      await update({ user_id: "a", email: "b", device: "c" });
      for (const i of order) await s.engine.split(ids[i]!);
      expect(await Promise.all(ids.map(keptOf))).toEqual(before);
    }
  });

  test("merged within one transaction, one of whom came to be in it", async () => {
    const { s, update, keptOf } = await opened(make());
    const ada = await update({ user_id: "a" }, person("ada", 1));
    const before = await keptOf(ada);
    const results = await s.engine.update([
      { identifiers: { email: "b" }, fields: { visits: 2 } },
      { identifiers: { user_id: "a", email: "b" }, fields: {} },
    ]);
    const bob = "problem" in results[0]! ? "" : results[0]!.after.id;
    await s.engine.split(bob);
    expect(await keptOf(ada)).toEqual(before);
    expect((await keptOf(bob)).profile).toMatchObject({
      fields: { visits: 2 },
      identifiers: [{ kind: "email", value: "b" }],
    });
  });

  test("identifiers that somebody else has by now stay there", async () => {
    const { s, ada, bob } = await merged();
    const { store } = s;
    const [profile] = await store.profiles.get([ada]);
    const [moved, kept] = [
      { kind: "email", value: "b@x.y" },
      { kind: "device", value: "d" },
    ];
    await store.transaction(({ profiles }) => profiles.put([{ ...profile!, id: "prf_cyd", identifiers: [moved] }]));
    const result = await s.engine.split(bob);
    expect(result).toMatchObject({
      profile: { identifiers: [kept] },
      from: { identifiers: [{ kind: "user_id" }] },
      reassigned: [moved],
    });
    expect(await store.profiles.find([moved, kept])).toEqual(["prf_cyd", bob]);
  });

  test("a run comes back to who was split off behind it", async () => {
    const { s, update } = await opened(make());
    await s.declare({ trigger: { welcome: null, late: trigger({ enter: "vips" }) } });
    const bob = await update({ email: "b" }, person("bob", 11));
    const ada = await update({ user_id: "a" }, person("ada", 11));
    const { store } = s;
    await store.transaction(async ({ profiles, memberships }) => {
      const [one] = await profiles.get([bob]);
      const [of] = await memberships.of([bob]);
      const since = Object.fromEntries(of!.map(({ audience, since }) => [audience, since]));
      const changes = { before: {}, after: {}, memberships: since, intoMemberships: since };
      await profiles.absorb([{ from: bob, into: ada, merge: { profile: one!, into: ada, at: s.now, ...changes } }]);
    });
    const run = {
      id: "run_1",
      kind: "scheduled",
      state: "running",
      trigger: "late",
      audiences: ["vips"],
      total: 2,
    } as const;
    const counts = { done: 1, sent: 0, skipped: 0, failed: 0, startedAt: s.now, updatedAt: s.now, cursor: "9" };
    await store.transaction(({ runs }) => runs.put({ ...run, ...counts }));
    s.now += second;
    await s.engine.split(bob);
    expect((await store.runs.get("run_1"))!.revisit).toEqual([bob]);
  });

  test("a merge can be undone for 30 days, and is then forgotten", async () => {
    const { s, bob, ada } = await merged();
    const at = s.now;
    await s.until(at + 30 * day);
    expect(await s.store.profiles.merges(ada)).toHaveLength(1);
    await s.until(at + 30 * day + hour);
    expect(await s.store.profiles.merges(ada)).toEqual([]);
    await expect(s.engine.split(bob)).rejects.toThrow(`${bob} became part of ${ada} more than 30 days ago`);
  });

  test("of who is forgotten no copy is kept; who was split off is not", async () => {
    const { s, ada, bob, exactly } = await merged();
    const other = await merged();
    await s.engine.forget(bob);
    expect(await s.engine.split(bob)).toBeUndefined();
    expect(await s.store.profiles.merges(ada)).toEqual([]);
    await other.s.engine.split(other.bob);
    await other.s.engine.forget(other.ada);
    expect((await other.s.store.profiles.get([other.bob]))[0]).toMatchObject({ fields: exactly!.fields });
    expect(await other.s.store.profiles.splitPairs([other.bob])).toEqual([]);
  });
});

test("nothing of who is forgotten is in the file, of either that they were", async () => {
  const file = folder.file();
  const store = sqliteStore(file);
  const { s, update } = await opened(store);
  const secret = (who: string) => ({ secret: `SECRET-${who}`, name: `NAME-${who}` });
  const ada = await update({ user_id: "id-ada" }, secret("ada"));
  await update({ email: "id-bob" }, secret("bob"));
  await update({ device: "id-cyd" }, secret("cyd"));
  await update({ user_id: "id-ada", email: "id-bob" });
  await update({ user_id: "id-ada", device: "id-cyd" }, { secret: "SECRET-later" });
  await s.engine.forget(ada);
  // What SQLite keeps of rows that were deleted is no row: a copy has live ones alone.
  await store.copy(`${file}-copy`);
  await store.close();
  const bytes = readFileSync(`${file}-copy`, "latin1");
  for (const word of ["SECRET-", "NAME-", "id-ada", "id-bob", "id-cyd"]) expect(bytes).not.toContain(word);
  expect(bytes).toContain("welcome");
  expect(s.now).toBeGreaterThan(noon);
});
