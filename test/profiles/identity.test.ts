import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyUpdates,
  identifierKey,
  identityOf,
  type ProfileSettings,
  type ProfilesDefinition,
  resolveProfiles,
  type Update,
} from "../../src/profiles/index.ts";
import type { Fields, Profile } from "../../src/store/index.ts";
import { changed, MemoryProfiles } from "./fixtures.ts";

describe("an identifier is written as its kind's rules say", () => {
  const settings = resolveProfiles({
    identifiers: { user_id: null, email: {}, cased: { case: false }, login: { ignore: ["Guest"] } },
  });
  const read = (kind: string, value: unknown) => identityOf({ [kind]: value } as Update["identifiers"], settings);

  test.each<[kind: string, raw: unknown, value: string]>([
    ["user_id", " U1 ", "U1"],
    ["user_id", 42, "42"],
    ["user_id", -1.5, "-1.5"],
    ["user_id", "0x10", "0x10"],
    ["email", " Ada@X.Y\n", "ada@x.y"],
    ["email", "E\u0301@x.y", "é@x.y"],
    ["cased", "ABC", "abc"],
    ["login", "null", "null"],
    ["login", "x".repeat(512), "x".repeat(512)],
    ["login", ["a", "a", " a"], "a"],
  ])("%s %j: %s", (kind, raw, value) => {
    expect(read(kind, raw)).toEqual({ identifiers: [{ kind, value }], refused: [] });
  });

  test.each<[kind: string, raw: unknown, reason: string]>([
    ["user_id", "Anonymous", '"Anonymous" identifies nobody'],
    ["user_id", 0, '"0" identifies nobody'],
    ["login", "GUEST", '"GUEST" identifies nobody'],
    ["user_id", 2 ** 53, "a number this big has lost digits; send it as text"],
    ["user_id", Number.NaN, "NaN identifies nobody"],
    ["user_id", true, "an identifier is text or a number"],
    ["user_id", { a: 1 }, "an identifier is text or a number"],
    ["user_id", [["a"]], "an identifier is text or a number"],
    ["user_id", "\ud800", "it is not well-formed Unicode"],
    ["user_id", "a\u0000b", "it has control characters in it"],
    ["user_id", "x".repeat(513), "it is longer than 512 characters"],
    ["user_id", "x".repeat(10_000_000), "it is longer than 512 characters"],
    ["phone", "1", "profiles have no identifiers of the kind phone, only user_id, email, cased, login"],
    ["__proto__", "1", "profiles have no identifiers of the kind __proto__, only user_id, email, cased, login"],
  ])("%s %j is none: %s", (kind, raw, reason) => {
    const given = JSON.parse(`{"email": "a@x.y"}`);
    Object.defineProperty(given, kind, { value: raw, enumerable: true });
    const { refused, ...identity } = identityOf(given, settings) as Exclude<ReturnType<typeof identityOf>, { problem: string }>;
    expect(identity).toEqual({ identifiers: [{ kind: "email", value: "a@x.y" }] });
    expect(refused.map((one) => one.reason)).toEqual([reason]);
    expect(refused[0]!.identifier.value.length).toBeLessThanOrEqual(512);
    expect(refused[0]!.identifier.value.isWellFormed()).toBe(true);
  }); // biome-ignore format: one line

  test("the kind that counts most comes first", () => {
    const given = { login: "l", email: ["b@x.y", "a@x.y"], user_id: 1 };
    expect(identityOf(given, settings)).toMatchObject({
      identifiers: [
        { kind: "user_id", value: "1" },
        { kind: "email", value: "b@x.y" },
        { kind: "email", value: "a@x.y" },
        { kind: "login", value: "l" },
      ],
    });
  });
});

test("a limit of one kind keeps devices from piling up", async () => {
  const settings = resolveProfiles({ identifiers: { email: { limit: 1 }, device: { limit: 2 } } });
  const people = new MemoryProfiles();
  const [result] = (await applyUpdates(people, [{ identifiers: { email: "a", device: ["1", "2", "3"] } }], settings, 1)).map(changed); // biome-ignore format: one line
  expect(result!.after.identifiers.map(({ value }) => value)).toEqual(["a", "1", "2"]);
  expect(result!.refused).toEqual([
    { identifier: { kind: "device", value: "3" }, reason: "a profile has at most 2 device, and this would make 3" },
  ]);
  expect(people.owners.has("device 3")).toBe(false);
});

