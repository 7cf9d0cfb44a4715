import type { Context } from "../../template/index.ts";
import { RenderCache } from "../render-cache.ts";

/** Holds the formatting options of one call: the arguments between the name and the value, in any order. */
export interface Wishes {
  readonly locale: string;
  readonly timeZone: string;
  /** Digits after the decimal point. */
  readonly digits: number | undefined;
  /** One of the words that the function offers. */
  readonly word: string | undefined;
}

/**
 * Sorts the arguments: a whole number is the number of digits, one of `words` is that word, text with a slash (or `UTC`) is a
 * time zone, any other text a locale. Missing ones come from the render.
 */
export function wishesOf(context: Context, given: readonly unknown[], words: readonly string[] = []): Wishes {
  let { locale, timeZone } = context;
  let digits: number | undefined;
  let word: string | undefined;
  for (const wish of given) {
    if (typeof wish === "number" && Number.isInteger(wish) && wish >= 0 && wish <= 20) digits = wish;
    else if (typeof wish !== "string")
      throw new Error(`${typeof wish === "number" ? wish : "this"} is no way to format; give ${offer(words)}`);
    else if (words.includes(wish)) word = wish;
    else if (wish === "UTC" || wish.includes("/")) timeZone = zoneNamed(context, wish);
    else
      locale = checked(wish, isLocale, "locale", words.length > 0 ? `en-GB, and none of ${words.join(", ")}` : "en-GB");
  }
  return { locale, timeZone, digits, word };
}

const offer = (words: readonly string[]): string =>
  [...words, "a locale, a time zone or a number of digits"].join(", ");

function checked(wish: string, test: (wish: string) => unknown, what: string, example: string): string {
  try {
    if (wish.length <= maxNameLength) {
      test(wish);
      return wish;
    }
  } catch {} // reported below, in plain words
  throw new Error(`${JSON.stringify(wish.slice(0, 50))} is no ${what} such as ${example}`);
}

/** Limits names; no zone or locale has a longer one. */
const maxNameLength = 200;

function zoneNamed(context: Context, name: string): string {
  if (name.length <= maxNameLength) context.prepare(`zone ${name}`, toMake);
  const make = () => new Intl.DateTimeFormat("en", { timeZone: name });
  return checked(name, () => formatters.get(`zone ${name}`, make), "time zone", "Europe/Warsaw");
}

const isLocale = (locale: string): unknown => Intl.getCanonicalLocales(locale);

const formatters = new RenderCache<unknown>();

/** Steps for making a formatter, which takes some hundred times as long as using it. */
const toMake = 1000;

/**
 * Returns a cached formatter, and charges for it.
 * @param key what tells the formatter from others of its `kind`
 */
export function formatter<T>(context: Context, kind: string, key: string, make: () => T): T {
  const name = `${kind} ${key}`;
  context.prepare(name, toMake);
  return formatters.get(name, make) as T;
}

/** Adds a fallback, so that an unknown locale does not become that of the process. */
export const locales = (locale: string): string[] => [locale, "en-US"];

/** Reads a number as `Intl` takes it, also from text of digits, because many interfaces send prices as text. */
export function numeric(value: unknown): number | bigint {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (
    typeof value === "string" &&
    value.length <= 100 &&
    /^\s*[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/.test(value)
  ) {
    return Number(value);
  }
  if (value === null || value === undefined) throw new Error("there is no number; the value is missing");
  throw new Error(
    typeof value === "string" ? `${JSON.stringify(value.slice(0, 50))} is no number` : "the value is no number",
  );
}
