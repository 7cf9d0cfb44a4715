import { describe, expect, test } from "vitest";
import { applyUpdates, resolveProfiles, type Update } from "../../src/profiles/index.ts";
import { changed, MemoryProfiles } from "./fixtures.ts";

const settings = resolveProfiles();
const apply = (people: MemoryProfiles, updates: readonly unknown[], now = 1000, own = settings) =>
  applyUpdates(people, updates as readonly Update[], own, now);

describe("an update", () => {
  test("makes a profile of who is not known", async () => {
    const people = new MemoryProfiles();
    const [result] = await apply(people, [
      { identifiers: { email: " Ada@Example.COM ", device: 7 }, fields: { a: 1 } },
    ]);
    const { before, after, mergedFrom, changed: names, refused } = changed(result!);
    expect(after).toEqual({
      id: expect.stringMatching(/^prf_[0-9a-z]{26}$/),
      fields: { a: 1 },
      identifiers: [
        { kind: "email", value: "ada@example.com" },
        { kind: "device", value: "7" },
      ],
      createdAt: 1000,
      updatedAt: 1000,
      version: 1,
    });
    expect({ before, mergedFrom, names: [...names], refused }).toEqual({ before: undefined, mergedFrom: [], names: ["a"], refused: [] }); // biome-ignore format: one line
    expect([...people.profiles.values()]).toEqual([after]);
  });

  test("goes into the profile that has an identifier, and those of one person follow one another", async () => {
    const people = new MemoryProfiles();
    await apply(people, [{ identifiers: { email: "a@x.y" }, fields: { a: 1, b: { c: 1 } } }]);
    people.calls = [];
    const results = await apply(
      people,
      [
        { identifiers: { email: "A@x.y" }, fields: { a: 2 } },
        { identifiers: { email: "a@x.y", user_id: "u1" }, fields: { b: { d: 2 } } },
        { identifiers: { user_id: "u1" }, fields: { a: null } },
        { identifiers: { user_id: "u1" }, fields: { b: { d: 2 } } },
      ],
      2000,
    );
    const [first, second, third, fourth] = results.map(changed);
    expect(people.calls).toEqual(["find", "get", "put"]);
    expect(first!.before).toMatchObject({ fields: { a: 1, b: { c: 1 } }, version: 1 });
    expect(second!.before).toBe(first!.after);
    expect(third!.before).toBe(second!.after);
    expect(third!.after).toMatchObject({ fields: { b: { c: 1, d: 2 } }, version: 4, createdAt: 1000, updatedAt: 2000 });
    expect(fourth!.after).toBe(fourth!.before);
    expect(results.map((one) => [...changed(one).changed])).toEqual([["a"], ["b"], ["a"], []]);
    expect([...people.profiles.values()]).toEqual([third!.after]);
  });

  test("that says nothing new writes nothing", async () => {
    const people = new MemoryProfiles();
    await apply(people, [{ identifiers: { email: "a@x.y" }, fields: { a: [1, { b: 2 }] } }]);
    people.calls = [];
    const [result] = await apply(people, [{ identifiers: { email: "a@x.y" }, fields: { a: [1, { b: 2 }], c: null } }]);
    expect(changed(result!).after.version).toBe(1);
    expect(people.calls).toEqual(["find", "get"]);
  });

  test("merges profiles that it shares an identifier with; the oldest stays", async () => {
    const people = new MemoryProfiles();
    const own = resolveProfiles({ merge: { visits: "sum", source: "first", tags: "union" } });
    const one = { identifiers: { device: "d" }, fields: { visits: 2, source: "ad", tags: ["a", "b"], name: "?" } };
    const other = {
      identifiers: { email: "a@x.y" },
      fields: { visits: 3, source: "mail", tags: ["b", "c"], name: "Ada" },
    };
    const [old] = (await apply(people, [one], 1000, own)).map(changed);
    const [young] = (await apply(people, [other], 2000, own)).map(changed);
    const update = { identifiers: { email: "a@x.y", device: "d" }, fields: { visits: 1 } };
    const [result] = (await apply(people, [update], 3000, own)).map(changed);
    expect(result!.before).toEqual(old!.after);
    expect(result!.mergedFrom).toEqual([young!.after]);
    expect(result!.after).toEqual({
      id: old!.after.id,
      fields: { visits: 6, source: "ad", tags: ["a", "b", "c"], name: "Ada" },
      identifiers: [
        { kind: "device", value: "d" },
        { kind: "email", value: "a@x.y" },
      ],
      createdAt: 1000,
      updatedAt: 3000,
      version: 2,
    });
    expect([...people.profiles.values()]).toEqual([result!.after]);
    expect(people.now(young!.after.id)).toBe(old!.after.id);
  });

  test("merges profiles that the same call created, whose ids lead on", async () => {
    const people = new MemoryProfiles();
    const results = await apply(people, [
      { identifiers: { device: "d" }, fields: { a: 1 } },
      { identifiers: { email: "a@x.y" }, fields: { b: 1 } },
      { identifiers: { user_id: "u" }, fields: { c: 1 } },
      { identifiers: { user_id: "u", email: "a@x.y" } },
      { identifiers: { device: "d", email: "a@x.y" }, fields: { d: 1 } },
    ]);
    const ids = results.map((one) => changed(one).after.id);
    expect(ids[3]).toBe(ids[1]);
    expect(ids[4]).toBe(ids[0]);
    expect(people.state()).toEqual([
      { identifiers: ["device d", "email a@x.y", "user_id u"], fields: { a: 1, b: 1, c: 1, d: 1 } },
    ]);
    expect(ids.map((id) => people.now(id))).toEqual(Array(5).fill(ids[0]));
  });
});

