import { expect, test } from "vitest";
import { newId } from "../../src/base/id.ts";

test("ids have no dot, differ, and sort as they were made", () => {
  const ids = Array.from({ length: 10_000 }, (_, i) => newId(1_700_000_000_000 + Math.floor(i / 100)));
  expect(ids.every((id) => /^msg_[0-9a-hjkmnp-tv-z]{26}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test("a clock that goes back does not make an id twice", () => {
  const ids = [5, 4, 5, 3].map((ms) => newId(1_700_000_100_000 + ms));
  expect(new Set(ids).size).toBe(4);
  expect(ids.toSorted()).toEqual(ids);
});
