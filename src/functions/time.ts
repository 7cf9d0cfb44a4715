/** Implements Go's `time.Time`, `time.Duration`, `time.Month` and `time.Weekday` with the methods that templates call. */
import {
  type Civil,
  civil,
  daysOf,
  define,
  type GoType,
  goType,
  SizedInt,
  Time,
  utc,
  type Zone,
} from "../template/index.ts";
import { formatDuration, hour, microsecond, millisecond, minute, second } from "./duration.ts";
import { formatTime, months, weekdays } from "./layout.ts";
import { inZone } from "./parse-time.ts";

/** Is a time whose methods templates can call: `{{ now.Year }}`, `{{ (now.Add 5).Format "15:04" }}`. */
export class GoTime extends Time {
  get [goType](): GoType<GoTime> {
    return timeType;
  }
}

export const goTime = ({ seconds, nanos, zone }: Time, inside: Zone = zone): GoTime =>
  new GoTime(seconds, nanos, inside);

/** Go's zero time: the first second of the year 1. */
export const zeroTime = new GoTime(-62_135_596_800, 0, utc);

export class Duration extends SizedInt {
  /** @param nanos wrapped to 64 bits, as Go's arithmetic does */
  constructor(nanos: bigint) {
    super("int64", BigInt.asIntN(64, nanos));
  }
  get [goType](): GoType<Duration> {
    return durationType;
  }
}

class Named extends SizedInt {
  readonly #type: GoType<Named>;
  constructor(type: GoType<Named>, value: number) {
    super("int64", value);
    this.#type = type;
  }
  get [goType](): GoType<Named> {
    return this.#type;
  }
}

const nameText = (names: readonly string[], first: number) => (one: Named) => names[Number(one.value) - first] ?? "";

const monthType: GoType<Named> = {
  name: "time.Month",
  text: nameText(months, 1),
  methods: { String: (month) => define({ params: [] }, () => nameText(months, 1)(month)) },
};
const weekdayType: GoType<Named> = {
  name: "time.Weekday",
  text: nameText(weekdays, 0),
  methods: { String: (day) => define({ params: [] }, () => nameText(weekdays, 0)(day)) },
};

const durationText = (d: Duration): string => formatDuration(d.value);

const inUnits = (unit: bigint) => (d: Duration) =>
  define({ params: [], returns: "float64" }, () => Number(d.value / unit) + Number(d.value % unit) / Number(unit));

const wholeUnits = (unit: bigint) => (d: Duration) => define({ params: [], returns: "int64" }, () => d.value / unit);

const durationType: GoType<Duration> = {
  name: "time.Duration",
  text: durationText,
  methods: {
    Abs: (d) => define({ params: [] }, () => new Duration(d.value < 0n ? -d.value : d.value)),
    Hours: inUnits(hour),
    Microseconds: wholeUnits(microsecond),
    Milliseconds: wholeUnits(millisecond),
    Minutes: inUnits(minute),
    Nanoseconds: wholeUnits(1n),
    Round: (d) => define({ params: ["duration"] }, (unit: bigint) => new Duration(roundDuration(d.value, unit))),
    Seconds: inUnits(second),
    String: (d) => define({ params: [] }, () => durationText(d)),
    Truncate: (d) =>
      define(
        { params: ["duration"] },
        (unit: bigint) => new Duration(unit <= 0n ? d.value : d.value - (d.value % unit)),
      ),
  },
};

/** `Duration.Round`: to the nearest multiple, halves away from zero. */
export function roundDuration(nanos: bigint, unit: bigint): bigint {
  if (unit <= 0n) return nanos;
  const size = nanos < 0n ? -nanos : nanos;
  const rounded = size - (size % unit) + ((size % unit) * 2n < unit ? 0n : unit);
  const maxInt64 = 2n ** 63n - 1n;
  const bounded = rounded > maxInt64 ? maxInt64 : rounded;
  return nanos < 0n ? -bounded : bounded;
}

