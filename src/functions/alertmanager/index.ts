/**
 * Functions of Prometheus Alertmanager's notification templates, for the data that `alertmanagerData` makes of a payload.
 * Its templates are executed with `missingKey: "zero"`.
 */
import { canBackquote, quote } from "../../../grammar/index.ts";
import { Content, type Context, define, type FunctionSet, Time } from "../../template/index.ts";
import { humanizeDuration, toFloat } from "../humanize.ts";
import { formatTime } from "../layout.ts";
import { compileRegexp } from "../regexp.ts";
import { lower, upper } from "../sprig/case.ts";
import { trimSpace } from "../sprig/text.ts";
import { stringList } from "../sprig/value.ts";
import { Duration, goTime, subtract } from "../time.ts";
import { loadZone } from "../zone.ts";
import { titleCase } from "./text.ts";

export { alertmanagerData } from "./data.ts";

/** A function of a text, paid for by its length. */
const ofText = (fn: (text: string) => string) =>
  define({ params: ["string"], returns: "string", context: true }, (context: Context, text: string) => {
    context.grow(text.length);
    context.spend(text.length >> 2);
    return fn(text);
  });

export const alertmanager = {
  toUpper: ofText(upper),
  toLower: ofText(lower),
  title: ofText(titleCase),
  trimSpace: ofText(trimSpace),
  join: define(
    { params: ["string", "strings"], returns: "string", context: true },
    (context: Context, separator: string, list: readonly string[]) => {
      context.spend(list.length);
      context.grow(list.reduce((sum, text) => sum + text.length + separator.length, 0));
      return list.join(separator);
    },
  ),
  match: define(
    { params: ["string", "string"], returns: "bool", context: true },
    (context: Context, pattern: string, text: string) => compileRegexp(pattern, context).matches(text),
  ),
  reReplaceAll: define(
    { params: ["string", "string", "string"], returns: "string", context: true },
    (context: Context, pattern: string, replacement: string, text: string) =>
      mustCompile(pattern, context).replaceAll(text, replacement),
  ),
  safeHtml: define({ params: ["string"] }, (text: string) => new Content("HTML", text)),
  stringSlice: define({ params: ["string"], variadic: true }, (...all: string[]) => stringList(all)),
  date: define(
    { params: ["string", "time"], returns: "string", context: true },
    (context: Context, layout: string, time: Time) => {
      context.grow(layout.length * 4);
      return formatTime(time, layout);
    },
  ),
  tz: define({ params: ["string", "time"], context: true }, (context: Context, zone: string, time: Time) =>
    goTime(time, loadZone(zone === "Local" ? context.timeZone : zone)),
  ),
  since: define(
    { params: ["time"], context: true },
    (context: Context, time: Time) => new Duration(subtract(Time.of(context.clock()), time)),
  ),
  humanizeDuration: define({ params: ["any"], returns: "string", context: true }, (context: Context, value: unknown) =>
    humanizeDuration(toFloat(value, context.numbers)),
  ),
} satisfies FunctionSet;

/** `regexp.MustCompile`, whose panic is what the error says. */
function mustCompile(pattern: string, context: Context) {
  try {
    return compileRegexp(pattern, context);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("error parsing regexp")) throw error;
    throw new Error(`regexp: Compile(${canBackquote(pattern) ? `\`${pattern}\`` : quote(pattern)}): ${error.message}`);
  }
}
