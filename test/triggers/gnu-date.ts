import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { nextTime } from "../../src/triggers/definition/schedule.ts";
import { quietUntil } from "../../src/triggers/fire/quiet-hours.ts";

/** Uses GNU `date` with the system's copy of the IANA database as an independent oracle. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const date = (zone: string, input: string, format: string): string =>
  execFileSync("date", ["-f", "-", `+${format}`], {
    input,
    env: { ...process.env, TZ: zone, LC_ALL: "C" },
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });

/** Returns why it is unavailable on this machine. */
export function unavailableReason(): string | undefined {
  try {
    if (!execFileSync("date", ["--version"], { encoding: "utf8" }).includes("GNU coreutils")) return "no GNU date";
  } catch {
    return "no GNU date";
  }
  return existsSync("/usr/share/zoneinfo/Europe/Warsaw") ? undefined : "no tzdata in /usr/share/zoneinfo";
}

/** From when on clocks stand how far ahead of UTC, in ms. */
interface Change {
  readonly at: number;
  readonly offset: number;
}

/** Lists the changes of a zone's clocks in some years; the first of `changes` is not a change. */
export interface Listing {
  readonly zone: string;
  readonly start: number;
  readonly end: number;
  readonly changes: readonly Change[];
}

const instant = (time: number): string => `@${time / 1000}\n`;

/** Asks for every six hours, and then for every minute of those in which clocks are changed. @param from, @param to years */
export function list(zone: string, from: number, to: number): Listing {
  const start = Date.UTC(from);
  const end = Date.UTC(to);
  const ask = (times: readonly number[]): Change[] => {
    const lines = date(zone, times.map(instant).join(""), "%::z").split("\n");
    return times.map((at, index) => ({ at, offset: offsetOf(lines[index]!) }));
  };
  const isChange = ({ offset }: Change, index: number, all: readonly Change[]): boolean =>
    offset !== all[index - 1]?.offset;
  const count = (end - start + 4 * day) / (6 * hour);
  const roughly = ask(Array.from({ length: count }, (_, index) => start - 2 * day + index * 6 * hour)).filter(isChange);
  const [first, ...later] = roughly;
  const near = later.flatMap(({ at }) => Array.from({ length: 361 }, (_, index) => at - (360 - index) * minute));
  return { zone, start, end, changes: [first!, ...ask(near)].filter(isChange) };
}

/** `+03:30:00` */
function offsetOf(text: string): number {
  const [hours, minutes, seconds] = text.slice(1).split(":").map(Number);
  const size = hours! * hour + minutes! * minute + seconds! * 1000;
  return text.startsWith("-") ? -size : size;
}

const shownAt = ({ changes }: Listing, time: number): number => time + changes.findLast(({ at }) => at <= time)!.offset;

/** When clocks show this, in order: not at all, once, twice. */
const instantsOf = ({ changes }: Listing, local: number): number[] =>
  changes.flatMap(({ at, offset }, index) => {
    const time = local - offset;
    return at <= time && time < (changes[index + 1]?.at ?? Number.POSITIVE_INFINITY) ? [time] : [];
  });

/** Days on which Node's copy of the database says something else: then one of the two is out of date. */
export function disagreements(listing: Listing): string[] {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: listing.zone, dateStyle: "short", timeStyle: "short" });
  const days: string[] = [];
  for (let time = listing.start; time < listing.end; time += day) {
    const shown = new Date(shownAt(listing, time)).toISOString().slice(0, 16).replace("T", " ");
    if (format.format(time) !== shown) days.push(`${listing.zone} ${shown}`);
  }
  return days;
}

/** A schedule as cron has it, and as a loop over days does. */
interface Example {
  readonly cron: string;
  readonly days: (date: Date) => boolean;
  /** Minutes of the day. */
  readonly times: readonly number[];
  readonly hourly?: boolean;
  readonly seconds?: number;
}

const everyDay = () => true;
const at = (hours: readonly number[], minutes: readonly number[]): number[] =>
  hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));
const hours = [...Array(24).keys()];
const isSunday = (date: Date) => date.getUTCDay() === 0;
const isLastOfMonth = (date: Date) => new Date(date.getTime() + day).getUTCDate() === 1;

const examples: readonly Example[] = [
  { cron: "30 2 * * *", days: everyDay, times: at([2], [30]) },
  { cron: "0 0 * * *", days: everyDay, times: at([0], [0]) },
  { cron: "20 45 1 * * *", days: everyDay, times: at([1], [45]), seconds: 20 },
  { cron: "0 9 * * 1-5", days: (date) => date.getUTCDay() % 6 !== 0, times: at([9], [0]) },
  { cron: "*/15 0-3 * * SUN", days: isSunday, times: at([0, 1, 2, 3], [0, 15, 30, 45]) },
  { cron: "0 */2 * * 7", days: isSunday, times: at(hours, [0]).filter((time) => time % 120 === 0) },
  {
    cron: "30 * * 3,4,9-11 0",
    days: (date) => isSunday(date) && [2, 3, 8, 9, 10].includes(date.getUTCMonth()),
    times: at(hours, [30]),
    hourly: true,
  },
  {
    cron: "*/15 * 30 12 *",
    days: (date) => date.getUTCDate() === 30 && date.getUTCMonth() === 11,
    times: at(hours, [0, 15, 30, 45]),
    hourly: true,
  },
  { cron: "0 9 13 * FRI", days: (date) => date.getUTCDate() === 13 || date.getUTCDay() === 5, times: at([9], [0]) },
  { cron: "0 9 13 * +FRI", days: (date) => date.getUTCDate() === 13 && date.getUTCDay() === 5, times: at([9], [0]) },
  { cron: "15 3 L * *", days: isLastOfMonth, times: at([3], [15]) },
  {
    cron: "0 2 * 3 SUN#L",
    days: (date) => isSunday(date) && date.getUTCMonth() === 2 && date.getUTCDate() > 24,
    times: at([2], [0]),
  },
  {
    cron: "45 23 1,15 */3 *",
    days: (date) => [1, 15].includes(date.getUTCDate()) && date.getUTCMonth() % 3 === 0,
    times: at([23], [45]),
  },
  { cron: "0 0 29 2 *", days: (date) => date.getUTCDate() === 29 && date.getUTCMonth() === 1, times: at([0], [0]) },
  { cron: "0 9 30 12 *", days: (date) => date.getUTCDate() === 30 && date.getUTCMonth() === 11, times: at([9], [0]) },
];

