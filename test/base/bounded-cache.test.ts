import { expect, test } from "vitest";
import { BoundedCache } from "../../src/base/bounded-cache.ts";

function cacheOf(max: number) {
  const made: string[] = [];
  const cache = new BoundedCache<string, string>(max);
  const get = (key: string): string =>
    cache.get(key, () => {
      made.push(key);
      return key.toUpperCase();
    });
  return { cache, get, made };
}

test("makes a value once", () => {
  const { get, made } = cacheOf(2);
  expect([get("a"), get("a"), get("b")]).toEqual(["A", "A", "B"]);
  expect(made).toEqual(["a", "b"]);
});

test("forgets the least recently used value, and never holds more than its maximum", () => {
  const { cache, get, made } = cacheOf(2);
  for (const key of ["a", "b", "a", "c", "a", "b"]) get(key);
  expect(made).toEqual(["a", "b", "c", "b"]);
  expect(cache.size).toBe(2);
});

test("a peek does not count as use", () => {
  const { cache, get } = cacheOf(2);
  get("a");
  get("b");
  expect([cache.peek("a"), cache.peek("none")]).toEqual(["A", undefined]);
  get("c");
  expect(cache.peek("a")).toBeUndefined();
});

test("keeps undefined, too; keeps nothing if making it throws", () => {
  const cache = new BoundedCache<string, undefined>(2);
  let count = 0;
  const make = (): undefined => {
    count++;
    return undefined;
  };
  cache.get("a", make);
  cache.get("a", make);
  expect(count).toBe(1);
  const fail = (): never => {
    throw new Error("no");
  };
  expect(() => cache.get("b", fail)).toThrow("no");
  expect(cache.size).toBe(1);
});
