import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRetryAfter } from "../../src/base/http-date.ts";

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

  test("a huge number is a huge wait", () => {
    expect(parseRetryAfter("9".repeat(400), now)).toBe(Number.POSITIVE_INFINITY);
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
