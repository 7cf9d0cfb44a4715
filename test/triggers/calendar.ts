import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** A calendar that nobody here wrote: GNU `date` with the system's copy of the IANA database. */

export const quarter = 15 * 60_000;
export const day = 86_400_000;

const date = (zone: string, input: string, format: string): string =>
  execFileSync("date", ["-f", "-", `+${format}`], {
    input,
    env: { ...process.env, TZ: zone, LC_ALL: "C" },
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });

/** Why there is none on this machine. */
export function missing(): string | undefined {
  try {
    if (!execFileSync("date", ["--version"], { encoding: "utf8" }).includes("GNU coreutils")) return "no GNU date";
  } catch {
    return "no GNU date";
  }
  return existsSync("/usr/share/zoneinfo/Europe/Warsaw") ? undefined : "no tzdata in /usr/share/zoneinfo";
}

/** What clocks show at every quarter of an hour; times in ms, those shown as if they were UTC. */
export interface Listing {
  readonly start: number;
  readonly end: number;
  readonly shown: readonly number[];
  /** By the quarter in which clocks are changed: what they show at each of its minutes. */
  readonly minutes: ReadonlyMap<number, readonly number[]>;
}

/** @param from, @param to years */
export function list(zone: string, from: number, to: number): Listing {
  const start = Date.UTC(from);
  const end = Date.UTC(to);
  const ask = (times: readonly number[]): number[] => {
    const lines = date(zone, times.map((time) => `@${time / 1000}\n`).join(""), "%FT%RZ").split("\n");
    return times.map((_, index) => Date.parse(lines[index]!));
  };
  const shown = ask(Array.from({ length: (end - start) / quarter }, (_, index) => start + index * quarter));
  const changing = shown.flatMap((local, index) =>
    (shown[index + 1] ?? local + quarter) - local === quarter ? [] : [index],
  );
  const minutes = changing.map((index) => {
    const asked = Array.from({ length: 15 }, (_, minute) => start + index * quarter + minute * 60_000);
    return [index, ask(asked)] as const;
  });
  return { start, end, shown, minutes: new Map(minutes) };
}

/** Days on which Node's copy of the database says something else: then one of the two is out of date. */
export function disagreements(zone: string, { start, shown }: Listing): string[] {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  const days: string[] = [];
  for (let at = 48; at < shown.length; at += 96) {
    const text = new Date(shown[at]!).toISOString().slice(0, 16).replace("T", " ");
    if (format.format(start + at * quarter) !== text) days.push(`${zone} ${text}`);
  }
  return days;
}

/** A schedule as cron has it, and as a loop over days does. */
export interface Example {
  readonly cron: string;
  readonly days: (date: Date) => boolean;
  /** Minutes of the day, on the quarter. */
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

export const examples: readonly Example[] = [
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

/** When examples come within a listing, by what `date` says alone. */
export function comes({ start, end, shown }: Listing): (example: Example) => number[] {
  const first = new Map<number, number>();
  shown.forEach((local, index) => {
    if (!first.has(local)) first.set(local, start + index * quarter);
  });
  return ({ days, times, hourly, seconds = 0 }) => {
    const named: number[] = [];
    for (let date = start - day; date < end + day; date += day) {
      if (days(new Date(date))) for (const time of times) named.push(date + time * 60_000);
    }
    if (hourly) {
      const wanted = new Set(named);
      return shown.flatMap((local, index) => (wanted.has(local) ? [start + index * quarter] : []));
    }
    // What is not shown would have come a day after the same time of the day before.
    const instants = named.flatMap((local) => {
      const instant = first.get(local) ?? (first.get(local - day) ?? Number.NaN) + day;
      return instant >= start && instant < end ? [instant + seconds * 1000] : [];
    });
    return [...new Set(instants)].sort((a, b) => a - b);
  };
}
