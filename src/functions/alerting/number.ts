import { type Context, define } from "../../template/index.ts";
import { formatter, locales, numeric, type Wishes, wishesOf } from "./intl.ts";

type Options = Intl.NumberFormatOptions;

/** Makes a function whose last argument is a number and whose others are formatting options. */
function numberFunction(optionsOf: (wishes: Wishes) => Options, words: readonly string[] = []) {
  return define(
    { params: ["plain"], variadic: true, returns: "string", context: true },
    (context: Context, ...args: unknown[]) => {
      const { wishes, value } = taken(context, args, words);
      return format(context, wishes.locale, optionsOf(wishes), numeric(value));
    },
  );
}

export function taken(context: Context, args: readonly unknown[], words: readonly string[] = []) {
  if (args.length === 0) throw new Error("there is nothing to format; the value comes last");
  return { wishes: wishesOf(context, args.slice(0, -1), words), value: args.at(-1) };
}

export function format(context: Context, locale: string, options: Options, value: number | bigint): string {
  context.spend(10);
  const numbers = formatter(
    context,
    "number",
    `${locale} ${JSON.stringify(options)}`,
    () => new Intl.NumberFormat(locales(locale), options),
  );
  return numbers.format(value);
}

const fixed = (digits: number | undefined): Options =>
  digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };

export const formatNumber = numberFunction(({ digits }) => fixed(digits));

export const formatPercent = numberFunction(({ digits }) => ({ style: "percent", ...fixed(digits) }));

export const formatCurrency = define(
  { params: ["string", "plain"], variadic: true, returns: "string", context: true },
  (context: Context, currency: string, ...args: unknown[]) => {
    if (!/^[A-Za-z]{3}$/.test(currency)) {
      throw new Error(`${JSON.stringify(currency.slice(0, 50))} is no currency; give its three letters, such as EUR`);
    }
    const { wishes, value } = taken(context, args);
    return format(context, wishes.locale, { style: "currency", currency, ...fixed(wishes.digits) }, numeric(value));
  },
);

export const humanizeCount = numberFunction(({ digits }) => ({
  notation: "compact",
  maximumFractionDigits: digits ?? 1,
}));

const byteUnits = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;

export const humanizeBytes = define(
  { params: ["plain"], variadic: true, returns: "string", context: true },
  (context: Context, ...args: unknown[]) => {
    const { wishes, value } = taken(context, args);
    let size = Number(numeric(value));
    let unit = 0;
    for (; Math.abs(size) >= 999.95 && unit < byteUnits.length - 1; unit++) size /= 1000;
    const options: Options = {
      style: "unit",
      unit: byteUnits[unit]!,
      unitDisplay: unit === 0 ? "long" : "short",
      maximumFractionDigits: wishes.digits ?? 1,
    };
    return format(context, wishes.locale, options, size);
  },
);

/** Signs of ordinals in languages without letters for them: a point, or one sign for all. */
const ordinalSigns: Readonly<Record<string, string>> = {
  nl: "e",
  es: ".º",
  it: "º",
  pt: "º",
};
const pointed = new Set("bs cs da de et fi hr hu is lv nb nn no pl sk sl sr tr".split(" "));
const english: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd", other: "th" };

export const ordinal = define(
  { params: ["plain"], variadic: true, returns: "string", context: true },
  (context: Context, ...args: unknown[]) => {
    const { wishes, value } = taken(context, args);
    const number = numeric(value);
    if (typeof number === "number" && !Number.isInteger(number)) throw new Error(`${number} is no whole number`);
    const [language = ""] = wishes.locale.split("-");
    const text = format(context, wishes.locale, {}, number);
    if (language === "en") return text + english[category(context, wishes.locale, Number(number), "ordinal")];
    if (language === "fr") return `${text}${number === 1 ? "er" : "e"}`;
    return text + (pointed.has(language) ? "." : (ordinalSigns[language] ?? ""));
  },
);

export function category(
  context: Context,
  locale: string,
  count: number,
  type: "cardinal" | "ordinal",
): Intl.LDMLPluralRule {
  return formatter(
    context,
    "plural",
    `${locale} ${type}`,
    () => new Intl.PluralRules(locales(locale), { type }),
  ).select(count);
}
