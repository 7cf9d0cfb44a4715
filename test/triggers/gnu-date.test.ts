import { describe, expect, test } from "vitest";
import { isFullSize } from "../sized.ts";
import { disagreements, list, unavailableReason, wrongQuiet, wrongSchedules } from "./gnu-date.ts";

/** Ten years in which clocks were put to more shapes than one: a day left out, half an hour, midnight, twice a year and four times. */
const [from, to] = [2011, 2021];
const all = [
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
const zones = isFullSize ? all : ["Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia"];

const why = unavailableReason();

describe.skipIf(why !== undefined)(`by GNU date${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  test.each(zones)("%s", (zone) => {
    const listing = list(zone, from, to);
    expect(disagreements(listing), "update tzdata, or Node: they know different rules").toEqual([]);

    const schedules = wrongSchedules(listing);
    expect(schedules.wrong).toEqual([]);
    expect(schedules.compared).toBeGreaterThan(30_000);
    const quiet = wrongQuiet(listing);
    expect(quiet.wrong).toEqual([]);
    expect(quiet.compared).toBeGreaterThan(10_000);
  });
});
