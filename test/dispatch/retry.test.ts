import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { delayAfter, parseRetryAfter } from "../../src/dispatch/retry.ts";

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

  test("at most so many attempts", () => {
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

describe("parseRetryAfter", () => {
  const now = Date.UTC(1994, 10, 6, 8, 49, 37);

  test.each([
    ["0", 0],
    ["120", 120_000],
    [" 7 ", 7000],
    ["Sun, 06 Nov 1994 08:49:47 GMT", 10_000],
    ["Sunday, 06-Nov-94 08:49:47 GMT", 10_000],
    ["Sun Nov  6 08:49:47 1994", 10_000],
    ["Sun Nov 16 08:49:37 1994", 10 * 86_400_000],
    ["Sun, 06 Nov 1994 08:00:00 GMT", 0],
    ["Sat, 31 Dec 2044 23:59:60 GMT", Date.UTC(2044, 11, 31, 23, 59, 59) - now],
  ])("%s", (text, ms) => {
    expect(parseRetryAfter(text, now)).toBe(ms);
  });

  test("a year of two digits is the nearest that is not more than 50 years ahead", () => {
    expect(parseRetryAfter("Sunday, 06-Nov-44 08:49:37 GMT", now)).toBe(Date.UTC(2044, 10, 6, 8, 49, 37) - now);
    expect(parseRetryAfter("Sunday, 06-Nov-45 08:49:37 GMT", now)).toBe(0);
    expect(parseRetryAfter("Sunday, 06-Nov-27 08:49:37 GMT", Date.UTC(2026, 0, 1))).toBeGreaterThan(0);
  });

  test.each([
    "",
    "-1",
    "1.5",
    "1e3",
    "soon",
    "120s",
    "0x10",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 +0000",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:49:37 GMT",
    "Sun, 06 Now 1994 08:49:37 GMT",
    "1994-11-06T08:49:37Z",
    "Sun, 06 Nov 1994 08:49:37 GMT, 5",
  ])("neither seconds nor a date: %j", (text) => {
    expect(parseRetryAfter(text, now)).toBeUndefined();
  });

  test("a huge number is a huge wait, which the policy bounds", () => {
    expect(delayAfter(1, { wait: [1] }, half, parseRetryAfter("9".repeat(400), now))).toBe(86_400_000);
  });

  test("law: any date comes back", () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)), noInvalidDate: true }), (date) => {
        const ms = Math.floor(date.getTime() / 1000) * 1000;
        expect(parseRetryAfter(new Date(ms).toUTCString(), 0)).toBe(ms);
      }),
    );
  });
});