test("profiles that together are too big stay two", async () => {
  const settings = resolveProfiles({ maxBytes: 200 });
  const people = new MemoryProfiles();
  const half = "x".repeat(120);
  await applyUpdates(people, [{ identifiers: { device: "d" }, fields: { a: half } }], settings, 1);
  await applyUpdates(people, [{ identifiers: { email: "e" }, fields: { b: half } }], settings, 2);
  const [result] = (await applyUpdates(people, [{ identifiers: { email: "e", device: "d" }, fields: { c: 1 } }], settings, 3)).map(changed); // biome-ignore format: one line
  expect(result!.after.fields).toEqual({ b: half, c: 1 });
  expect(result!.refused[0]!.reason).toMatch(/^another profile, prf_\w+, has this device: merged they would be 255 bytes of JSON, where 200 are allowed$/); // biome-ignore format: one line
  expect(people.profiles.size).toBe(2);
});

test("who already has more than a limit that was lowered keeps them, and gets no more", async () => {
  const people = new MemoryProfiles();
  await applyUpdates(people, [{ identifiers: { email: ["a", "b", "c"] } }], resolveProfiles(), 1);
  const lower = resolveProfiles({ identifiers: { email: { limit: 2 }, device: null } });
  const update = { identifiers: { email: ["a", "d"], device: "x" }, fields: { f: 1 } };
  const [result] = (await applyUpdates(people, [update], lower, 2)).map(changed);
  expect(result!.after.identifiers.map(({ value }) => value)).toEqual(["a", "b", "c", "x"]);
  expect(result!.refused.map(({ identifier }) => identifier.value)).toEqual(["d"]);
});

const unlimited: ProfilesDefinition = {
  identifiers: { user_id: { limit: 1000 }, email: { limit: 1000 }, device: { limit: 1000 } },
  merge: { visits: "sum", tags: "union", first: "first", log: "append", best: "max" },
  maxMergedProfiles: 1000,
};
const some = (letters: string) => fc.subarray([...letters], { maxLength: 2 });
const update: fc.Arbitrary<Update> = fc.record({
  identifiers: fc
    .record({ user_id: some("abcd"), email: some("efghij"), device: some("klmnop") })
    .filter(({ user_id, email, device }) => user_id.length + email.length + device.length > 0),
  fields: fc.record(
    {
      visits: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constant("not a number")),
      tags: fc.subarray(["a", "b", "c"]),
      log: fc.constantFrom("x", "y"),
      best: fc.integer({ min: 0, max: 9 }),
      first: fc.integer({ min: 0, max: 9 }),
      plan: fc.oneof(fc.constant(null), fc.dictionary(fc.constantFrom("a", "b"), fc.integer({ min: 0, max: 3 }))),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Fields>,
});
const updates = fc.array(update, { minLength: 1, maxLength: 25, size: "max" });

const groups = (profiles: Iterable<Profile>): string[] =>
  [...profiles].map(({ identifiers }) => identifiers.map(identifierKey).sort().join()).sort();

test("without limits, who shares an identifier is one person, as union-find says", async () => {
  await fc.assert(
    fc.asyncProperty(updates, async (all) => {
      const people = new MemoryProfiles();
      const settings = resolveProfiles(unlimited);
      const parents = new Map<string, string>();
      const root = (key: string): string => {
        const parent = parents.get(key) ?? key;
        return parent === key ? key : root(parent);
      };
      for (const [i, one] of all.entries()) {
        const [result] = await applyUpdates(people, [one], settings, 1000 + i);
        if ("problem" in result!) continue;
        const keys = Object.entries(one.identifiers).flatMap(([kind, values]) =>
          (values as string[]).map((value) => `${kind} ${value}`),
        );
        for (const key of keys) parents.set(root(key), root(keys[0]!));
        for (const key of keys) if (!parents.has(key)) parents.set(key, root(key));
      }
      const sets = new Map<string, string[]>();
      for (const key of parents.keys()) sets.set(root(key), [...(sets.get(root(key)) ?? []), key]);
      expect(groups(people.profiles.values())).toEqual([...sets.values()].map((keys) => keys.sort().join()).sort());
    }),
    { numRuns: 300 },
  );
});

/** All settings that decide about people, low enough to matter. */
const definition: fc.Arbitrary<ProfilesDefinition> = fc.record({
  identifiers: fc.record({
    user_id: fc.record({ limit: fc.integer({ min: 1, max: 2 }) }),
    email: fc.record({ limit: fc.integer({ min: 1, max: 3 }) }),
    device: fc.record({ limit: fc.integer({ min: 1, max: 4 }) }),
  }),
  merge: fc.constant(unlimited.merge),
  maxMergedProfiles: fc.integer({ min: 1, max: 3 }),
  maxBytes: fc.constantFrom(60, 120, 1000),
});

test("however updates are cut into calls, the same comes of them", async () => {
  await fc.assert(
    fc.asyncProperty(definition, updates, fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1 }), async (given, all, sizes) => {
      const settings = resolveProfiles(given);
      const oneByOne = new MemoryProfiles();
      const singly = [];
      for (const one of all) singly.push(...(await applyUpdates(oneByOne, [one], settings, 1000)));
      const inBatches = new MemoryProfiles();
      const batched = [];
      for (let at = 0, i = 0; at < all.length; i++) {
        const size = sizes[i % sizes.length]!;
        batched.push(...(await applyUpdates(inBatches, all.slice(at, at + size), settings, 1000)));
        at += size;
      }
      expect(inBatches.state()).toEqual(oneByOne.state());
      expect(anonymous(batched)).toEqual(anonymous(singly));
      const ids = new Set(batched.flatMap((one) => ("problem" in one ? [] : [one.after.id])));
      for (const id of ids) expect(inBatches.profiles.has(inBatches.now(id))).toBe(true);
    }), // biome-ignore format: one line
    { numRuns: 300 },
  );
});

