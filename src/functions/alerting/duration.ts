import { type Context, define } from "../../template/index.ts";
import { humanizeDuration as humanize, toFloat } from "../humanize.ts";
import { formatter, locales } from "./intl.ts";
import { format, taken } from "./number.ts";

export const humanizeDuration = define(
  { params: ["any"], returns: "string", context: true },
  (context: Context, value: unknown) => humanize(toFloat(value, context.numbers)),
);

const units = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

export const formatDuration = define(
  { params: ["any"], variadic: true, returns: "string", context: true },
  (context: Context, ...args: unknown[]) => {
    const { wishes, value } = taken(context, args, ["long", "short", "narrow"]);
    const seconds = toFloat(value, context.numbers);
    if (!Number.isFinite(seconds)) throw new Error(`${seconds} seconds are no duration`);
    const style = (wishes.word ?? "long") as "long" | "short" | "narrow";
    let rest = Math.trunc(Math.abs(seconds));
    const texts: string[] = [];
    for (const [unit, size] of units) {
      const count = Math.floor(rest / size);
      rest -= count * size;
      const wanted = texts.length > 0 ? count > 0 : count > 0 || unit === "second";
      if (wanted) texts.push(format(context, wishes.locale, { style: "unit", unit, unitDisplay: style }, count));
      else if (texts.length > 0) break;
      if (texts.length === 2) break;
    }
    const make = () => new Intl.ListFormat(locales(wishes.locale), { type: "unit", style });
    return (seconds <= -1 ? "-" : "") + formatter(context, "units", `${wishes.locale} ${style}`, make).format(texts);
  },
);
