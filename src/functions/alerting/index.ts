/**
 * Holds functions that alerts need and Go and Sprig lack. In: checked arguments. Out: a value. Built on `Intl` alone and
 * small, because an alert rendered in a browser loads all of it. A locale, a time zone and a number of digits may come before
 * the value, in any order: text with a slash, or `UTC`, is a time zone, any other text is a locale, and a whole number is the
 * number of digits. By default the render's `locale` and `timeZone` apply.
 */
import type { FunctionSet } from "../../template/index.ts";
import { defaultFunction } from "../default.ts";
import { abort } from "./abort.ts";
import { formatDate, formatDateTime, formatRelative, formatTime } from "./date.ts";
import { formatDuration, humanizeDuration } from "./duration.ts";
import { formatList } from "./list.ts";
import { formatCurrency, formatNumber, formatPercent, humanizeBytes, humanizeCount, ordinal } from "./number.ts";
import { plural, pluralForms } from "./plural.ts";
import { mask, redact } from "./redact.ts";
import { require } from "./require.ts";
import { truncate, truncateBytes } from "./truncate.ts";

export const alerting = {
  /** `default OTHERWISE VALUE`: VALUE, or OTHERWISE if VALUE is missing or empty; 0 and false are empty. `{{ "" | default "you" }}` → `you` */
  default: defaultFunction,
  /**
   * `abort REASON`: nothing: this profile gets no alert, which is not an error; REASON is recorded. `{{ if false }}{{ abort
   * "no e-mail address" }}{{ end }}sent` → `sent`
   */
  abort,
  /** `require FIELD VALUE`: VALUE, or an error that names FIELD if VALUE is missing or empty; 0 and false are values. `{{ 0 | require "points" }}` → `0` */
  require,
  /**
   * `truncate N [ELLIPSIS] TEXT`: TEXT cut to at most N characters as a reader counts them, including the ellipsis (…). `{{
   * truncate 10 "Hello there world" }}` → `Hello the…`
   */
  truncate,
  /** `truncateBytes N [ELLIPSIS] TEXT`: TEXT cut to at most N bytes of UTF-8, which is how push services count. `{{ truncateBytes 5 "żółć" }}` → `ż…` */
  truncateBytes,
  /** `plural ONE MANY COUNT`: ONE for 1, MANY for any other count. `{{ plural "item" "items" 3 }}` → `items` */
  plural,
  /**
   * `pluralForms FORMS [LOCALE] COUNT`: the form of FORMS that the language uses for COUNT, by CLDR's names; `other` is
   * required. `{{ pluralForms "one: punkt | few: punkty | many: punktów | other: punktu" "pl" 22 }}` → `punkty`
   */
  pluralForms,
  /** `ordinal [LOCALE] NUMBER`: NUMBER as a position. `{{ ordinal 22 }} {{ ordinal "de" 3 }}` → `22nd 3.` */
  ordinal,
  /** `formatNumber [DIGITS] [LOCALE] NUMBER`: NUMBER as the language writes it. `{{ formatNumber 1234.5 }} {{ formatNumber 2 "de-DE" 1234.5 }}` → `1,234.5 1.234,50` */
  formatNumber,
  /** `formatPercent [DIGITS] [LOCALE] SHARE`: SHARE times 100, with a percent sign. `{{ formatPercent 0.256 }} {{ formatPercent 1 0.256 }}` → `26% 25.6%` */
  formatPercent,
  /**
   * `formatCurrency CURRENCY [DIGITS] [LOCALE] AMOUNT`: AMOUNT in CURRENCY, an ISO 4217 code. `{{ formatCurrency "EUR" 1234.5
   * }} {{ formatCurrency "JPY" 0 1234.5 }}` → `€1,234.50 ¥1,235`
   */
  formatCurrency,
  /**
   * `formatDate ["short"|"medium"|"long"|"full"] [LOCALE] [ZONE] DATE`: the date; DATE is a time, ISO 8601 text, or seconds
   * (from 10^11 on: milliseconds) since 1970. Text without an offset is not converted. `{{ formatDate "2026-11-24" }} {{
   * formatDate "full" "pl" "2026-11-24" }}` → `Nov 24, 2026 wtorek, 24 listopada 2026`
   */
  formatDate,
  /**
   * `formatTime ["short"|"medium"|"long"|"full"] [LOCALE] [ZONE] DATE`: the time of day, from what formatDate takes. `{{
   * formatTime "en-GB" "2026-11-24T18:30:00Z" }} {{ formatTime "pl" "Europe/Warsaw" "2026-11-24T18:30:00Z" }}` → `18:30 19:30`
   */
  formatTime,
  /**
   * `formatDateTime ["short"|"medium"|"long"|"full"] [LOCALE] [ZONE] DATE`: the date and time, from what formatDate takes. `{{
   * formatDateTime "en-GB" "America/New_York" "2026-11-24T18:30:00Z" }}` → `24 Nov 2026, 13:30`
   */
  formatDateTime,
  /**
   * `formatRelative ["long"|"short"|"narrow"] [LOCALE] DATE`: the time between now and DATE, in whole units. At 18:30 in UTC:
   * `{{ formatRelative "2026-11-24T16:20:00Z" }}` → `2 hours ago`
   */
  formatRelative,
  /**
   * `formatDuration ["long"|"short"|"narrow"] [LOCALE] SECONDS`: SECONDS in words, with the two largest units. `{{
   * formatDuration 3725 }} {{ formatDuration "short" 90061 }}` → `1 hour, 2 minutes 1 day, 1 hr`
   */
  formatDuration,
  /**
   * `formatList ["and"|"or"] [LOCALE] LIST`: the elements in a sentence. `{{ formatList .items }} {{ formatList "or" "de"
   * .items }}` with `{"items": ["a", "b", "c"]}` → `a, b, and c a, b oder c`
   */
  formatList,
  /** `humanizeBytes [DIGITS] [LOCALE] BYTES`: BYTES in units of 1,000. `{{ humanizeBytes 1500000 }}` → `1.5 MB` */
  humanizeBytes,
  /** `humanizeCount [DIGITS] [LOCALE] NUMBER`: NUMBER in compact form. `{{ humanizeCount 1234567 }}` → `1.2M` */
  humanizeCount,
  /** `humanizeDuration SECONDS`: SECONDS as Prometheus and Alertmanager write it. `{{ humanizeDuration 3725 }} {{ humanizeDuration 0.0123 }}` → `1h 2m 5s 12.3ms` */
  humanizeDuration,
  /**
   * `redact VALUE`: VALUE with email addresses and phone numbers in it masked. A number of 7 to 19 digits counts as a phone
   * number unless it is a date or an IPv4 address. `{{ redact "Ada, a.byron@example.com, +48 601 234 567" }}` → `Ada,
   * a***@example.com, +** *** *** *67`
   */
  redact,
  /** `mask KEEP VALUE`: VALUE with all but its last KEEP characters replaced by `*`. `{{ mask 4 "4111111111111111" }}` → `************1111` */
  mask,
} satisfies FunctionSet;
