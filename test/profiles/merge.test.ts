import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import {
  changedFields,
  MergeError,
  type MergeRule,
  mergeFields,
  resolveProfiles,
  SettingsError,
} from "../../src/profiles/index.ts";
import type { Fields } from "../../src/store/index.ts";

const settings = resolveProfiles();
const merge = (before: Fields, patch: Fields, own = settings) => mergeFields(before, patch, own);

describe("without rules, as RFC 7396 says", () => {
  // Appendix A of the RFC, where both are objects.
  test.each<[before: string, patch: string, after: string]>([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', "{}"],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
    ['{"a":"b"}', '{"a":{"b":null,"c":{"d":null}}}', '{"a":{"c":{}}}'],
    ["{}", '{"a":[null]}', '{"a":[null]}'],
    ['{"a":1}', '{"__proto__":{"b":1}}', '{"a":1,"__proto__":{"b":1}}'],
    ['{"__proto__":{"b":1}}', '{"__proto__":{"c":1}}', '{"__proto__":{"b":1,"c":1}}'],
    ['{"__proto__":{"b":1}}', '{"__proto__":null}', "{}"],
    ["{}", '{"toString":{"a":1},"constructor":null}', '{"toString":{"a":1}}'],
  ])("%s and %s: %s", (before, patch, after) => {
    expect(JSON.stringify(merge(JSON.parse(before), JSON.parse(patch)))).toBe(after);
  });

  test("nothing is changed in place, and what did not change is the same", () => {
    const before = { a: { b: { c: 1 } }, d: { e: [1] }, f: 1 };
    const frozen = JSON.stringify(before);
    const after = merge(before, { a: { b: { c: 2 } }, d: { e: [1] }, f: 1 });
    expect(after).toEqual({ a: { b: { c: 2 } }, d: { e: [1] }, f: 1 });
    expect(after.d).toBe(before.d);
    expect(JSON.stringify(before)).toBe(frozen);
    expect(merge(before, { a: { b: {} }, x: null, d: { e: [1] } })).toBe(before);
  });

  test("too deep is refused", () => {
    const deep = (levels: number) =>
      Array.from({ length: levels }).reduce<Json>((inner) => ({ a: inner }), 1) as Fields;
    expect(merge({}, deep(64))).toEqual(deep(64));
    expect(() => merge({}, deep(65))).toThrow(new MergeError("too deep: at most 64 maps and lists stand inside each other")); // biome-ignore format: one line
    expect(() => merge({}, deep(200_000))).toThrow(MergeError);
  });
});

const big = Array.from({ length: 1000 }, (_, i) => i);

test.each<[MergeRule, before: Json | undefined, patch: Json, after: Json | undefined]>([
  ["last", 1, 2, 2],
  ["last", { a: 1 }, { b: 1, c: null }, { b: 1 }],
  ["first", 1, 2, 1],
  ["first", undefined, { a: null, b: 1 }, { b: 1 }],
  ["first", 1, null, undefined],
  ["union", undefined, ["a", "a", { x: 1, y: 2 }, { y: 2, x: 1 }], ["a", { x: 1, y: 2 }]],
  ["union", ["a"], "b", ["a", "b"]],
  ["union", ["a", 1], ["1", 1, "a", "c"], ["a", 1, "1", "c"]],
  ["union", "a", "a", ["a"]],
  ["append", undefined, "a", ["a"]],
  ["append", ["a"], ["a", "b"], ["a", "a", "b"]],
  ["append", big, [1000, 1001], [...big.slice(2), 1000, 1001]],
  ["max", 1, 2, 2],
  ["max", 2, 1, 2],
  ["max", "2026-01-02", "2026-01-10", "2026-01-10"],
  ["max", "unknown", 1, 1],
  ["max", undefined, 0, 0],
  ["min", 1, 2, 1],
  ["min", 1, -1, -1],
  ["sum", undefined, 2, 2],
  ["sum", 1, 2, 3],
  ["sum", "text", 2, 2],
  ["sum", 3, null, undefined],
])("%s: %j and %j: %j", (rule, before, patch, after) => {
  for (const path of ["f", "plan.deep.f"]) {
    const own = resolveProfiles({ merge: { [path]: rule } });
    const at = (value: Json | undefined): Fields =>
      path.split(".").reduceRight<Json>((inner, name, i) => (i === path.split(".").length - 1 ? (value === undefined ? {} : { [name]: value }) : { [name]: inner }), {}) as Fields; // biome-ignore format: one line
    expect(merge(at(before), at(patch), own)).toEqual(at(after));
  }
});

test.each<[MergeRule, Json, Json | undefined, string]>([
  ["sum", "3", 1, 'a.n is a sum and takes numbers, not "3"'],
  ["sum", [1], 1, "a.n is a sum and takes numbers, not [1]"],
  ["sum", 1e308, 1.7e308, "a.n is a sum, which would be more than a number can be, not 1e+308"],
  ["max", true, 1, "a.n is compared and takes numbers or text, not true"],
  ["min", { x: "y".repeat(100) }, 1, `a.n is compared and takes numbers or text, not {"x":"${"y".repeat(54)}…`],
])("%s refuses %j", (rule, given, before, message) => {
  const own = resolveProfiles({ merge: { "a.n": rule } });
  expect(() => merge({ a: before === undefined ? {} : { n: before } }, { a: { n: given } }, own)).toThrow(new MergeError(message)); // biome-ignore format: one line
});

