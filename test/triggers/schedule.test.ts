import fc from "fast-check";
import { expect, test } from "vitest";
import { checkSchedule, nextTime, type ScheduledOn } from "../../src/triggers/definition/schedule.ts";

const audience = "everyone";

/** The next times, in UTC, without the year. */
function next(on: ScheduledOn, after: string, count: number): string[] {
  const times: string[] = [];
  let time: number | undefined = Date.parse(after);
  while (times.length < count) {
    time = nextTime(on, time, 0);
    if (time === undefined) return [...times, "none"];
    times.push(new Date(time).toISOString().slice(5, 16));
  }
  return times;
}

test.each([
  ["left out: as long after", "30 2 * * *", "Europe/Warsaw", "2026-03-28T20:00Z", "03-29T01:30 03-30T00:30"],
  ["left out, several", "*/30 2 * * *", "Europe/Warsaw", "2026-03-28T20:00Z", "03-29T01:00 03-29T01:30 03-30T00:00"],
  [
    "left out, with others",
    "0,30 2,3 * * *",
    "Europe/Warsaw",
    "2026-03-28T20:00Z",
    "03-29T01:00 03-29T01:30 03-30T00:00",
  ],
  ["twice: the first time", "30 2 * * *", "Europe/Warsaw", "2026-10-24T20:00Z", "10-25T00:30 10-26T01:30"],
  ["twice, several", "*/30 2 * * *", "Europe/Warsaw", "2026-10-24T20:00Z", "10-25T00:00 10-25T00:30 10-26T01:00"],
  ["every hour, twice", "0 * * * *", "Europe/Warsaw", "2026-10-24T23:30Z", "10-25T00:00 10-25T01:00 10-25T02:00"],
  [
    "every hour, left out",
    "30 0-23 * * *",
    "Europe/Warsaw",
    "2026-03-29T00:00Z",
    "03-29T00:30 03-29T01:30 03-29T02:30",
  ],
  ["every other hour", "0 */2 * * *", "Europe/Warsaw", "2026-10-24T21:30Z", "10-24T22:00 10-25T00:00 10-25T03:00"],
  [
    "every hour of one day, whose last hour comes twice",
    "30 * * * SUN",
    "Asia/Tehran",
    "2014-09-21T18:00Z",
    "09-21T19:00 09-21T20:00 09-27T21:00",
  ],
  ["half an hour left out", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", "10-03T15:45 10-04T15:15"],
  ["half an hour twice", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00Z", "04-04T14:45 04-05T15:15"],
  [
    "every hour, half of one twice",
    "45 * * * *",
    "Australia/Lord_Howe",
    "2026-04-04T14:00Z",
    "04-04T14:45 04-04T15:15",
  ],
  ["midnight left out", "0 0 * * *", "America/Sao_Paulo", "2018-11-03T02:00Z", "11-03T03:00 11-04T03:00 11-05T02:00"],
  ["a day left out", "0 9 30 12 *", "Pacific/Apia", "2011-01-01T00:00Z", "12-30T19:00 12-29T19:00"],
  [
    "in order, what was left out last",
    "20,40 2 * * *",
    "Australia/Lord_Howe",
    "2026-10-03T00:00Z",
    "10-03T15:40 10-03T15:50 10-04T15:20",
  ],
  ["seconds", "15,45 30 12 * * *", undefined, "2026-05-01T00:00Z", "05-01T12:30 05-01T12:30 05-02T12:30"],
  ["either day", "0 9 13 * FRI", "UTC", "2026-02-01T00:00Z", "02-06T09:00 02-13T09:00 02-20T09:00"],
  ["a leap day", "0 0 29 2 *", "UTC", "2096-03-01T00:00Z", "02-29T00:00"],
])("%s: %s", (_, schedule, zone, after, expected) => {
  const times = expected.split(" ");
  expect(next({ schedule, zone, audience }, after, times.length)).toEqual(times);
});

test("strictly after, to the ms", () => {
  const on = { schedule: "0 9 * * *", audience };
  const nine = Date.UTC(2026, 4, 1, 9);
  expect(nextTime(on, nine - 1, 0)).toBe(nine);
  expect(nextTime(on, nine - 0.5, 0)).toBe(nine);
  expect(nextTime(on, nine, 0)).toBe(nine + 86_400_000);
  expect(nextTime(on, nine + 1, 0)).toBe(nine + 86_400_000);
});

test.each([
  ["2026-05-01T09:00", undefined, "2026-05-01T09:00:00.000Z"],
  ["2026-05-01 09:00:30.25", "Europe/Warsaw", "2026-05-01T07:00:30.250Z"],
  ["2026-05-01T09:00Z", "Europe/Warsaw", "2026-05-01T09:00:00.000Z"],
  ["2026-05-01T09:00-03:30", "Europe/Warsaw", "2026-05-01T12:30:00.000Z"],
  ["2026-03-29T02:30", "Europe/Warsaw", "2026-03-29T01:30:00.000Z"],
  ["2026-10-25T02:30", "Europe/Warsaw", "2026-10-25T00:30:00.000Z"],
  ["2011-12-30T09:00", "Pacific/Apia", "2011-12-30T19:00:00.000Z"],
  ["2011-12-31T00:30", "Pacific/Apia", "2011-12-30T10:30:00.000Z"],
])("once at %s, zone %s", (at, zone, expected) => {
  const time = Date.parse(expected);
  expect(nextTime({ at, zone, audience }, time - 1, 0)).toBe(time);
  expect(nextTime({ at, zone, audience }, time, 0)).toBeUndefined();
});

test("an interval counts from when it was activated", () => {
  const on = { every: 90_000, audience };
  expect([0, 999, 1000, 90_999, 91_000, 91_001, 1_000_000].map((after) => nextTime(on, after, 1000))).toEqual([
    91_000, 91_000, 91_000, 91_000, 181_000, 181_000, 1_081_000,
  ]);
});

test.each<[Record<string, unknown>, string]>([
  [{ schedule: "0 0 30 2 *" }, 'the schedule "0 0 30 2 *" never comes: no year has such a day'],
  [{ schedule: "0 0 31 2,4,6,9,11 *" }, "never comes"],
  [
    { schedule: "61 * * * *" },
    '"61 * * * *" is not a cron schedule: Invalid value for minute: 61; a cron schedule has five fields',
  ],
  [{ schedule: "0 9 * *" }, '"0 9 * *" has 4 fields; a cron schedule has five fields'],
  [{ schedule: "0 0 9 * * * 2030" }, "has 7 fields"],
  [{ schedule: "2026-05-01T09:00:00" }, "has 1 field"],
  [{ schedule: "@reboot" }, "has 1 field"],
  [{ schedule: `${"1,".repeat(1_000_000)}1 * * * *` }, "is longer than 500 characters"],
  [{ schedule: "__proto__ * * * *" }, "contains illegal characters"],
  [{ schedule: "0 9 * * *", zone: "Mars/Base" }, 'there is no time zone "Mars/Base": its name is an IANA one such as'],
  [{ at: "tomorrow" }, '"tomorrow" is no date and time: they are written 2026-03-29T09:00'],
  [{ at: "2026-05-01" }, "is no date and time"],
  [{ at: "2026-02-30T09:00" }, "is no date and time"],
  [{ at: "2026-13-01T09:00" }, "is no date and time"],
  [{ at: "2026-05-01T24:00" }, "is no date and time"],
  [{ at: "2026-05-01T09:00", zone: "Mars/Base" }, "there is no time zone"],
  [{ every: 59_999 }, "an interval is at least a minute: every: 1m"],
  [{ every: Number.NaN }, "an interval"],
  [{ every: Number.POSITIVE_INFINITY }, "an interval ends before the calendar does"],
])("%o is refused", (on, message) => {
  expect(() => checkSchedule({ ...on, audience } as unknown as ScheduledOn)).toThrow(message);
});

test("a schedule ends where the calendar does", () => {
  expect(nextTime({ schedule: "0 9 * * *", audience }, Date.UTC(20_000), 0)).toBeUndefined();
  expect(nextTime({ every: 8e15, audience }, 1e15, 1e15)).toBeUndefined();
  expect(() => nextTime({ every: 60_000, audience }, Number.NaN, 0)).toThrow("NaN is no time");
});

const zones = fc.constantFrom("UTC", "Europe/Warsaw", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia");
const field = (least: number, most: number) =>
  fc.oneof(
    fc.constant("*"),
    fc.integer({ min: least, max: most }).map(String),
    fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 4 }).map((list) => list.join(",")),
    fc.integer({ min: 1, max: most }).map((step) => `*/${step}`),
    fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most })).map((pair) => {
      const [low, high] = pair.sort((a, b) => a - b);
      return `${low}-${high}`;
    }),
  );
