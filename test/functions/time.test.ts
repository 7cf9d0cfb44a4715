import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../src/functions/duration.ts";
import { formatTime } from "../../src/functions/layout.ts";
import { parseTime } from "../../src/functions/parse-time.ts";
import { loadZone } from "../../src/functions/zone.ts";
import { Time, timeString } from "../../src/template/index.ts";

/** A payer that charges nothing. */
const free = { prepare: () => {} };

/** Tests dates, zones and durations. The tables are answers of real Go. */

const textOf = (attempt: () => string): string => {
  try {
    return attempt();
  } catch (error) {
    return (error as Error).message;
  }
};

// biome-ignore format: a table
const parsed: readonly (readonly [zone: string, layout: string, value: string, result: string])[] = [
  ["Europe/Warsaw", "2006-01-02 15:04:05", "2024-03-31 01:59:59", "2024-03-31 01:59:59 +0100 CET"],
  ["Europe/Warsaw", "2006-01-02 15:04:05", "2024-03-31 02:30:00", "2024-03-31 03:30:00 +0200 CEST"],
  ["Europe/Warsaw", "2006-01-02 15:04:05", "2024-10-27 02:30:00", "2024-10-27 02:30:00 +0100 CET"],
  ["America/New_York", "2006-01-02 15:04:05", "2024-03-10 02:30:00", "2024-03-10 01:30:00 -0500 EST"],
  ["America/New_York", "2006-01-02 15:04:05", "2024-11-03 01:30:00", "2024-11-03 01:30:00 -0400 EDT"],
  ["Australia/Lord_Howe", "2006-01-02 15:04:05", "2024-04-07 01:45:00", "2024-04-07 01:45:00 +1030 +1030"],
  ["Europe/Warsaw", "2006-01-02 15:04 MST", "2024-07-01 12:00 CEST", "2024-07-01 12:00:00 +0200 CEST"],
  ["Europe/Warsaw", "2006-01-02 15:04 MST", "2024-07-01 12:00 EST", "2024-07-01 12:00:00 +0000 EST"],
  ["Europe/Warsaw", "2006-01-02 15:04 MST", "2024-07-01 12:00 GMT+3", "2024-07-01 15:00:00 +0300 GMT+3"],
  ["Europe/Warsaw", "2006-01-02 15:04 -0700", "2024-07-01 12:00 +0200", "2024-07-01 12:00:00 +0200 CEST"],
  ["Europe/Warsaw", "2006-01-02 15:04 -0700", "2024-07-01 12:00 +0100", "2024-07-01 12:00:00 +0100 +0100"],
  ["America/Sao_Paulo", "2006-01-02 15:04 -0700 MST", "2024-07-01 12:00 -0300 -03", "2024-07-01 12:00:00 -0300 -03"],
  ["UTC", "2006 002", "2024 060", "2024-02-29 00:00:00 +0000 UTC"],
  ["UTC", "2006 __2", "2023  60", "2023-03-01 00:00:00 +0000 UTC"],
  ["UTC", "2006 002", "2023 366", "parsing time \"2023 366\": day-of-year out of range"],
  ["UTC", "2006-01 002", "2024-03 060", "parsing time \"2024-03 060\": day-of-year does not match month"],
  ["UTC", "3:04PM", "12:05AM", "0000-01-01 00:05:00 +0000 UTC"],
  ["UTC", "15:04:05", "10:11:12.345678", "0000-01-01 10:11:12.345678 +0000 UTC"],
  ["UTC", "06", "68", "2068-01-01 00:00:00 +0000 UTC"],
  ["UTC", "06", "69", "1969-01-01 00:00:00 +0000 UTC"],
  ["UTC", "Jan _2", "feb  3", "0000-02-03 00:00:00 +0000 UTC"],
  ["UTC", "January", "Febuary", "parsing time \"Febuary\" as \"January\": cannot parse \"Febuary\" as \"January\""],
  ["UTC", "2006-01-02", "2023-02-29", "parsing time \"2023-02-29\": day out of range"],
  ["UTC", "2006-01-02", "2023-00-01", "parsing time \"2023-00-01\": month out of range"],
  ["UTC", "Z07:00", "+25:00", "parsing time \"+25:00\": time zone offset hour out of range"],
  ["Asia/Tokyo", "2006-01-02T15:04:05Z07:00", "2024-05-06T07:08:09Z", "2024-05-06 07:08:09 +0000 UTC"],
];

test.each(parsed)("%s: %s reads %s", (zone, layout, value, result) => {
  expect(textOf(() => timeString(parseTime(layout, value, loadZone(zone, free))))).toBe(result);
});

