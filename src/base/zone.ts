/** Reads where the clocks of a time zone stand, in ms, from what `Intl` knows of the IANA database. */

import { BoundedCache } from "./bounded-cache.ts";
import { day } from "./duration.ts";

/** A stretch of time from `from` (included) to `to` (excluded), in which a zone's clocks are `offset` ahead of UTC. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  /** Holds how far the clocks were put forward at `from`; negative if they were put back. */
  readonly jump: number;
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** By year, the stretches that begin in it or up to two days earlier. */
  readonly years: BoundedCache<number, readonly Stretch[]>;
}

/** The range of `Date`, less a year. */
const maxTime = 8.64e15 - 366 * day;
/** The longest name of the IANA database has 32 letters. */
const maxNameLength = 64;

const zones = new BoundedCache<string, Zone | undefined>(500);
const maxYears = 100;

/** Returns undefined for a name that is no time zone. */
const zoneOf = (name: string): Zone | undefined =>
  name === "" || name.length > maxNameLength ? undefined : zones.get(name, readZone);

function readZone(name: string): Zone | undefined {
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset", year: "numeric" });
    return { format, years: new BoundedCache(maxYears) };
  } catch {
    return undefined;
  }
}

/** Says whether a text names a time zone of the IANA database. */
export const isZone = (name: string): boolean => zoneOf(name) !== undefined;

/** Matches the end of `1/1/2026, GMT+02:00`, of `GMT-00:25:21`, of `GMT`. */
const offsetPattern = /GMT(?:([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?)?$/;

function offsetAt({ format }: Zone, time: number): number {
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = offsetPattern.exec(format.format(time)) ?? [];
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === "-" ? -size : size;
}

/** Looks at the clocks once a day, because no zone ever changed them twice within one. */
function stretchesIn(zone: Zone, year: number): readonly Stretch[] {
  const begin = startOf(year) - 2 * day;
  const end = startOf(year + 1);
  const stretches: Stretch[] = [];
  let from = begin;
  let offset = offsetAt(zone, begin);
  let jump = 0;
  for (let time = begin; time < end; ) {
    const next = Math.min(time + day, end);
    const offsetThen = offsetAt(zone, next);
    if (offsetThen !== offset) {
      const at = changeBetween(zone, time, next);
      if (at < end) {
        stretches.push({ from, to: at, offset, jump });
        from = at;
        jump = offsetThen - offset;
        offset = offsetThen;
      }
    }
    time = next;
  }
  stretches.push({ from, to: end, offset, jump });
  return stretches;
}

/** Returns when a year starts. `Date.UTC` would take the years 0 to 99 for those of the last century. */
const startOf = (year: number): number => new Date(0).setUTCFullYear(year, 0, 1);

/** Finds when clocks change between two times, by halving: they change at whole seconds. */
function changeBetween(zone: Zone, before: number, after: number): number {
  const offset = offsetAt(zone, before);
  let low = Math.floor(before / 1000);
  let high = Math.ceil(after / 1000);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle * 1000) === offset) low = middle;
    else high = middle;
  }
  return high * 1000;
}

/**
 * Returns the stretch that `time` is in. A stretch over several years is given in pieces of a year, and the later pieces have a
 * `jump` of 0; but a jump within two days before `time` is always given.
 * @throws RangeError for an unknown zone, or a time beyond those of `Date`
 */
export function stretchAt(name: string, time: number): Stretch {
  const zone = zoneOf(name);
  if (zone === undefined) throw new RangeError(`there is no time zone ${name.slice(0, maxNameLength)}`);
  if (!isTime(time)) throw new RangeError(`${time} is no time`);
  const stretches = zone.years.get(new Date(time).getUTCFullYear(), (year) => stretchesIn(zone, year));
  return stretches.findLast(({ from }) => from <= time)!;
}

/** Says whether a time is within those of `Date`, less a year. */
export const isTime = (time: number): boolean => Math.abs(time) <= maxTime;

/**
 * Returns when a zone's clocks show a local date and time, which is given as if it were UTC. Of a time that is shown twice, the
 * first. A time that is skipped because the clocks are put forward is moved forward by as much as the clocks are, as RFC 5545
 * and Temporal ("compatible") have it.
 */
export function instantOf(name: string, local: number): number {
  const { offset: before } = stretchAt(name, local - day);
  const { offset: after } = stretchAt(name, local + day);
  const shows = (time: number): boolean => time + stretchAt(name, time).offset === local;
  return !shows(local - before) && shows(local - after) ? local - after : local - before;
}
