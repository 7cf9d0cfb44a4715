import { trimTrailingZeros } from "../../../grammar/index.ts";
import { Time } from "../value.ts";

/** Shows Go's `time.Time` as package fmt does. */

const secondsBefore1970 = 62_135_596_800n;

/** Holds what a calendar and a clock show in the zone of a time. `yearDay` counts from 1, `weekday` from Sunday, 0. */
export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
  readonly yearDay: number;
}

/** Converts days since 1970 to the proleptic Gregorian calendar, for any year. */
function civilDay(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468; // from 1 March of the year 0, so that leap days come last
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Converts a calendar day, whose month and day may be out of range, to days since 1970. */
export function daysOf(year: number, month: number, day: number): number {
  const months = year * 12 + month - 1;
  const y = Math.floor(months / 12);
  const m = months - y * 12 + 1;
  const shifted = m <= 2 ? y - 1 : y;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (m > 2 ? m - 3 : m + 9) + 2) / 5);
  const ofEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear;
  return era * 146_097 + ofEra - 719_468 + day - 1;
}

/** Splits a time into its calendar and clock fields. @param seconds since 1970, with the offset of the zone added */
export function civil(seconds: number): Civil {
  const days = Math.floor(seconds / 86_400);
  const ofDay = seconds - days * 86_400;
  const date = civilDay(days);
  return {
    ...date,
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysOf(date.year, 1, 1) + 1,
  };
}

/** Formats as `Time.String`: `2026-11-23 18:23:49.123 +0000 UTC`. */
export function timeString(value: Date | Time): string {
  const t = Time.of(value);
  const { offset, abbreviation } = t.zone.at(t.seconds);
  const { year, month, day, hour, minute, second } = civil(t.seconds + offset);
  const date = `${year < 0 ? "-" : ""}${digits(Math.abs(year), 4)}-${digits(month)}-${digits(day)}`;
  const fraction = t.nanos === 0 ? "" : `.${trimTrailingZeros(digits(t.nanos, 9))}`;
  const clock = `${digits(hour)}:${digits(minute)}:${digits(second)}${fraction}`;
  const numeric = offsetText(offset);
  return `${date} ${clock} ${numeric} ${abbreviation === "" ? numeric : abbreviation}`;
}

/** Formats an offset as `-0700`, without its seconds. */
export function offsetText(offset: number, separator = ""): string {
  const minutes = Math.trunc(offset / 60);
  const sign = minutes < 0 ? "-" : "+";
  return `${sign}${digits(Math.floor(Math.abs(minutes) / 60))}${separator}${digits(Math.abs(minutes) % 60)}`;
}

export const digits = (n: number, width = 2): string => String(n).padStart(width, "0");

/** Formats as `Time.GoString`, for `%#v`. */
export function timeGoString(value: Date | Time): string {
  const t = Time.of(value);
  const { name } = t.zone;
  const c = civil(t.seconds + t.zone.at(t.seconds).offset);
  const clock = `${c.hour}, ${c.minute}, ${c.second}, ${t.nanos}`;
  const place = name === "UTC" || name === "Local" ? `time.${name}` : `time.Location(${JSON.stringify(name)})`;
  return `time.Date(${c.year}, time.${months[c.month - 1]}, ${c.day}, ${clock}, ${place})`;
}

export const months = "January,February,March,April,May,June,July,August,September,October,November,December".split(
  ",",
);

/** Returns the fields of the struct, which verbs without text (`%d`) print: nanoseconds, and seconds since the year 1. */
export function timeFields(value: Date | Time): { readonly wall: number; readonly ext: bigint } {
  const t = Time.of(value);
  return { wall: t.nanos, ext: BigInt(t.seconds) + secondsBefore1970 };
}