// biome-ignore format: a table
const formatted: readonly (readonly [zone: string, seconds: number, nanos: number, layout: string, result: string])[] = [
  ["Europe/Warsaw", 1711846799, 0, "Mon Jan _2 15:04:05 MST 2006", "Sun Mar 31 01:59:59 CET 2024"],
  ["Europe/Warsaw", 1711846800, 0, "Mon Jan _2 15:04:05 MST 2006", "Sun Mar 31 03:00:00 CEST 2024"],
  ["Europe/London", 1729990800, 120, "2006-01-02T15:04:05.999999999Z07:00", "2024-10-27T01:00:00.00000012Z"],
  ["Asia/Kolkata", 1720000000, 0, "15:04 MST -0700 -07 Z07:00:00", "15:16 IST +0530 +05 +05:30:00"],
  ["America/St_Johns", 1720000000, 0, "15:04 MST -0700 -07", "07:16 NDT -0230 -02"],
  ["Asia/Tokyo", 1720000000, 0, "15:04 MST", "18:46 JST"],
  ["America/Sao_Paulo", 1720000000, 0, "15:04 MST", "06:46 -03"],
  ["Asia/Shanghai", 1720000000, 0, "15:04 MST", "17:46 CST"],
  ["Europe/Moscow", 1720000000, 0, "15:04 MST", "12:46 MSK"],
  ["Europe/Dublin", 1720000000, 0, "15:04 MST", "10:46 IST"],
  ["UTC", 1704067199, 987654321, "Monday, January 2 2006, 3:04:05.00 pm PM 03 002 __2 06 ,000 .999", "Sunday, December 31 2023, 11:59:59.98 pm PM 11 365 365 23 ,987 .987"],
  ["UTC", 1704067199, 987654321, "_2006 Janet Mondays Month 20 .0001 x15", "_2023 Janet Sundays Month 310 .0012 x23"],
  ["UTC", -62135596800, 0, "2006-01-02 15:04:05 MST", "0001-01-01 00:00:00 UTC"],
  ["UTC", -62200000000, 0, "2006-01-02 15:04:05", "-0002-12-17 14:13:20"],
  ["UTC", 253402300800, 0, "2006-01-02 15:04:05", "10000-01-01 00:00:00"],
];

test.each(formatted)("%s: %d.%d as %s", (zone, seconds, nanos, layout, result) => {
  expect(formatTime(new Time(seconds, nanos, loadZone(zone, free)), layout)).toBe(result);
});

test("what is written is read again", () => {
  const layout = "2006-01-02T15:04:05.999999999Z07:00";
  const zones = fc.constantFrom("UTC", "Europe/Warsaw", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe");
  const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 0, max: 999_999_999 }), zones, (at, nanos, name) => {
      const zone = loadZone(name, free);
      const again = parseTime(layout, formatTime(new Time(at, nanos, zone), layout), zone);
      expect([again.seconds, again.nanos]).toEqual([at, nanos]);
    }),
  );
});

describe("zones", () => {
  test.each(["Nowhere", "europe/warsaw", "+01:00", "../etc/passwd", "Europe", "a".repeat(10_000)])(
    "%s is none",
    (name) => {
      expect(() => loadZone(name, free)).toThrow(/^(?:unknown time zone|time: invalid location name)/);
    },
  );
  test("the empty name is UTC", () => {
    expect(loadZone("", free).name).toBe("UTC");
  });
});

describe("durations", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [text: string, result: string])[] = [
    ["1h", "1h0m0s"], ["1.5h", "1h30m0s"], ["-2m3.5s", "-2m3.5s"], ["1µs", "1µs"], ["1us1ns", "1.001µs"], ["0", "0s"], ["+.5s", "500ms"],
    ["1", 'time: missing unit in duration "1"'], ["", 'time: invalid duration ""'], ["1d", 'time: unknown unit "d" in duration "1d"'],
    ["é", 'time: invalid duration "\\xc3\\xa9"'], ["1é", 'time: unknown unit "\\xc3\\xa9" in duration "1\\xc3\\xa9"'],
    ["9223372036854775807ns", "2562047h47m16.854775807s"], ["9223372036854775808ns", 'time: invalid duration "9223372036854775808ns"'],
    ["-9223372036854775808ns", "-2562047h47m16.854775808s"],
  ];
  test.each(rows)("%s", (text, result) => {
    expect(textOf(() => formatDuration(parseDuration(text)))).toBe(result);
  });
  test("what is written is read again", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), (nanos) => {
        expect(parseDuration(formatDuration(nanos))).toBe(nanos);
      }),
    );
  });
});
