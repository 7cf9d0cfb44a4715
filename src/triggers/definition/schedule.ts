import { Cron, CronPattern } from "croner";
import { BoundedCache } from "../../base/bounded-cache.ts";
import { day } from "../../base/duration.ts";
import { instantOf, isTime, isZone, stretchAt } from "../../base/zone.ts";
import type { TriggerDefinition } from "./definition.ts";

/** Describes a schedule: cron, a date, an interval. */
export type ScheduledOn = Extract<TriggerDefinition["on"], { schedule: string } | { at: string } | { every: number }>;

/** Limits how often an interval fires, in ms. */
const minInterval = 60_000;

/**
 * Returns when a trigger runs next: the first time after `after`, all in ms since 1970; undefined if never again.
 *
 * A schedule that names its hours runs once for each time it names. If clocks are put forward over such a time, it runs
 * later by the length of the jump (02:30 at 03:30); if clocks are put back and the time occurs twice, it runs the first
 * time. A schedule of every hour (`0 * * * *`) runs whenever clocks show one of its minutes: twice in an hour that occurs
 * twice.
 * @param activatedAt start of intervals; the first one ends `every` after it
 * @throws Error as `checkSchedule` does
 */
export function nextTime(on: ScheduledOn, after: number, activatedAt: number): number | undefined {
  if (!isTime(after)) throw new RangeError(`${after} is no time`);
  if ("schedule" in on) return nextOfCron(cronOf(on.schedule), zoneOf(on), after);
  if ("at" in on) return ifAfter(timeOf(on.at, zoneOf(on)), after);
  const interval = checkInterval(on.every);
  const next = Math.max(after - ((after - activatedAt) % interval), activatedAt) + interval;
  return isTime(next) ? next : undefined;
}

/** Checks a schedule. @throws Error with the problem and what to write instead */
export function checkSchedule(on: ScheduledOn): void {
  if ("schedule" in on) {
    zoneOf(on);
    const { nextWallTime } = cronOf(on.schedule);
    if (nextWallTime(Date.UTC(2000, 0, 1)) === undefined) {
      throw new Error(`the schedule ${JSON.stringify(on.schedule)} never comes: no year has such a day`);
    }
  } else if ("at" in on) timeOf(on.at, zoneOf(on));
  else checkInterval(on.every);
}

function checkInterval(every: number): number {
  if (every >= minInterval && isTime(every)) return every;
  throw new Error(
    every < minInterval ? "an interval is at least a minute: every: 1m" : "an interval ends before the calendar does",
  );
}

function zoneOf({ zone = "UTC" }: { zone?: string | undefined }): string {
  if (isZone(zone)) return zone;
  throw new Error(
    `there is no time zone ${JSON.stringify(zone.slice(0, 80))}: its name is an IANA one such as Europe/Warsaw`,
  );
}

const ifAfter = (time: number, after: number): number | undefined => (time > after ? time : undefined);

/** Matches `2026-03-29T09:00`, with or without seconds, with or without an offset. */
const dateAndTime =
  /^(\d{4})-(\d\d)-(\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/i;

function timeOf(text: string, zone: string): number {
  const [, year, month, dayOfMonth, hour, minute, second = "0", fraction = "0", offset] = dateAndTime.exec(text) ?? [];
  const local = new Date(0);
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(dayOfMonth));
  if (local.getUTCMonth() !== Number(month) - 1) {
    throw new Error(
      `${JSON.stringify(text.slice(0, 80))} is no date and time: they are written 2026-03-29T09:00, for another zone than the trigger's 2026-03-29T09:00+02:00`,
    );
  }
  local.setUTCHours(Number(hour), Number(minute), Number(second), Math.floor(Number(`0.${fraction}`) * 1000));
  if (offset === undefined) return instantOf(zone, local.getTime());
  const [, sign, hours = "0", minutes = "0"] = /([+-])(\d\d):(\d\d)/.exec(offset) ?? [];
  const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return local.getTime() - (sign === "-" ? -ahead : ahead);
}

interface Schedule {
  /** Comes in every hour, which makes it a schedule of real time. */
  readonly hourly: boolean;
  /** Returns the first date and time after another that the schedule names; both as if they were UTC. */
  nextWallTime(after: number): number | undefined;
}

const schedules = new BoundedCache<string, Schedule>(500);
const maxScheduleLength = 500;

/**
 * Parses cron with croner, which decides which dates and times a schedule names, but not when clocks show them: croner
 * leaves out what it takes for an interval where clocks are put forward (every 15 minutes of hour 2), runs that twice
 * where they are put back, and loops where a whole day is missing.
 */
const cronOf = (text: string): Schedule => schedules.get(text, readCron);

function readCron(text: string): Schedule {
  const wrong = (why: string): Error =>
    new Error(
      `${JSON.stringify(text.slice(0, 80))} ${why}; a cron schedule has five fields (minute, hour, day of month, month, day of week), or six with seconds before them, as in 0 9 * * 1-5`,
    );
  if (text.length > maxScheduleLength) throw wrong(`is longer than ${maxScheduleLength} characters`);
  // Croner takes nicknames and dates, too.
  const fields = text.trim().split(/\s+/).length;
  if (fields < 5 || fields > 6) throw wrong(`has ${fields} ${fields === 1 ? "field" : "fields"}`);
  let schedule: Schedule;
  try {
    const { hour } = new CronPattern(text, undefined, { mode: "5-or-6-parts" });
    const cron = new Cron(text, { utcOffset: 0, mode: "5-or-6-parts", paused: true });
    schedule = {
      hourly: hour.every(Boolean),
      nextWallTime: (after) => cron.nextRun(new Date(Math.floor(after / 1000) * 1000))?.getTime(),
    };
  } catch (error) {
    const problem = (error as Error).message.replace("CronPattern: ", "").replace(/\.$/, "");
    throw wrong(`is not a cron schedule: ${problem}`);
  }
  return schedule;
}

function nextOfCron({ hourly, nextWallTime }: Schedule, zone: string, after: number): number | undefined {
  let start = after;
  for (let place = after; isTime(place); start = place - 1) {
    const { from, to, offset, jump } = stretchAt(zone, place);
    const nextShown = (since: number, ahead: number): number =>
      (nextWallTime(since + ahead) ?? Number.POSITIVE_INFINITY) - ahead;
    // Clocks that were put back repeat times, for as long as they were put back: skip these.
    let next = nextShown(hourly || jump >= 0 ? start : Math.max(start, from - jump - 1), offset);
    // If clocks were put forward, the skipped times run when they would have without the jump.
    if (!hourly && start < from + jump) {
      const late = nextShown(start, offset - jump);
      if (late < from + jump) next = Math.min(next, late);
    }
    if (next < to) return next;
    // There is nothing to run until two days before `next`, unless clocks are put back soon and repeat the times of
    // the start.
    place = to - start < 2 * day ? to : Math.max(to, next - 2 * day);
  }
  return undefined;
}
