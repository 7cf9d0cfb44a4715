import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { delayAfter } from "../../src/dispatch/retry.ts";

const half = () => 0.5;

describe("delayAfter", () => {
  test.each([
    [1, 500],
    [2, 1000],
    [3, 2000],
    [4, 4000],
    [5, 5000],
    [2000, 5000],
  ])("exponential, attempt %i: %i ms", (attempt, ms) => {
    expect(delayAfter(attempt, { wait: { base: 1000, cap: 10_000 } }, half)).toBe(ms);
  });

  test("full jitter is anything from nothing to all", () => {
    const policy = { wait: { base: 1000, cap: 10_000 } };
    expect(delayAfter(3, policy, () => 0)).toBe(0);
    expect(delayAfter(3, policy, () => 1 - 2 ** -53)).toBe(4000);
  });

  test("a list, with a tenth more or less, and its end", () => {
    const policy = { wait: [1000, 2000] };
    expect([1, 2, 3].map((attempt) => delayAfter(attempt, policy, half))).toEqual([1000, 2000, undefined]);
    expect(delayAfter(1, policy, () => 0)).toBe(900);
    expect(delayAfter(1, { ...policy, jitter: 0 }, () => 0)).toBe(1000);
    expect(delayAfter(1, { wait: [] }, half)).toBeUndefined();
  });

  test("at most `maxAttempts` attempts", () => {
    const policy = { wait: [1, 1, 1], maxAttempts: 2 };
    expect(delayAfter(1, policy, half)).toBe(1);
    expect(delayAfter(2, policy, half)).toBeUndefined();
    expect(delayAfter(2, policy, half, 5000)).toBeUndefined();
  });

  test.each([
    [0, 1000],
    [500, 1000],
    [30_000, 30_000],
    [1e12, 86_400_000],
    [Number.POSITIVE_INFINITY, 86_400_000],
    [Number.NaN, 1000],
  ])("the receiver asks for %i: %i ms", (asked, ms) => {
    expect(delayAfter(1, { wait: [10] }, half, asked)).toBe(ms);
  });

  test("the receiver's wish is the least that is waited, within the policy's bounds", () => {
    expect(delayAfter(1, { wait: [60_000] }, half, 5000)).toBe(60_000);
    expect(delayAfter(1, { wait: [1], retryAfter: { min: 5, max: 9 } }, half, 100)).toBe(9);
  });

  test("an endless wait is bounded by the policy", () => {
    expect(delayAfter(1, { wait: [1] }, half, Number.POSITIVE_INFINITY)).toBe(86_400_000);
  });

  test("law: never below zero, never beyond cap or the receiver's bound", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.nat(),
        fc.nat(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.option(fc.double({ min: 0 }), { nil: undefined }),
        (attempt, base, cap, random, asked) => {
          const delay = delayAfter(attempt, { wait: { base, cap } }, () => random, asked)!;
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(Math.max(cap, asked === undefined ? 0 : 86_400_000));
        },
      ),
    );
  });
});