/** Results with ids numbered in the order in which they come up. */
function anonymous(results: unknown): unknown {
  const ids = new Map<string, string>();
  const text = JSON.stringify(results, (_, value) => (value instanceof Set ? [...value] : value));
  return JSON.parse(
    text.replaceAll(/prf_[0-9a-z]{26}/g, (id) => {
      if (!ids.has(id)) ids.set(id, `person ${ids.size}`);
      return ids.get(id)!;
    }),
  );
}

test("limits hold, and each change follows the one before", async () => {
  await fc.assert(
    fc.asyncProperty(definition, updates, async (given, all) => {
      const settings: ProfileSettings = resolveProfiles(given);
      const people = new MemoryProfiles();
      const states = new Map<string, Profile>();
      for (const [i, result] of (await applyUpdates(people, all, settings, 1000)).entries()) {
        if ("problem" in result) continue;
        const { before, after, mergedFrom, refused } = result;
        if (before) expect(before).toBe(states.get(before.id));
        for (const one of mergedFrom) {
          expect(one).toBe(states.get(one.id));
          expect(one.id > after.id).toBe(true);
          states.delete(one.id);
        }
        expect(mergedFrom.length).toBeLessThan(given.maxMergedProfiles!);
        states.set(after.id, after);
        expect(JSON.stringify(after.fields).length).toBeLessThanOrEqual(given.maxBytes!);
        for (const kind of settings.kinds.values()) {
          const count = after.identifiers.filter((one) => one.kind === kind.kind).length;
          expect(count).toBeLessThanOrEqual(kind.limit);
        }
        // Each identifier is on the profile or was refused.
        const keys = new Set([...after.identifiers, ...refused.map((one) => one.identifier)].map(identifierKey));
        for (const [kind, values] of Object.entries(all[i]!.identifiers))
          for (const value of values as string[]) expect(keys.has(`${kind} ${value}`)).toBe(true);
      }
      const byId = (profiles: Iterable<Profile>) => [...profiles].sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(byId(people.profiles.values())).toEqual(byId(states.values()));
      const owned = [...people.profiles.values()].flatMap(({ identifiers }) => identifiers.map(identifierKey));
      expect(new Set(owned).size).toBe(owned.length);
    }),
    { numRuns: 300 },
  );
});