/** When an example comes within a listing, and what clocks show then: the time it names, or another if they never show that. */
function comes(listing: Listing, { days, times, hourly, seconds = 0 }: Example): Map<number, number | undefined> {
  const named: number[] = [];
  for (let midnight = listing.start - 2 * day; midnight < listing.end + 2 * day; midnight += day) {
    if (days(new Date(midnight))) for (const time of times) named.push(midnight + time * minute + seconds * 1000);
  }
  const found = named.flatMap((local): (readonly [number, number | undefined])[] => {
    const instants = instantsOf(listing, local);
    if (hourly) return instants.map((time) => [time, local]);
    if (instants.length > 0) return [[instants[0]!, local]];
    // It would have come a day after the same time of the day before.
    return [[instantsOf(listing, local - day)[0]! + day, undefined]];
  });
  const within = found.filter(([time]) => time >= listing.start && time < listing.end);
  // What comes for a time that is not shown may come for one that is, too.
  return new Map(within.sort(([a, one], [b]) => a - b || (one === undefined ? -1 : 1)));
}

const text = (time: number): string => (Number.isNaN(time) ? "none" : new Date(time).toISOString());

/** For each schedule that comes at another time than it should, the first of them. */
export function wrongSchedules(listing: Listing): { wrong: string[]; compared: number } {
  const { zone, start, end } = listing;
  const wrong: string[] = [];
  let compared = 0;
  const all: { readonly cron: string; readonly time: number; readonly local: number | undefined }[] = [];
  for (const example of examples) {
    const { cron } = example;
    const expected = comes(listing, example);
    for (const [time, local] of expected) all.push({ cron, time, local });
    const on = { schedule: cron, zone, audience: "everyone" };
    let before = start - 1;
    for (const desired of [...expected.keys(), Number.NaN]) {
      const next = nextTime(on, before, 0)!;
      compared += 1;
      if (next !== desired && !(Number.isNaN(desired) && next >= end)) {
        wrong.push(`${zone}: ${cron} comes at ${text(next)}, not at ${text(desired)}`);
        break;
      }
      before = next;
    }
  }
  // There and back: what `date` says clocks show at these times.
  const lines = date(zone, all.map(({ time }) => instant(time)).join(""), "%FT%TZ").split("\n");
  all.forEach(({ cron, local }, index) => {
    if (local !== undefined && Date.parse(lines[index]!) !== local)
      wrong.push(`${zone}: ${cron} comes at ${lines[index]}`);
  });
  return { wrong, compared };
}

/** Quiet hours, in minutes of the day. */
const windows = [
  [22 * 60, 7 * 60],
  [2 * 60 + 15, 3 * 60 + 30],
  [23 * 60 + 45, 30],
  [9 * 60, 8 * 60 + 45],
] as const;
const timeOfDay = (minutes: number): string => text(minutes * minute).slice(11, 16);

/**
 * Quiet hours that do not end with the first minute outside of them: looks at every quarter of an hour, a day and a half around
 * changes of the clocks and around one day in a hundred.
 */
export function wrongQuiet(listing: Listing): { wrong: string[]; compared: number } {
  const { zone, start, end, changes } = listing;
  const places = changes.slice(1).map(({ at }) => at);
  for (let time = start; time < end; time += 100 * day) places.push(time);
  const wrong: string[] = [];
  let compared = 0;
  for (const place of places) {
    const minutes = Array.from({ length: 72 * 60 }, (_, index) => place + index * minute - 36 * hour);
    const shown = minutes.map((time) => (shownAt(listing, time) % day) / minute);
    for (const [from, to] of windows) {
      const isQuiet = (time: number): boolean => (from < to ? from <= time && time < to : from <= time || time < to);
      const quiet = { from: timeOfDay(from), to: timeOfDay(to) };
      let until = Number.NaN;
      for (let index = minutes.length - 1; index >= 0; index--) {
        const now = minutes[index]!;
        if (!isQuiet(shown[index]!)) until = now;
        if (Number.isNaN(until) || index % 15 !== 0) continue;
        const given = quietUntil(quiet, zone, now) ?? now;
        compared += 1;
        if (given !== until) {
          wrong.push(
            `${zone}: ${quiet.from} to ${quiet.to} at ${text(now)} ends at ${text(given)}, not at ${text(until)}`,
          );
        }
      }
    }
  }
  return { wrong, compared };
}
