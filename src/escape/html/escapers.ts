/**
 * Holds the functions that escaping adds to pipelines, under Go's names, which messages show. In: a value. Out: text that is
 * safe in one place. Go: `html.go`, `js.go`, `css.go`, `url.go` and `content.go` of `html/template`.
 */
import { type Builtin, Content, type ContentType, type Run, sprint } from "../../template/index.ts";
import { escapeCss, filterCssValue } from "./css-escapers.ts";
import {
  escapeHtml,
  escapeUnquoted,
  failsafe,
  filterName,
  normalizeHtml,
  normalizeUnquoted,
  stripTags,
} from "./html-escapers.ts";
import { escapeJsRegexp, escapeJsString, escapeJsTemplate, jsValue, normalizeJsString } from "./js-escapers.ts";
import { escapeUrl, filterSrcset, filterUrl, normalizeUrl } from "./url-escapers.ts";

/** Escapes a text. @param type content type of text that is marked as safe */
type EscapeText = (run: Run, text: string, type: ContentType | undefined) => string;

/**
 * Makes an escaper of text. Nil and absent are empty text.
 * @param needsEscaping untyped text that does not match is returned as it is
 */
function ofText(toSafe: EscapeText, needsEscaping?: RegExp): Builtin {
  const builtin = ofValue((run, value) => {
    if (typeof value === "string") return toSafe(run, paid(run, value), undefined);
    if (value instanceof Content) return toSafe(run, paid(run, value.text), value.type);
    return toSafe(run, isNil(value) ? "" : paid(run, sprint([value], run.printing)), undefined);
  });
  return needsEscaping ? { ...builtin, needsEscaping } : builtin;
}

/** Makes an escaper of a value. It gets the value of the pipeline before it; an `html` without arguments leaves none. */
function ofValue(apply1: (run: Run, value: unknown) => string): Builtin {
  return {
    params: ["any"],
    variadic: true,
    prints: true,
    apply1,
    apply: (run, args) => apply1(run, args.length === 0 ? "" : args[0]),
  };
}

const isNil = (value: unknown): boolean => value === undefined || value === null;

/** Charges for reading a long text. */
function paid(run: Run, text: string): string {
  if (text.length > 16) run.spend(text.length >> 4);
  return text;
}

export const escapers = {
  _html_template_attrescaper: ofText(
    (run, text, type) => (type === "HTML" ? normalizeHtml(run, stripTags(text)) : escapeHtml(run, text)),
    escapeHtml.special,
  ),
  _html_template_commentescaper: ofText(() => ""),
  _html_template_cssescaper: ofText(escapeCss, escapeCss.special),
  _html_template_cssvaluefilter: ofText((_, text, type) => (type === "CSS" ? text : filterCssValue(text))),
  _html_template_htmlnamefilter: ofText((_, text, type) => (type === "HTMLAttr" ? text : filterName(text))),
  _html_template_htmlescaper: ofText(
    (run, text, type) => (type === "HTML" ? text : escapeHtml(run, text)),
    escapeHtml.special,
  ),
  _html_template_jsregexpescaper: ofText((run, text) => (text === "" ? "(?:)" : escapeJsRegexp(run, text))),
  _html_template_jsstrescaper: ofText(
    (run, text, type) => (type === "JSStr" ? normalizeJsString(run, text) : escapeJsString(run, text)),
    escapeJsString.special,
  ),
  _html_template_jstmpllitescaper: ofText(escapeJsTemplate, escapeJsTemplate.special),
  _html_template_jsvalescaper: ofValue((run, value) => {
    if (value instanceof Content && value.type === "JS") return value.text;
    if (value instanceof Content && value.type === "JSStr") return `"${value.text}"`;
    return jsValue(run, value);
  }),
  _html_template_nospaceescaper: ofText((run, text, type) => {
    if (text === "") return failsafe;
    return type === "HTML" ? normalizeUnquoted(run, stripTags(text)) : escapeUnquoted(run, text);
  }),
  _html_template_rcdataescaper: ofText(
    (run, text, type) => (type === "HTML" ? normalizeHtml(run, text) : escapeHtml(run, text)),
    escapeHtml.special,
  ),
  _html_template_srcsetescaper: ofText((run, text, type) => {
    if (type === "Srcset") return text;
    if (type === "URL") return normalizeUrl(run, text).replaceAll(",", "%2c");
    return filterSrcset(text, (url) => normalizeUrl(run, url));
  }),
  _html_template_urlescaper: ofText(
    (run, text, type) => (type === "URL" ? normalizeUrl(run, text) : escapeUrl(run, text)),
    escapeUrl.special,
  ),
  _html_template_urlfilter: ofText((_, text, type) => (type === "URL" ? text : filterUrl(text)), /:/),
  _html_template_urlnormalizer: ofText(normalizeUrl, normalizeUrl.special),
} satisfies Readonly<Record<string, Builtin>>;

export type EscaperName = keyof typeof escapers;

/** Joins as Go's `fmt.Sprint`: the arguments of an `html` or `urlquery` that was moved after them. */
export const evalArgs: Builtin = {
  params: ["any"],
  variadic: true,
  prints: true,
  apply: (run, args) => (args.length === 1 && typeof args[0] === "string" ? args[0] : sprint(args, run.printing)),
};
