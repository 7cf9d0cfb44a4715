import {
  type Context,
  define,
  type FunctionSet,
  kindOf,
  SizedInt,
  Time,
  typeName,
  utc,
  type Zone,
} from "../../template/index.ts";
import { formatDuration, parseDuration, second } from "../duration.ts";
import { formatTime } from "../layout.ts";
import { parseTime, TimeParseError } from "../parse-time.ts";
import { addDuration, goTime, roundDuration, subtract, zeroTime } from "../time.ts";
import { loadZone, localZone, UnknownZone } from "../zone.ts";
import { parsed, toInt } from "./cast.ts";

/**
 * Formats and computes dates by Go's layouts. "Local" is the option `timeZone`, and the current time comes from the option
 * `clock`.
 */

const local = ({ timeZone }: Context): Zone => localZone(timeZone);

const now = (context: Context): Time => goTime(Time.of(context.clock(), local(context)));

/** Reads a time, or seconds since 1970 as an int or int64; `undefined` for anything else. */
function timeOf(value: unknown, context: Context): Time | undefined {
  if (value instanceof Date || value instanceof Time) return Time.of(value);
  if (kindOf(value, context.numbers) !== "int") return undefined;
  const type = typeName(value, context.numbers);
  if (type !== "int" && type !== "int64" && type !== "int32") return undefined;
  return new Time(Number(toInt(value, context)), 0, local(context));
}

/** Returns a zone; an unknown one is UTC. */
function zoneOf(name: string, context: Context): Zone {
  if (name === "Local") return local(context);
  try {
    return loadZone(name, context);
  } catch (error) {
    if (error instanceof UnknownZone) return utc;
    throw error;
  }
}

function dateIn(context: Context, layout: string, date: unknown, zone: string): string {
  const time = timeOf(date, context) ?? now(context);
  context.grow(layout.length * 4);
  context.spend(layout.length >> 1);
  return formatTime(goTime(time, zoneOf(zone, context)), layout);
}

const dateInZone = define({ params: ["string", "any", "string"], context: true, nonDeterministic: true }, dateIn);

const dateModify = define({ params: ["string", "time"], context: true }, (context, duration: string, date: Time) => {
  context.spend(duration.length >> 1);
  let nanos: bigint;
  try {
    nanos = parseDuration(duration);
  } catch {
    return goTime(date);
  }
  return addDuration(date, nanos);
});

const mustDateModify = define({ params: ["string", "time"], context: true }, (context, duration, date: Time) => {
  context.spend(duration.length >> 1);
  return addDuration(date, parseDuration(duration));
});

/** Reads seconds, as text or an int64; no other value is a duration here. */
function durationOf(value: unknown, context: Context): bigint {
  const seconds =
    typeof value === "string" ? parsedSeconds(value) : isInt64(value, context) ? toInt(value, context) : 0n;
  return BigInt.asIntN(64, seconds * second);
}

/** Reads seconds; a value out of range is the nearest int64, which Go's `ParseInt` returns beside its error. */
function parsedSeconds(text: string): bigint {
  const value = parsed(text, 10);
  if (value !== undefined) return value;
  if (!/^[+-]?[0-9]+$/.test(text)) return 0n;
  return text.startsWith("-") ? -(2n ** 63n) : 2n ** 63n - 1n;
}

const isInt64 = (value: unknown, { numbers }: Context): boolean =>
  value instanceof SizedInt && typeName(value, numbers) === "int64";

const spans: readonly (readonly [seconds: bigint, name: string])[] = [
  [365n * 86_400n, "y"],
  [30n * 86_400n, "mo"],
  [86_400n, "d"],
  [3600n, "h"],
  [60n, "m"],
  [1n, "s"],
];

function roundedDuration(context: Context, value: unknown): string {
  let nanos = 0n;
  if (typeof value === "string") {
    context.spend(value.length >> 1);
    try {
      nanos = parseDuration(value);
    } catch {
      nanos = 0n;
    }
  } else if (value instanceof Date || value instanceof Time) nanos = subtract(now(context), Time.of(value));
  else if (isInt64(value, context)) nanos = toInt(value, context);
  const size = nanos < 0n ? -nanos : nanos;
  const span = spans.find(([seconds]) => size > seconds * second);
  return span ? `${size / (span[0] * second)}${span[1]}` : "0s";
}

const toDate = (context: Context, layout: string, text: string): Time => {
  context.spend(layout.length + (text.length >> 1));
  return goTime(parseTime(layout, text, local(context)));
};