describe("two people never become one", () => {
  test("the update goes to the kind that counts most", async () => {
    const people = new MemoryProfiles();
    const [ada] = (await apply(people, [{ identifiers: { user_id: "ada", email: "home@x.y" } }])).map(changed);
    const [bob] = (await apply(people, [{ identifiers: { user_id: "bob", device: "tablet" } }])).map(changed);
    const update = { identifiers: { email: "home@x.y", user_id: "bob", device: "new" }, fields: { a: 1 } };
    const [result] = (await apply(people, [update])).map(changed);
    expect(result!.after).toMatchObject({ id: bob!.after.id, fields: { a: 1 } });
    expect(result!.after.identifiers.map(({ value }) => value)).toEqual(["bob", "tablet", "new"]);
    expect(result!.refused).toEqual([
      {
        identifier: { kind: "email", value: "home@x.y" },
        reason: `another profile, ${ada!.after.id}, has this email: a profile has at most 1 user_id, and this would make 2`,
      },
    ]);
    expect(people.profiles.get(ada!.after.id)).toEqual(ada!.after);
  });

  test("also if who counts most is new", async () => {
    const people = new MemoryProfiles();
    const [ada] = (await apply(people, [{ identifiers: { user_id: "ada", email: "home@x.y" } }])).map(changed);
    const [result] = (await apply(people, [{ identifiers: { user_id: "eve", email: "home@x.y" } }])).map(changed);
    expect(result!.before).toBeUndefined();
    expect(result!.after.identifiers).toEqual([{ kind: "user_id", value: "eve" }]);
    expect(people.profiles.get(ada!.after.id)).toEqual(ada!.after);
  });

  test("nor do more at a time than are allowed", async () => {
    const people = new MemoryProfiles();
    const emails = Array.from({ length: 6 }, (_, i) => `${i}@x.y`);
    await apply(people, emails.map((email) => ({ identifiers: { email } }))); // biome-ignore format: one line
    const [result] = (await apply(people, [{ identifiers: { email: emails, device: "d" }, fields: { a: 1 } }])).map(
      changed,
    );
    expect(people.profiles.size).toBe(6);
    expect(result!.after.identifiers.map(({ value }) => value)).toEqual(["0@x.y", "d"]);
    expect(result!.refused.map(({ reason }) => reason)).toEqual(
      emails.slice(1).map((email) => `another profile, ${people.owners.get(`email ${email}`)}, has this email: 6 profiles would be merged, and at most 5 may be at a time`),
    ); // biome-ignore format: one line
    await apply(people, [{ identifiers: { email: emails.slice(0, 5) } }]);
    expect(people.profiles.size).toBe(2);
  });
});

