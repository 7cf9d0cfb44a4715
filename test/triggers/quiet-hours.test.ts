import fc from "fast-check";
import { expect, test } from "vitest";
import { quietUntil } from "../../src/triggers/fire/quiet-hours.ts";

const until = (from: string, to: string, zone: string | undefined, now: string, other?: string) => {
  const end = quietUntil({ from, to, fallbackZone: other }, zone, Date.parse(now));
  return end === undefined ? "not quiet" : new Date(end).toISOString().slice(0, 16);
};

test.each([
  ["within a day", "13:00", "15:00", "UTC", "2026-05-01T14:59:59.999Z", "2026-05-01T15:00"],
  ["the first ms", "13:00", "15:00", "UTC", "2026-05-01T13:00:00Z", "2026-05-01T15:00"],
  ["the ms before", "13:00", "15:00", "UTC", "2026-05-01T12:59:59.999Z", "not quiet"],
  ["the ms after", "13:00", "15:00", "UTC", "2026-05-01T15:00:00Z", "not quiet"],
  ["over midnight, before it", "22:00", "07:00", "Europe/Warsaw", "2026-05-01T21:00:00Z", "2026-05-02T05:00"],
  ["over midnight, after it", "22:00", "07:00", "Europe/Warsaw", "2026-05-02T01:00:00Z", "2026-05-02T05:00"],
  ["over New Year", "22:00", "07:00", "Europe/Warsaw", "2026-12-31T23:30:00Z", "2027-01-01T06:00"],
  ["to midnight", "22:00", "00:00", "America/New_York", "2026-05-02T02:30:00Z", "2026-05-02T04:00"],
  ["from a time to itself", "22:00", "22:00", "UTC", "2026-05-01T22:00:00Z", "not quiet"],
  ["a shorter night", "22:00", "07:00", "Europe/Warsaw", "2026-03-28T22:00:00Z", "2026-03-29T05:00"],
  ["a longer night", "22:00", "07:00", "Europe/Warsaw", "2026-10-24T22:00:00Z", "2026-10-25T06:00"],
  ["an end that the clocks leave out", "22:00", "02:30", "Europe/Warsaw", "2026-03-29T00:00:00Z", "2026-03-29T01:00"],
  ["a start that the clocks leave out", "02:30", "04:00", "Europe/Warsaw", "2026-03-29T01:00:00Z", "2026-03-29T02:00"],
  ["all of it left out", "02:00", "03:00", "Europe/Warsaw", "2026-03-29T01:00:00Z", "not quiet"],
  ["an end that comes twice, first", "22:00", "02:30", "Europe/Warsaw", "2026-10-25T00:10:00Z", "2026-10-25T00:30"],
  ["between the two", "22:00", "02:30", "Europe/Warsaw", "2026-10-25T00:40:00Z", "not quiet"],
  ["an end that comes twice, again", "22:00", "02:30", "Europe/Warsaw", "2026-10-25T01:10:00Z", "2026-10-25T01:30"],
  ["an hour that comes twice", "02:00", "03:00", "Europe/Warsaw", "2026-10-25T00:10:00Z", "2026-10-25T02:00"],
  ["a day that is left out", "08:00", "07:00", "Pacific/Apia", "2011-12-30T09:30:00Z", "2011-12-30T17:00"],
])("%s", (_, from, to, zone, now, end) => {
  expect(until(from, to, zone, now)).toBe(end);
});

test("where nobody knows the zone, the other one, and else UTC", () => {
  const now = "2026-05-01T21:00:00Z";
  for (const zone of [undefined, "", "Mars/Base", "constructor", "x".repeat(10_000_000), "\ud800"]) {
    expect(until("22:00", "07:00", zone, now, "Europe/Warsaw")).toBe("2026-05-02T05:00");
    expect(until("20:00", "07:00", zone, now)).toBe("2026-05-02T07:00");
  }
  expect(until("22:00", "07:00", " Europe/Warsaw\n", now, "Asia/Tokyo")).toBe("2026-05-02T05:00");
});

const zones = ["UTC", "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"];
const quarter = 15 * 60_000;

/** Tells whether clocks show a time from `from` up to `to`, according to `Intl`. */
function isQuiet(from: string, to: string, zone: string, now: number): boolean {
  const shown = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(now);
  return from <= to ? from <= shown && shown < to : from <= shown || shown < to;
}

const times = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom("00", "15", "30", "45"));
const clock = times.map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${minute}`);

test("the end is the first time that is not quiet", () => {
  const from2010 = fc.integer({ min: Date.UTC(2010) / quarter, max: Date.UTC(2030) / quarter });
  fc.assert(
    fc.property(clock, clock, fc.constantFrom(...zones), from2010, (from, to, zone, at) => {
      const now = at * quarter;
      let end = now;
      while (from !== to && isQuiet(from, to, zone, end)) end += quarter;
      expect(quietUntil({ from, to }, zone, now)).toBe(end === now ? undefined : end);
    }),
  );
});
