import { describe, expect, test } from "vitest";
import { nextTime, quietUntil } from "../../src/triggers/index.ts";
import { comes, day, disagreements, examples, list, missing, quarter } from "./calendar.ts";

/** Ten years in which clocks were put to more shapes than one: a day left out, half an hour, midnight, twice a year and four times. */
const [from, to] = [2011, 2021];
const zones = [
  "Africa/Casablanca",
  "America/New_York",
  "America/Sao_Paulo",
  "America/St_Johns",
  "Asia/Kathmandu",
  "Asia/Tehran",
  "Australia/Lord_Howe",
  "Europe/Dublin",
  "Europe/Warsaw",
  "Pacific/Apia",
  "Pacific/Chatham",
  "UTC",
];

/** Quiet hours, in minutes of the day. */
const windows = [
  [22 * 60, 7 * 60],
  [2 * 60 + 15, 3 * 60 + 30],
  [23 * 60 + 45, 30],
  [9 * 60, 8 * 60 + 45],
] as const;
const text = (minute: number): string => new Date(minute * 60_000).toISOString().slice(11, 16);

const why = missing();

describe.skipIf(why !== undefined)(`by GNU date${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  test.each(zones)("%s", (zone) => {
    const listing = list(zone, from, to);
    expect(disagreements(zone, listing), "update tzdata, or Node: they know different rules").toEqual([]);

    const expected = comes(listing);
    for (const example of examples) {
      const times: number[] = [];
      const on = { schedule: example.cron, zone, audience: "everyone" };
      let time = nextTime(on, listing.start - 1, 0);
      for (; time !== undefined && time < listing.end; time = nextTime(on, time, 0)) times.push(time);
      const wanted = expected(example);
      expect(wanted.length).toBeGreaterThan(1);
      // The first that differs says more than two lists of thousands.
      const differs = times.findIndex((one, index) => one !== wanted[index]);
      expect([example.cron, differs < 0 ? "" : new Date(times[differs]!), times.length]).toEqual([
        example.cron,
        "",
        wanted.length,
      ]);
    }

    const { start, shown, minutes } = listing;
    for (const [begin, finish] of windows) {
      const isQuiet = (local: number): boolean => {
        const minute = (local % day) / 60_000;
        return begin < finish ? begin <= minute && minute < finish : begin <= minute || minute < finish;
      };
      let end = Number.NaN;
      for (let index = shown.length - 1; index >= 0; index--) {
        const now = start + index * quarter;
        const first = minutes.get(index)?.findIndex((local) => !isQuiet(local)) ?? -1;
        if (first >= 0) end = now + first * 60_000;
        else if (!isQuiet(shown[index]!)) end = now;
        const isNearChange = shown[index + 60]! - shown[index - 60]! !== 120 * quarter;
        if (Number.isNaN(end) || !(isNearChange || index % 9973 < 96)) continue;
        const until = quietUntil({ from: text(begin), to: text(finish) }, zone, now) ?? now;
        if (until !== end) {
          expect([text(begin), text(finish), new Date(now), new Date(until)]).toEqual([
            text(begin),
            text(finish),
            new Date(now),
            new Date(end),
          ]);
        }
      }
    }
  });
});