describe("what cannot be taken", () => {
  const deep = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => ({ a: inner }), 1);
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;

  test.each<[string, unknown]>([
    ["an update is a map with identifiers and fields", null],
    ["an update is a map with identifiers and fields", []],
    ["an update needs identifiers, by kind", {}],
    ["no identifier: it has none of user_id, email, device", { identifiers: {} }],
    ["no identifier: it has none of user_id, email, device", { identifiers: { email: " ", device: [null] } }],
    ['no identifier: it has none of user_id, email, device (user_id: "NULL" identifies nobody)', { identifiers: { user_id: "NULL" } }],
    ["no identifier: it has none of user_id, email, device (phone: profiles have no identifiers of the kind phone, only user_id, email, device)", { identifiers: { phone: "1" } }],
    ["an update names at most 100 identifiers", { identifiers: { email: Array.from({ length: 101 }, (_, i) => `${i}`) } }],
    ["fields are a map, by name", { identifiers: { email: "x" }, fields: [] }],
    ["a.b is no JSON, but undefined", { identifiers: { email: "x" }, fields: { a: { b: undefined } } }],
    ["a[1] is no JSON, but an object of a class", { identifiers: { email: "x" }, fields: { a: [1, new Date(0)] } }],
    ["a is NaN, which JSON does not have", { identifiers: { email: "x" }, fields: { a: Number.NaN } }],
    ["a.b is not well-formed Unicode: it has half of a surrogate pair", { identifiers: { email: "x" }, fields: { a: { b: "\ud800" } } }],
    ["a has a field whose name is not well-formed Unicode", { identifiers: { email: "x" }, fields: { a: { "\ud800": 1 } } }],
    ["the profile would be too big: 1000008 bytes of JSON, where 1000000 are allowed", { identifiers: { email: "x" }, fields: { a: "é".repeat(500_000) } }],
  ])("%s", async (problem, update) => {
    const people = new MemoryProfiles();
    const good = { identifiers: { email: "good@x.y" } };
    const results = await apply(people, [good, update, good]);
    expect(results[1]).toEqual({ problem });
    expect(changed(results[2]!).before).toBe(changed(results[0]!).after);
    expect(people.profiles.size).toBe(1);
  }); // biome-ignore format: a table

  test.each([["deep", deep(65)], ["cyclic", cyclic]])("%s", async (_, fields) => {
    const [result] = await apply(new MemoryProfiles(), [{ identifiers: { email: "x" }, fields }]);
    expect(result).toEqual({ problem: expect.stringMatching(/^\S{80}… is too deep: at most 64 maps and lists stand inside each other$/) });
  }); // biome-ignore format: a table

  test("as deep as is allowed is taken", async () => {
    const people = new MemoryProfiles();
    const fields = deep(64);
    expect(changed((await apply(people, [{ identifiers: { email: "x" }, fields }]))[0]!).after.fields).toEqual(fields);
  });

  test("fields and kinds called __proto__ are no more than that", async () => {
    const people = new MemoryProfiles();
    const update = JSON.parse(
      '{"identifiers": {"email": "x", "__proto__": "y"}, "fields": {"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}}',
    );
    const [result] = (await apply(people, [update])).map(changed);
    expect(JSON.stringify(result!.after.fields)).toBe(JSON.stringify(update.fields));
    expect(Object.getPrototypeOf(result!.after.fields)).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect([...result!.changed]).toEqual(["__proto__", "constructor"]);
    const [again] = (await apply(people, [update])).map(changed);
    expect(again!.after.version).toBe(1);
  });
});
