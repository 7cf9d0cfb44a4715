import { daysOf, Time, utc, type Zone } from "../template/index.ts";
import { quoteTime } from "./duration.ts";
import { months, nextElement, type Piece, weekdays } from "./layout.ts";
import { fixedZone, offsetOfAbbreviation } from "./zone.ts";

/** Collects the parts read so far; -1 marks a part that was not read. */
interface Read {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  half: "AM" | "PM" | undefined;
  zone: Zone | undefined;
  offset: number | undefined;
  abbreviation: string;
}

/** Reports a number that is out of its range: `month`, `hour`, … */
class OutOfRange {
  readonly what: string;
  readonly rest: string;
  constructor(what: string, rest: string) {
    this.what = what;
    this.rest = rest;
  }
}

/** Refuses a text that does not fit its layout, in Go's words. */
export class TimeParseError extends Error {}

/**
 * Parses as `time.ParseInLocation`.
 * @param zone the zone of a value without one, in which offsets and abbreviations are looked up
 * @throws TimeParseError with Go's words
 */
export function parseTime(layout: string, value: string, zone: Zone): Time {
  const failed = (element: string, at: string): TimeParseError =>
    new TimeParseError(`parsing time ${quoteTime(value)} as ${quoteTime(layout)}: cannot parse ${quoteTime(at)} as ${quoteTime(element)}`); // biome-ignore format: one text
  const impossible = (what: string): TimeParseError => new TimeParseError(`parsing time ${quoteTime(value)}: ${what}`);
  const read: Read = {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanos: 0,
    half: undefined,
    zone: undefined,
    offset: undefined,
    abbreviation: "",
  };
  let rest = value;
  for (let left = layout; ; ) {
    const next = nextElement(left);
    const skipped = skip(rest, next.prefix);
    if (typeof skipped === "object") throw failed(next.prefix, skipped.at);
    rest = skipped;
    if (!next.piece) {
      if (rest !== "") throw impossible(`extra text: ${quoteTime(rest)}`);
      break;
    }
    left = next.rest;
    const got = readElement(next.piece, rest, left, read);
    if (got instanceof OutOfRange) throw impossible(`${got.what} out of range`);
    if (got === undefined) throw failed(next.piece.text, rest);
    rest = got;
  }
  if (read.half === "PM" && read.hour < 12) read.hour += 12;
  else if (read.half === "AM" && read.hour === 12) read.hour = 0;
  const wrong = settleDay(read);
  if (wrong) throw impossible(wrong);
  return placed(read, zone);
}

/** Skips layout text; any number of spaces matches any number of spaces. */
function skip(value: string, prefix: string): string | { readonly at: string } {
  let v = 0;
  for (let p = 0; p < prefix.length; ) {
    if (prefix[p] === " ") {
      if (v < value.length && value[v] !== " ") return { at: value.slice(v) };
      while (prefix[p] === " ") p++;
      while (value[v] === " ") v++;
      continue;
    }
    if (value[v] !== prefix[p]) return { at: value.slice(v) };
    p++;
    v++;
  }
  return value.slice(v);
}

