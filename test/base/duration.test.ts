import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDuration, formatElapsed, parseDuration } from "../../src/base/duration.ts";

test.each([
  ["0", 0],
  ["250ms", 250],
  ["1.5s", 1_500],
  ["1h30m", 5_400_000],
  ["3d", 259_200_000],
  ["", undefined],
  ["5", undefined],
  ["5 s", undefined],
  ["-5s", undefined],
])("the duration %j", (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each([
  [0, "0"],
  [250, "250ms"],
  [1_500, "1s500ms"],
  [90_000, "1m30s"],
  [259_200_000, "3d"],
  [90_061_001, "1d1h1m1s1ms"],
])("%d ms are written %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

test("law: what is formatted is parsed as the same duration", () => {
  fc.assert(fc.property(fc.nat(2 ** 31 - 1), (ms) => void expect(parseDuration(formatDuration(ms))).toBe(ms)));
});

test.each([
  [-5, "0ms"],
  [12.4, "12ms"],
  [999, "999ms"],
  [1_000, "1s"],
  [45_400, "45.4s"],
  [60_000, "1m"],
  [90_000, "1m 30s"],
  [3_600_000, "1h"],
  [3_725_000, "1h 2m"],
  [93_600_000, "1d 2h"],
  [864_000_000, "10d"],
])("for people, %d ms are %s", (ms, text) => expect(formatElapsed(ms)).toBe(text));
