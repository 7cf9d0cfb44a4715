import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { fromParts, toParts } from "../../src/bodies/index.ts";

const many = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test.each<[string, Json, number]>([
  ["null", null, 1],
  ["a text", "é", 1],
  ["a long text", "é".repeat(100_000), 2],
  ["a long text of wide characters", "中".repeat(100_000), 2],
  ["a long text beside others", { a: ["x", "😀".repeat(40_000), "y"], b: 1 }, 5],
  ["a short list", many(100), 1],
  ["a long list", many(20_000), 11],
  ["a long list in lists", [[1, [many(20_000), 2]], "x"], 14],
  ["many names", Object.fromEntries(many(10_000).map((i) => [`k${i}`, i])), 7],
  ["many names in many", { a: { b: Object.fromEntries(many(5_000).map((i) => [`k${i}`, [i]])) }, c: [] }, 7],
  ["names that look like indexes", Object.fromEntries(many(5_000).map((i) => [`${i}`, "x"])), 4],
])("%s comes back as it was, in parts", async (_, value, count) => {
  const parts = toParts(value);
  expect(parts.list.length).toBe(count);
  expect(await fromParts(parts)).toEqual(value);
});

test("a part has at most so much", () => {
  const value = { people: many(50_000).map((i) => ({ id: i, name: "x".repeat(i % 50) })), text: "y".repeat(1_000_000) };
  const { list } = toParts(value);
  let start = 0;
  for (const { encoding, end } of list) {
    if (encoding !== "latin1") expect(end - start).toBeLessThan(150_000);
    start = end;
  }
});

test("others have their turns between parts", async () => {
  const parts = toParts(many(400_000));
  let turns = 0;
  const count = setInterval(() => turns++, 0);
  // Each part is read as if it took long.
  const { now } = performance;
  let time = 0;
  performance.now = () => (time += 10);
  await fromParts(parts).finally(() => {
    performance.now = now;
    clearInterval(count);
  });
  expect(turns).toBeGreaterThan(10);
});

test("any JSON comes back as it was", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.nat(3), async (value, times) => {
      const copies = times === 0 ? value : Array(times * 1_000).fill({ "": value });
      const plain = JSON.parse(JSON.stringify(copies), (name, one) => (name === "__proto__" ? undefined : one));
      expect(await fromParts(toParts(plain))).toEqual(plain);
    }),
    { numRuns: 50 },
  );
});
