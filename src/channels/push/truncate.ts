import type { Alert } from "../../store/index.ts";

/** What of an alert a push says. Plain text: devices show no markup. */
export interface NotificationText {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly body?: string | undefined;
}

/** In the order in which they give way. */
const parts = ["body", "subtitle", "title"] as const;
const ellipsis = "…";

/**
 * The payload that says an alert in at most `limit` bytes of UTF-8. Where it is too long, the body is shortened, then the
 * subtitle, then the title; each ends in an ellipsis then. A cut never falls inside a grapheme, a tag or a character
 * reference. Lone surrogates become U+FFFD.
 *
 * @param encode gives the JSON for texts, in which each text stands once
 * @returns nothing where all that is not text is too long by itself
 */
export function fitPayload(
  alert: Alert,
  limit: number,
  encode: (texts: NotificationText) => string,
): string | undefined {
  // A UTF-16 unit takes a byte at least; twice the limit, so that a tag that is cut through is seen to its end.
  const given = (text = ""): string => text.slice(0, 2 * limit).toWellFormed();
  const [title, subtitle, body] = [given(alert.title), given(alert.subtitle), given(alert.body)];
  let texts: NotificationText = { title, ...(subtitle && { subtitle }), ...(body && { body }) };
  let payload = encode(texts);
  for (const part of parts) {
    const excess = Buffer.byteLength(payload) - limit;
    if (excess <= 0) return payload;
    const text = texts[part];
    if (!text) continue;
    texts = { ...texts, [part]: truncate(text, bytesIn(text) - excess) };
    payload = encode(texts);
  }
  return Buffer.byteLength(payload) <= limit ? payload : undefined;
}

/** JSON of data in which strings are well-formed: what a receiver in any language can read. */
export function json(value: unknown): string {
  const text = JSON.stringify(value);
  // As JSON.stringify writes a lone surrogate; a backslash before it makes this a false alarm at worst.
  return text.includes("\\ud") ? JSON.stringify(value, wellFormed) : text;
}

const wellFormed = (_: string, value: unknown): unknown => (typeof value === "string" ? value.toWellFormed() : value);

/** Bytes that a text takes inside a JSON string. */
const bytesIn = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The longest start of a text that takes `room` bytes with the ellipsis; at least the ellipsis. */
function truncate(text: string, room: number): string {
  let fits = 0;
  let exceeds = text.length;
  while (exceeds - fits > 1) {
    const middle = (fits + exceeds) >> 1;
    if (bytesIn(text.slice(0, middle).toWellFormed() + ellipsis) <= room) fits = middle;
    else exceeds = middle;
  }
  const end = graphemeStart(text, markupStart(text, graphemeStart(text, fits)));
  return text.slice(0, end).trimEnd() + ellipsis;
}

const graphemeStart = (text: string, end: number): number => graphemes.segment(text).containing(end)?.index ?? end;

const tag = /<[a-z/!][^<>]*>/iy;
const reference = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/iy;

/** Where the tag or character reference begins that `end` cuts through, else `end`. */
function markupStart(text: string, end: number): number {
  for (const [opening, pattern] of [["<", tag] as const, ["&", reference] as const]) {
    const start = end > 0 ? text.lastIndexOf(opening, end - 1) : -1;
    pattern.lastIndex = start;
    if (start >= 0 && pattern.test(text) && pattern.lastIndex > end) return start;
  }
  return end;
}
