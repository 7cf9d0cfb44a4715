import { type Context, define, Time } from "../../template/index.ts";
import { formatter, locales, type Wishes } from "./intl.ts";
import { taken } from "./number.ts";

/** Holds a point in time, or a calendar date and clock time that are the same in every zone. */
interface ParsedDate {
  readonly date: Date;
  readonly floating: boolean;
}

const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)? ?(Z|[+-]\d{2}:?\d{2})?$/i;

/** Reads a date. @throws Error that says what would have been a date */
function parseDate(value: unknown): ParsedDate {
  if (value instanceof Date || value instanceof Time) {
    const { seconds, nanos } = Time.of(value);
    return { date: inRange(seconds * 1000 + Math.floor(nanos / 1e6), value), floating: false };
  }
  if (typeof value === "number" || typeof value === "bigint") {
    const number = Number(value);
    return { date: inRange(Math.abs(number) >= 1e11 ? number : number * 1000, value), floating: false };
  }
  const found = typeof value === "string" && value.length <= 50 ? iso.exec(value.trim()) : null;
  if (!found) {
    if (value === null || value === undefined) throw new Error("there is no date; the value is missing");
    throw new Error(`${shown(value)} is no date; write 2026-11-24, 2026-11-24T18:30:00Z or seconds since 1970`);
  }
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone] = found;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Math.floor(Number(`0.${fraction}`) * 1000);
  const utc = new Date(0);
  utc.setUTCFullYear(y, mo - 1, d);
  utc.setUTCHours(h, mi, s, ms);
  const there = utc.getUTCMonth() === mo - 1 && utc.getUTCDate() === d && h < 24 && mi < 60 && s < 60;
  if (!there) throw new Error(`${shown(value)} is no date: there is no such day or time`);
  return { date: new Date(utc.getTime() - offsetOf(zone)), floating: zone === undefined };
}

const shown = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value.slice(0, 50)) : "the value";

function inRange(ms: number, value: unknown): Date {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) throw new Error(`${String(value).slice(0, 50)} is no date: it is too far away`);
  return date;
}

/** Returns the offset of a zone in milliseconds east of UTC. */
function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone.length === 1) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}

const styles = ["short", "medium", "long", "full"];

type Style = "short" | "medium" | "long" | "full";

function dateFunction(optionsOf: (style: Style | undefined) => Intl.DateTimeFormatOptions) {
  return define(
    { params: ["plain"], variadic: true, returns: "string", context: true },
    (context: Context, ...args: unknown[]) => {
      const { wishes, value } = taken(context, args, styles);
      const { date, floating } = parseDate(value);
      return dates(
        context,
        wishes,
        floating ? "UTC" : wishes.timeZone,
        optionsOf(wishes.word as Style | undefined),
      ).format(date);
    },
  );
}

function dates(context: Context, { locale }: Wishes, timeZone: string, options: Intl.DateTimeFormatOptions) {
  context.spend(10);
  const key = `${locale} ${timeZone} ${JSON.stringify(options)}`;
  return formatter(context, "date", key, () => new Intl.DateTimeFormat(locales(locale), { ...options, timeZone }));
}

export const formatDate = dateFunction((style = "medium") => ({ dateStyle: style }));

export const formatTime = dateFunction((style = "short") => ({ timeStyle: style }));

export const formatDateTime = dateFunction((style = "medium") => ({
  dateStyle: style,
  timeStyle: style === "medium" ? "short" : style,
}));

const units: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

export const formatRelative = define(
  { params: ["plain"], variadic: true, returns: "string", context: true, nonDeterministic: true },
  (context: Context, ...args: unknown[]) => {
    const { wishes, value } = taken(context, args, ["long", "short", "narrow"]);
    context.spend(10);
    const seconds = Math.trunc((parseDate(value).date.getTime() - context.clock().getTime()) / 1000);
    const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
    const style = (wishes.word ?? "long") as Intl.RelativeTimeFormatStyle;
    const key = `${wishes.locale} ${style} ${seconds === 0}`;
    const make = () =>
      new Intl.RelativeTimeFormat(locales(wishes.locale), { numeric: seconds === 0 ? "auto" : "always", style });
    return formatter(context, "relative", key, make).format(Math.trunc(seconds / size), unit);
  },
);