/** Reads an element and returns the rest of the value; `undefined` if it does not fit. */
function readElement(
  { element, text }: Piece,
  value: string,
  left: string,
  read: Read,
): string | OutOfRange | undefined {
  const number = (pattern: RegExp, set: (n: number) => void, what?: string, min = 0, max = 99) => {
    const digits = pattern.exec(value)?.[0];
    if (digits === undefined) return undefined;
    const n = Number(digits);
    set(n);
    const rest = value.slice(digits.length);
    return what !== undefined && (n < min || n > max) ? new OutOfRange(what, rest) : rest;
  };
  const oneOf = (names: readonly string[], length: number, set: (index: number) => void) => {
    const at = names.findIndex((name) => value.slice(0, length || name.length).toLowerCase() === name.slice(0, length || undefined).toLowerCase()); // biome-ignore format: one test
    if (at < 0) return undefined;
    set(at);
    return value.slice(length || names[at]!.length);
  };
  switch (element) {
    case "06":
      return number(/^[0-9]{2}/, (n) => {
        read.year = n >= 69 ? n + 1900 : n + 2000;
      });
    case "2006":
    case "_2006":
      return number(/^[0-9]{4}/, (n) => {
        read.year = n;
      });
    case "Jan":
      return oneOf(months, 3, (i) => {
        read.month = i + 1;
      });
    case "January":
      return oneOf(months, 0, (i) => {
        read.month = i + 1;
      });
    case "Mon":
      return oneOf(weekdays, 3, () => {});
    case "Monday":
      return oneOf(weekdays, 0, () => {});
    case "1":
    case "01":
      return number(element === "1" ? upToTwo : two, (n) => { read.month = n; }, "month", 1, 12); // biome-ignore format: one line
    case "2":
    case "02":
    case "_2": {
      const spaced = element === "_2" && value.startsWith(" ") ? value.slice(1) : value;
      const digits = (element === "02" ? two : upToTwo).exec(spaced)?.[0];
      if (digits === undefined) return undefined;
      read.day = Number(digits);
      return spaced.slice(digits.length);
    }
    case "__2":
    case "002": {
      const spaced = element === "__2" ? value.replace(/^ {1,2}/, "") : value;
      const digits = (element === "002" ? /^[0-9]{3}/ : /^[0-9]{1,3}/).exec(spaced)?.[0];
      if (digits === undefined) return undefined;
      read.yearDay = Number(digits);
      return spaced.slice(digits.length);
    }
    case "15":
      return number(upToTwo, (n) => { read.hour = n; }, "hour", 0, 23); // biome-ignore format: one line
    case "3":
    case "03":
      return number(element === "3" ? upToTwo : two, (n) => { read.hour = n; }, "hour", 0, 12); // biome-ignore format: one line
    case "4":
    case "04":
      return number(element === "4" ? upToTwo : two, (n) => { read.minute = n; }, "minute", 0, 59); // biome-ignore format: one line
    case "5":
    case "05": {
      const rest = number(element === "5" ? upToTwo : two, (n) => { read.second = n; }, "second", 0, 59); // biome-ignore format: one line
      return typeof rest === "string" ? readUnaskedFraction(rest, left, read) : rest;
    }
    case "PM":
    case "pm": {
      const half = value.slice(0, 2);
      const [morning, evening] = element === "PM" ? ["AM", "PM"] : ["am", "pm"];
      if (half !== morning && half !== evening) return undefined;
      read.half = half === evening ? "PM" : "AM";
      return value.slice(2);
    }
    case "MST":
      return readAbbreviation(value, read);
    case "fraction0": {
      const digits = value.slice(0, text.length);
      if (!/^[.,][0-9]+$/.test(digits) || digits.length < text.length) return undefined;
      read.nanos = nanosOf(digits);
      return value.slice(text.length);
    }
    case "fraction9": {
      const digits = /^[.,][0-9]+/.exec(value)?.[0] ?? "";
      if (digits !== "") read.nanos = nanosOf(digits);
      return value.slice(digits.length);
    }
    default:
      return readOffset(element, value, read);
  }
}

const two = /^[0-9]{2}/;
const upToTwo = /^[0-9]{1,2}/;

const nanosOf = (fraction: string): number => Number(fraction.slice(1, 10).padEnd(9, "0"));

/** Reads a fraction after the seconds, even if the layout has none. */
function readUnaskedFraction(value: string, left: string, read: Read): string {
  const fraction = /^[.,][0-9]+/.exec(value)?.[0];
  if (fraction === undefined || nextElement(left).piece?.element.startsWith("fraction")) return value;
  read.nanos = nanosOf(fraction);
  return value.slice(fraction.length);
}

const offsetForms: Readonly<Record<string, RegExp>> = {
  "07": /^(.)(..)/,
  "0700": /^(.)(..)(..)/,
  "07:00": /^(.)(..):(..)/,
  "070000": /^(.)(..)(..)(..)/,
  "07:00:00": /^(.)(..):(..):(..)/,
};

