/** A `Date` as Go's `time.Time` in UTC. An invalid one is taken for Go's zero time. */

const secondsBefore1970 = 62_135_596_800n;
const zeroTime = Number(secondsBefore1970) * -1000;

function valid(date: Date): Date {
  return Number.isNaN(date.getTime()) ? new Date(zeroTime) : date;
}

/** `Time.String`: `2026-11-23 18:23:49.123 +0000 UTC`. */
export function timeString(date: Date): string {
  const t = valid(date);
  const year = t.getUTCFullYear();
  const day = `${year < 0 ? "-" : ""}${digits(Math.abs(year), 4)}-${digits(t.getUTCMonth() + 1)}-${digits(t.getUTCDate())}`;
  const clock = `${digits(t.getUTCHours())}:${digits(t.getUTCMinutes())}:${digits(t.getUTCSeconds())}`;
  const ms = t.getUTCMilliseconds();
  return `${day} ${clock}${ms === 0 ? "" : `.${digits(ms, 3).replace(/0+$/, "")}`} +0000 UTC`;
}

const digits = (n: number, width = 2): string => String(n).padStart(width, "0");

/** `Time.GoString`, what `%#v` prints. */
export function timeGoString(date: Date): string {
  const t = valid(date);
  const month = months[t.getUTCMonth()];
  const clock = `${t.getUTCHours()}, ${t.getUTCMinutes()}, ${t.getUTCSeconds()}, ${t.getUTCMilliseconds() * 1_000_000}`;
  return `time.Date(${t.getUTCFullYear()}, time.${month}, ${t.getUTCDate()}, ${clock}, time.UTC)`;
}

const months = "January,February,March,April,May,June,July,August,September,October,November,December".split(",");

/** The struct's fields, which verbs that know no text (`%d`) print: nanoseconds, and seconds since the year 1. */
export function timeFields(date: Date): { readonly wall: number; readonly ext: bigint } {
  const ms = valid(date).getTime();
  const seconds = Math.floor(ms / 1000);
  return { wall: (ms - seconds * 1000) * 1_000_000, ext: BigInt(seconds) + secondsBefore1970 };
}