test.each<[Record<string, MergeRule>, string]>([
  [{ a: "first", "a.b": "sum" }, "a.b is part of a, which is merged as a whole (first)"],
  [{ "a.b": "sum", a: "first" }, "a is merged as a whole (first), so its parts have no rules of their own"],
  [{ "a..b": "sum" }, '"a..b" has an empty name between its dots'],
])("rules that contradict each other are refused: %j", (rules, message) => {
  const [path] = Object.keys(rules).slice(-1);
  expect(() => resolveProfiles({ merge: rules })).toThrow(new SettingsError(message, ["merge", path!]));
});

describe("laws", () => {
  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
  const names = fc.constantFrom("a", "b", "__proto__", "toString");
  /** As JSON is parsed: every field is the object's own. */
  const own = <T extends Json>(entries: readonly (readonly [string, T])[]): Fields =>
    JSON.parse(`{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`);
  const map = (value: fc.Arbitrary<Json>): fc.Arbitrary<Fields> =>
    fc.uniqueArray(fc.tuple(names, value), { selector: ([name]) => name, maxLength: 4 }).map(own);
  const nested = map(fc.oneof(json, map(fc.oneof(json, map(json)))));
  const same = (a: Fields, b: Fields): void => {
    expect(sorted(a)).toBe(sorted(b));
  };
  /** Text that is the same where only the order of fields is not. */
  function sorted(value: Json): string {
    return JSON.stringify(value, (_, inner) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? own(Object.entries(inner as Fields).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    );
  }
  const ruled = (rule: MergeRule) => resolveProfiles({ merge: { f: rule } });
  const values: Record<MergeRule, fc.Arbitrary<Json>> = {
    last: json,
    first: json,
    union: fc.array(json, { maxLength: 4 }),
    append: fc.array(json, { maxLength: 4 }),
    max: fc.integer(),
    min: fc.string(),
    sum: fc.integer({ min: -1000, max: 1000 }),
  };
  const notNull = (rule: MergeRule) => values[rule].filter((value) => value !== null);

  test("a patch again changes nothing: the same object comes back", () => {
    fc.assert(
      fc.property(nested, nested, (before, patch) => {
        const once = merge(before, patch);
        expect(merge(once, patch)).toBe(once);
        expect([...changedFields(once, merge(once, patch))]).toEqual([]);
      }),
    );
  });

  test("a patch is taken as a recursive definition says", () => {
    const isMap = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
    const model = (before: Json | undefined, patch: Json): Json => {
      if (!isMap(patch)) return patch;
      const entries = new Map(isMap(before) ? Object.entries(before) : []);
      for (const [name, value] of Object.entries(patch)) {
        if (value === null) entries.delete(name);
        else entries.set(name, model(entries.get(name), value));
      }
      return own([...entries]);
    };
    fc.assert(
      fc.property(nested, nested, (before, patch) => same(merge(before, patch), model(before, patch) as Fields)),
    );
  }); // biome-ignore format: one line

  test("changedFields are those that are not the same, and no others", () => {
    fc.assert(
      fc.property(nested, nested, (before, patch) => {
        const after = merge(before, patch);
        const all = new Set([...Object.keys(before), ...Object.keys(after)]);
        const of = (fields: Fields, name: string) => (Object.hasOwn(fields, name) ? sorted(fields[name]!) : undefined);
        const expected = [...all].filter((name) => of(before, name) !== of(after, name));
        expect([...changedFields(before, after)].sort()).toEqual(expected.sort());
      }),
    );
  });

  test.each(["last", "first", "union", "max", "min"] as const)("%s: again changes nothing", (rule) => {
    fc.assert(
      fc.property(fc.option(notNull(rule), { nil: undefined }), notNull(rule), (before, given) => {
        const once = merge(before === undefined ? {} : { f: before }, { f: given }, ruled(rule));
        expect(merge(once, { f: given }, ruled(rule))).toBe(once);
      }),
    );
  });

  test.each(["max", "min", "sum"] as const)("%s: the order does not matter", (rule) => {
    fc.assert(
      fc.property(fc.array(notNull(rule), { minLength: 1, maxLength: 5 }), (given) => {
        const all = (list: readonly Json[]) => list.reduce<Fields>((f, one) => merge(f, { f: one }, ruled(rule)), {});
        expect(all(given)).toEqual(all([...given].reverse()));
      }),
    );
  });

  test("union: the order does not matter but for that of the list", () => {
    fc.assert(
      fc.property(values.union, values.union, (a, b) => {
        const all = (...list: readonly Json[]) =>
          (list.reduce<Fields>((f, one) => merge(f, { f: one }, ruled("union")), {}).f as Json[]).map(sorted).sort();
        expect(all(a, b)).toEqual(all(b, a));
        expect(new Set(all(a, b)).size).toBe(all(a, b).length);
      }),
    );
  });

  test.each(Object.keys(values) as MergeRule[])("%s: null removes", (rule) => {
    fc.assert(
      fc.property(notNull(rule), (before) => {
        expect(merge({ f: before, g: 1 }, { f: null }, ruled(rule))).toEqual({ g: 1 });
      }),
    );
  });
});