function readOffset(element: string, value: string, read: Read): string | OutOfRange | undefined {
  if (element.startsWith("Z") && value.startsWith("Z")) {
    read.zone = utc;
    return value.slice(1);
  }
  const found = offsetForms[element.slice(1)]?.exec(value);
  if (!found) return undefined;
  const [all, sign, ...parts] = found;
  const rest = value.slice(all.length);
  // The first part that is not a number ends the reading; the parts before it count.
  const bad = parts.findIndex((part) => !two.test(part));
  const [hours = 0, minutes = 0, seconds = 0] = (bad < 0 ? parts : parts.slice(0, bad)).map(Number);
  if (hours > 24) return new OutOfRange("time zone offset hour", rest);
  if (minutes > 60) return new OutOfRange("time zone offset minute", rest);
  if (seconds > 60) return new OutOfRange("time zone offset second", rest);
  if (bad >= 0 || (sign !== "+" && sign !== "-")) return undefined;
  read.offset = ((hours * 60 + minutes) * 60 + seconds) * (sign === "-" ? -1 : 1);
  return rest;
}

/**
 * Reads abbreviations that are not only capitals: `GMT` with hours or without, and hours alone, of any number of digits but at
 * most 23.
 */
function specialAbbreviation(value: string): string | undefined {
  if (/^(?:Ch|Me)ST/.test(value)) return value.slice(0, 4);
  const start = value.startsWith("GMT") ? 3 : 0;
  const hours = /^[+-]([0-9]+)/.exec(value.slice(start));
  const end = start + (hours && Number(hours[1]) <= 23 ? hours[0].length : 0);
  return end > 0 ? value.slice(0, end) : undefined;
}

function readAbbreviation(value: string, read: Read): string | undefined {
  if (value.startsWith("UTC")) {
    read.zone = utc;
    return value.slice(3);
  }
  const special = specialAbbreviation(value);
  const letters = /^[A-Z]{0,6}/.exec(value)![0];
  const fits =
    letters.length === 3 || (letters.length === 4 && (letters[3] === "T" || letters === "WITA")) || (letters.length === 5 && letters[4] === "T"); // biome-ignore format: one test
  const name = special ?? (fits ? letters : undefined);
  if (name === undefined) return undefined;
  read.abbreviation = name;
  return value.slice(name.length);
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Sets the day from the day of the year or of the month, and checks it. Returns the message if it is invalid. */
function settleDay(read: Read): string | undefined {
  if (read.yearDay >= 0) {
    if (read.yearDay < 1 || read.yearDay > (isLeap(read.year) ? 366 : 365)) return "day-of-year out of range";
    let month = 1;
    let day = read.yearDay;
    for (let length = daysIn(month, read.year); day > length; length = daysIn(month, read.year)) {
      day -= length;
      month++;
    }
    if (read.month >= 0 && read.month !== month) return "day-of-year does not match month";
    if (read.day >= 0 && read.day !== day) return "day-of-year does not match day";
    read.month = month;
    read.day = day;
  }
  if (read.month < 0) read.month = 1;
  if (read.day < 0) read.day = 1;
  return read.day < 1 || read.day > daysIn(read.month, read.year) ? "day out of range" : undefined;
}

const daysIn = (month: number, year: number): number => daysOf(year, month + 1, 1) - daysOf(year, month, 1);

function placed(read: Read, local: Zone): Time {
  const seconds = daysOf(read.year, read.month, read.day) * 86_400 + read.hour * 3600 + read.minute * 60 + read.second;
  const { nanos, offset, abbreviation: name } = read;
  if (read.zone) return new Time(seconds, nanos, read.zone);
  if (offset !== undefined && offset !== -1) {
    const known = local.at(seconds - offset);
    const same = known.offset === offset && (name === "" || known.abbreviation === name);
    return new Time(seconds - offset, nanos, same ? local : fixedZone(name, offset));
  }
  if (name !== "") {
    const known = offsetOfAbbreviation(local, name, seconds);
    if (known !== undefined) return new Time(seconds - known, nanos, local);
    const hours = name.startsWith("GMT") ? Number(name.slice(3)) : 0;
    return new Time(seconds, nanos, fixedZone(name, hours * 3600));
  }
  return inZone(seconds, nanos, local);
}

/** Converts a clock time in a zone to a time. A clock time that occurs twice or never is decided as Go's `Date` does. */
export function inZone(seconds: number, nanos: number, zone: Zone): Time {
  const { offset } = zone.at(seconds);
  if (offset === 0) return new Time(seconds, nanos, zone);
  return new Time(seconds - zone.at(seconds - offset).offset, nanos, zone);
}
