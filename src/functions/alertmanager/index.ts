/**
 * Holds the functions of Prometheus Alertmanager's notification templates. In: checked arguments, and data that
 * `alertmanagerData` made. Out: a value. Such templates run with `missingKey: "zero"`.
 */
import { canBackquote, quote } from "../../../grammar/index.ts";
import { Content, type Context, define, type FunctionSet, Time } from "../../template/index.ts";
import { humanizeDuration, toFloat } from "../humanize.ts";
import { formatTime } from "../layout.ts";
import { compileRegexp, RegexpError } from "../regexp.ts";
import { lower, upper } from "../sprig/case.ts";
import { encodeJson } from "../sprig/json-encode.ts";
import { trimSpace } from "../sprig/text.ts";
import { queryUnescape } from "../sprig/url.ts";
import { stringList } from "../sprig/value.ts";
import { Duration, goTime, subtract } from "../time.ts";
import { loadZone } from "../zone.ts";
import { grafana } from "./grafana.ts";
import { titleCase } from "./text.ts";

/** Makes a function of one text, which is paid for by its length. */
const ofText = (fn: (text: string) => string) =>
  define({ params: ["string"], returns: "string", context: true }, (context: Context, text: string) => {
    context.grow(text.length);
    context.spend(text.length >> 2);
    return fn(text);
  });

export const alertmanager = {
  /** `toUpper TEXT`: TEXT in upper case. `{{ toUpper "żółw" }}` → `ŻÓŁW` */
  toUpper: ofText(upper),
  /** `toLower TEXT`: TEXT in lower case. `{{ toLower "ŻÓŁW" }}` → `żółw` */
  toLower: ofText(lower),
  /** `title TEXT`: TEXT with the first letter of each word in upper case and the others in lower case. `{{ title "HIGH error rate" }}` → `High Error Rate` */
  title: ofText(titleCase),
  /** `trimSpace TEXT`: TEXT without white space at either end. `{{ trimSpace "  a b " }}` → `a b` */
  trimSpace: ofText(trimSpace),
  /** `join SEPARATOR STRINGS`: the STRINGS, a `[]string`, with SEPARATOR between them. `{{ stringSlice "a" "b" | join ", " }}` → `a, b` */
  join: define(
    { params: ["string", "strings"], returns: "string", context: true },
    (context: Context, separator: string, list: readonly string[]) => {
      context.spend(list.length);
      context.grow(list.reduce((sum, text) => sum + text.length + separator.length, 0));
      return list.join(separator);
    },
  ),
  /** `match PATTERN TEXT`: whether the regular expression (RE2) matches in TEXT. `{{ match "^prod-" "prod-eu" }}` → `true` */
  match: define(
    { params: ["string", "string"], returns: "bool", context: true },
    (context: Context, pattern: string, text: string) => compileRegexp(pattern, context).matches(text),
  ),
  /**
   * `reReplaceAll PATTERN REPLACEMENT TEXT`: TEXT with each match replaced; `$1` and `${name}` stand for groups. `{{
   * reReplaceAll "localhost:(.*)" "example.com:$1" "localhost:8080" }}` → `example.com:8080`
   */
  reReplaceAll: define(
    { params: ["string", "string", "string"], returns: "string", context: true },
    (context: Context, pattern: string, replacement: string, text: string) =>
      mustCompile(pattern, context).replaceAll(text, replacement),
  ),
  /** `safeHtml TEXT`: TEXT as HTML that is not escaped; only for text that you trust. `{{ safeHtml "<b>x</b>" }}` → `<b>x</b>` */
  safeHtml: define({ params: ["string"] }, (text: string) => new Content("HTML", text)),
  /** `safeUrl TEXT`: TEXT as a URL of any scheme that is not escaped. `{{ safeUrl "tel:112" }}` → `tel:112` */
  safeUrl: define({ params: ["string"] }, (text: string) => new Content("URL", text)),
  /** `urlUnescape TEXT`: TEXT with `%20` and `+` decoded as in a query. `{{ urlUnescape "a%20b+c" }}` → `a b c` */
  urlUnescape: ofText(queryUnescape),
  /** `toJson VALUE`: VALUE as JSON that is safe inside HTML. `{{ toJson .GroupLabels }}` → `{"alertname":"HighErrorRate","cluster":"eu-1"}` */
  toJson: define({ params: ["any"], returns: "string", context: true }, (context: Context, value: unknown) =>
    encodeJson(context, value, { indent: "", html: true }),
  ),
  /** `stringSlice TEXT...`: the texts as a `[]string`. `{{ stringSlice "a" "b" }}` → `[a b]` */
  stringSlice: define({ params: ["string"], variadic: true }, (...all: string[]) => stringList(all)),
  /** `date LAYOUT TIME`: TIME in one of Go's layouts. `{{ date "2006-01-02 15:04 MST" (index .Alerts 0).StartsAt }}` → `2026-11-24 17:03 UTC` */
  date: define(
    { params: ["string", "time"], returns: "string", context: true },
    (context: Context, layout: string, time: Time) => {
      context.grow(layout.length * 4);
      context.spend(layout.length >> 1);
      return formatTime(time, layout);
    },
  ),
  /** `tz ZONE TIME`: the same point in time in the time zone ZONE. `{{ (index .Alerts 0).StartsAt | tz "Europe/Warsaw" | date "15:04 MST" }}` → `18:03 CET` */
  tz: define({ params: ["string", "time"], context: true }, (context: Context, zone: string, time: Time) =>
    goTime(time, loadZone(zone === "Local" ? context.timeZone : zone, context)),
  ),
  /** `since TIME`: the time since TIME, a duration. At 18:30: `{{ since (index .Alerts 0).StartsAt }}` → `1h26m38.483s` */
  since: define(
    { params: ["time"], context: true, nonDeterministic: true },
    (context: Context, time: Time) => new Duration(subtract(Time.of(context.clock()), time)),
  ),
  /** `humanizeDuration SECONDS`: SECONDS, which may be a duration, as Prometheus writes it. `{{ since (index .Alerts 0).StartsAt | humanizeDuration }}` → `1h 26m 38s` */
  humanizeDuration: define({ params: ["any"], returns: "string", context: true }, (context: Context, value: unknown) =>
    humanizeDuration(toFloat(value, context.numbers)),
  ),
  ...grafana,
} satisfies FunctionSet;

/** Compiles as `regexp.MustCompile`, whose panic is the error's message. */
function mustCompile(pattern: string, context: Context) {
  try {
    return compileRegexp(pattern, context);
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error;
    throw new Error(`regexp: Compile(${canBackquote(pattern) ? `\`${pattern}\`` : quote(pattern)}): ${error.message}`);
  }
}