const cron = fc
  .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
  .map((fields) => fields.join(" "));
const scheduled = fc.oneof(
  { weight: 4, arbitrary: fc.record({ schedule: cron, zone: zones, audience: fc.constant(audience) }) },
  fc.record({ every: fc.integer({ min: 60_000, max: 1e10 }), audience: fc.constant(audience) }),
);
/** Near changes of the clocks, mostly. */
const changes = [
  "2011-12-30T10:00Z",
  "2026-03-29T01:00Z",
  "2026-10-25T01:00Z",
  "2026-04-04T15:00Z",
  "2026-10-03T15:30Z",
];
const instant = fc.oneof(
  fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -1e8, max: 1e8 }))
    .map(([change, away]) => Date.parse(change) + away),
  fc.integer({ min: Date.UTC(2000), max: Date.UTC(2040) }),
);

test("times come later and later, and from wherever one looks none is skipped", () => {
  fc.assert(
    fc.property(scheduled, instant, fc.nat(1e9), fc.float({ min: 0, max: 1, noNaN: true }), (on, after, ago, share) => {
      checkSchedule(on);
      const activatedAt = after - ago;
      let time = after;
      for (let count = 0; count < 5; count++) {
        const next = nextTime(on, time, activatedAt)!;
        expect(next).toBeGreaterThan(time);
        const between = time + Math.floor((next - 1 - time) * share);
        expect(nextTime(on, between, activatedAt)).toBe(next);
        expect(nextTime(on, next - 1, activatedAt)).toBe(next);
        time = next;
      }
    }),
  );
});