/** Returns nanoseconds since 1970. */
const nanosSince1970 = ({ seconds, nanos }: Time): bigint => BigInt(seconds) * second + BigInt(nanos);

/** `Time.Add`. */
export function addDuration(time: Time, nanos: bigint): GoTime {
  const sum = nanosSince1970(time) + nanos;
  const rest = ((sum % second) + second) % second;
  return new GoTime(Number((sum - rest) / second), Number(rest), time.zone);
}

/** `Time.Sub`: the nearest there is, where the difference does not fit. */
export function subtract(time: Time, other: Time): bigint {
  const difference = nanosSince1970(time) - nanosSince1970(other);
  const maxInt64 = 2n ** 63n - 1n;
  return difference > maxInt64 ? maxInt64 : difference < -maxInt64 - 1n ? -maxInt64 - 1n : difference;
}

const shown = ({ seconds, zone }: Time): Civil => civil(seconds + zone.at(seconds).offset);

function addDate(time: Time, years: number, more: number, days: number): GoTime {
  const { year, month, day, hour: h, minute: m, second: s } = shown(time);
  const clock = daysOf(year + years, month + more, 1) + day - 1 + days;
  return goTime(inZone(clock * 86_400 + h * 3600 + m * 60 + s, time.nanos, time.zone));
}

/** Makes a method that returns a part of the date or clock, in the zone of the time. */
const part = (of: (civil: Civil) => number) => (t: GoTime) =>
  define({ params: [], returns: "int" }, () => of(shown(t)));

const compared = (test: (difference: bigint) => boolean) => (t: GoTime) =>
  define({ params: ["time"] }, (other: Time) => test(nanosSince1970(t) - nanosSince1970(other)));

const since1970 = (unit: bigint) => (t: GoTime) =>
  define({ params: [], returns: "int64" }, () => {
    const nanos = nanosSince1970(t);
    return BigInt.asIntN(64, (nanos - (((nanos % unit) + unit) % unit)) / unit);
  });

const timeType: GoType<GoTime> = {
  name: "time.Time",
  methods: {
    Add: (t) => define({ params: ["duration"] }, (nanos: bigint) => addDuration(t, nanos)),
    AddDate: (t) =>
      define({ params: ["int", "int", "int"] }, (years, more, days) =>
        addDate(t, Number(years), Number(more), Number(days)),
      ),
    After: compared((difference) => difference > 0n),
    Before: compared((difference) => difference < 0n),
    Compare: (t) =>
      define({ params: ["time"], returns: "int" }, (other: Time) =>
        Math.sign(t.seconds - other.seconds || t.nanos - other.nanos),
      ),
    Day: part(({ day }) => day),
    Equal: compared((difference) => difference === 0n),
    Format: (t) =>
      define({ params: ["string"], context: true }, (context, layout: string) => {
        context.grow(layout.length * 4);
        return formatTime(t, layout);
      }),
    Hour: part((c) => c.hour),
    IsZero: (t) => define({ params: [] }, () => t.seconds === zeroTime.seconds && t.nanos === 0),
    Minute: part((c) => c.minute),
    Month: (t) => define({ params: [] }, () => new Named(monthType, shown(t).month)),
    Nanosecond: (t) => define({ params: [], returns: "int" }, () => t.nanos),
    Second: part((c) => c.second),
    String: (t) => define({ params: [] }, () => formatTime(t, "2006-01-02 15:04:05.999999999 -0700 MST")),
    Sub: (t) => define({ params: ["time"] }, (other: Time) => new Duration(subtract(t, other))),
    UTC: (t) => define({ params: [] }, () => goTime(t, utc)),
    Unix: since1970(second),
    UnixMicro: since1970(microsecond),
    UnixMilli: since1970(millisecond),
    UnixNano: since1970(1n),
    Weekday: (t) => define({ params: [] }, () => new Named(weekdayType, shown(t).weekday)),
    Year: part(({ year }) => year),
    YearDay: part(({ yearDay }) => yearDay),
  },
};