export const dates = {
  /** `ago DATE`: the time since DATE, to the second. `{{ ago (toDate "2006-01-02" "2024-05-06") }}` → `7h8m9s` */
  ago: define({ params: ["any"], context: true, nonDeterministic: true }, (context, date) => {
    const time = timeOf(date, context) ?? now(context);
    return formatDuration(roundDuration(subtract(now(context), time), second));
  }),
  /** `date LAYOUT DATE`: DATE, or seconds since 1970, as text. `{{ date "Mon, 2 Jan 2006" 1714979289 }}` → `Mon, 6 May 2024` */
  date: define({ params: ["string", "any"], context: true, nonDeterministic: true }, (context, layout, date) =>
    dateIn(context, layout, date, "Local"),
  ),
  /** `dateInZone LAYOUT DATE ZONE`: the same as date, in the time zone ZONE. `{{ dateInZone "15:04 MST" 1714979289 "Europe/Warsaw" }}` → `09:08 CEST` */
  dateInZone,
  /** `dateModify DURATION DATE`: DATE plus DURATION. `{{ now | dateModify "-1.5h" | date "15:04" }}` → `05:38` */
  dateModify,
  /** `date_in_zone LAYOUT DATE ZONE`: the same as dateInZone. `{{ date_in_zone "15:04 MST" 0 "Asia/Tokyo" }}` → `09:00 JST` */
  date_in_zone: dateInZone,
  /** `date_modify DURATION DATE`: the same as dateModify. `{{ now | date_modify "24h" | date "02" }}` → `07` */
  date_modify: dateModify,
  /** `duration SECONDS`: SECONDS as a duration in Go's notation. `{{ duration "95" }}` → `1m35s` */
  duration: define({ params: ["any"], context: true }, (context, value) => formatDuration(durationOf(value, context))),
  /** `durationRound DURATION`: the largest unit of DURATION; a date stands for the time since then. `{{ durationRound "2h10m5s" }}` → `2h` */
  durationRound: define({ params: ["any"], context: true, nonDeterministic: true }, roundedDuration),
  /** `htmlDate DATE`: DATE as an HTML date field expects it. `{{ now | htmlDate }}` → `2024-05-06` */
  htmlDate: define({ params: ["any"], context: true, nonDeterministic: true }, (context, date) =>
    dateIn(context, "2006-01-02", date, "Local"),
  ),
  /** `htmlDateInZone DATE ZONE`: the same as htmlDate, in the time zone ZONE. `{{ htmlDateInZone now "Asia/Tokyo" }}` → `2024-05-06` */
  htmlDateInZone: define({ params: ["any", "string"], context: true, nonDeterministic: true }, (context, date, zone) =>
    dateIn(context, "2006-01-02", date, zone),
  ),
  /**
   * `mustDateModify DURATION DATE`: the same as dateModify, but an invalid duration is an error. `{{ now | mustDateModify "x"
   * }}` → `error: time: invalid duration "x"`
   */
  mustDateModify,
  /**
   * `mustToDate LAYOUT TEXT`: the same as toDate, but text that does not match LAYOUT is an error. `{{ mustToDate "2006" "24"
   * }}` → `error: parsing time "24" as "2006": cannot parse "24" as "2006"`
   */
  mustToDate: define({ params: ["string", "string"], context: true }, toDate),
  /** `must_date_modify DURATION DATE`: the same as mustDateModify. `{{ now | must_date_modify "1m" | date "15:04" }}` → `07:09` */
  must_date_modify: mustDateModify,
  /** `now`: the current time. Its methods are Go's: `Format`, `Year`, `Add` and so on. `{{ now }}` → `2024-05-06 07:08:09 +0000 UTC` */
  now: define({ params: [], context: true, nonDeterministic: true }, now),
  /**
   * `toDate LAYOUT TEXT`: the time that TEXT gives, the year 1 if it does not match LAYOUT. `{{ toDate "2006-01-02"
   * "2024-05-06" }}` → `2024-05-06 00:00:00 +0000 UTC`
   */
  toDate: define({ params: ["string", "string"], context: true }, (context, layout, text) => {
    try {
      return toDate(context, layout, text);
    } catch (error) {
      if (error instanceof TimeParseError) return zeroTime;
      throw error;
    }
  }),
  /** `unixEpoch DATE`: seconds since 1970, as text. `{{ now | unixEpoch }}` → `1714979289` */
  unixEpoch: define({ params: ["time"] }, (date: Time) => String(date.seconds)),
} satisfies FunctionSet;
