/** Where a zone's clocks stand, in ms, from what `Intl` knows of the IANA database. */

/** A stretch of time, `from` up to but without `to`, in which a zone's clocks stand `offset` ahead of UTC. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  /** How far the clocks were put forward at `from`; negative: back. */
  readonly jump: number;
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** The stretches that begin in a year, or up to two days earlier. */
  readonly years: Map<number, readonly Stretch[]>;
}

export const day = 86_400_000;
/** What a `Date` holds, less a year. */
const maxTime = 8.64e15 - 366 * day;
/** The longest name of the IANA database has 32 letters. */
const maxNameLength = 64;

const zones = new Map<string, Zone>();
const mostZones = 500;
const mostYears = 100;

/** @returns undefined for a name that nobody knows */
function zoneOf(name: string): Zone | undefined {
  const known = zones.get(name);
  if (known) return known;
  if (name === "" || name.length > maxNameLength) return undefined;
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset", year: "numeric" });
    const zone: Zone = { format, years: new Map() };
    if (zones.size >= mostZones) zones.clear();
    zones.set(name, zone);
    return zone;
  } catch {
    return undefined;
  }
}

export const isZone = (name: string): boolean => zoneOf(name) !== undefined;

/** `1/1/2026, GMT+02:00`, `GMT-00:25:21`, `GMT`. */
const offsetPattern = /GMT(?:([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?)?$/;

function offsetAt({ format }: Zone, time: number): number {
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = offsetPattern.exec(format.format(time)) ?? [];
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === "-" ? -size : size;
}

/** Looks once a day: no zone ever changed its clocks twice within one. */
function stretchesOf(zone: Zone, year: number): readonly Stretch[] {
  const known = zone.years.get(year);
  if (known) return known;
  const begin = startOf(year) - 2 * day;
  const end = startOf(year + 1);
  const stretches: Stretch[] = [];
  let from = begin;
  let offset = offsetAt(zone, begin);
  let jump = 0;
  for (let looked = begin; looked < end; ) {
    const next = Math.min(looked + day, end);
    const offsetThen = offsetAt(zone, next);
    if (offsetThen !== offset) {
      const at = changeBetween(zone, looked, next);
      if (at < end) {
        stretches.push({ from, to: at, offset, jump });
        from = at;
        jump = offsetThen - offset;
        offset = offsetThen;
      }
    }
    looked = next;
  }
  stretches.push({ from, to: end, offset, jump });
  if (zone.years.size >= mostYears) zone.years.clear();
  zone.years.set(year, stretches);
  return stretches;
}

/** Not `Date.UTC`, which takes the years 0 to 99 for those of the last century. */
const startOf = (year: number): number => new Date(0).setUTCFullYear(year, 0, 1);

/** Clocks are changed at whole seconds. */
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
 * The stretch that `time` is in. A long one comes in pieces, a year each; the later pieces jump by 0, but a `jump` within
 * two days before `time` is always told.
 * @throws RangeError for a zone that nobody knows, or a time that no date has
 */
export function stretchAt(name: string, time: number): Stretch {
  const zone = zoneOf(name);
  if (zone === undefined) throw new RangeError(`there is no time zone ${name.slice(0, maxNameLength)}`);
  if (!isTime(time)) throw new RangeError(`${time} is no time`);
  const stretches = stretchesOf(zone, new Date(time).getUTCFullYear());
  return stretches.findLast(({ from }) => from <= time)!;
}

export const isTime = (time: number): boolean => Math.abs(time) <= maxTime;

/**
 * When a zone's clocks show a date and time, given as if it were UTC. One that is shown twice: the first time. One that is
 * not shown, because the clocks are put forward over it: as long after the jump as it would have been without, which is what
 * RFC 5545 and Temporal ("compatible") say.
 */
export function instantOf(name: string, local: number): number {
  const { offset: before } = stretchAt(name, local - day);
  const { offset: after } = stretchAt(name, local + day);
  const shows = (time: number): boolean => time + stretchAt(name, time).offset === local;
  return !shows(local - before) && shows(local - after) ? local - after : local - before;
}
