import type { Alert } from "../../store/index.ts";

/** Holds the texts of a notification. Plain text: devices show no markup. */
export interface NotificationText {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly body?: string | undefined;
}

/** Parts in the order in which they are shortened. */
const parts = ["body", "subtitle", "title"] as const;
const ellipsis = "…";

/**
 * Builds a payload for an alert in at most `maxBytes` bytes of UTF-8. If it is too long, the body is shortened, then the subtitle, then
 * the title; each then ends in an ellipsis. A cut never falls inside a grapheme, a tag or a character reference. Lone surrogates
 * become U+FFFD.
 *
 * @param encode returns the JSON for the texts, each of which must occur once in it
 * @returns undefined if the payload is too long even without the texts
 */
export function fitPayload(
  alert: Alert,
  maxBytes: number,
  encode: (texts: NotificationText) => string,
): string | undefined {
  // A UTF-16 unit takes at least one byte. Twice the limit is kept, so that the end of a tag that a cut falls into is seen.
  const capped = (text = ""): string => text.slice(0, 2 * maxBytes).toWellFormed();
  const [title, subtitle, body] = [capped(alert.title), capped(alert.subtitle), capped(alert.body)];
  let texts: NotificationText = { title, ...(subtitle && { subtitle }), ...(body && { body }) };
  let payload = encode(texts);
  for (const part of parts) {
    const excess = Buffer.byteLength(payload) - maxBytes;
    if (excess <= 0) return payload;
    const text = texts[part];
    if (!text) continue;
    texts = { ...texts, [part]: truncate(text, bytesIn(text) - excess) };
    payload = encode(texts);
  }
  return Buffer.byteLength(payload) <= maxBytes ? payload : undefined;
}

/** Returns JSON whose strings are well-formed, so that a receiver in any language can parse it. */
export function json(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify writes a lone surrogate like this. The text itself may contain these characters: then the second pass is harmless.
  return text.includes("\\ud") ? JSON.stringify(value, wellFormed) : text;
}

const wellFormed = (_: string, value: unknown): unknown => (typeof value === "string" ? value.toWellFormed() : value);

/** Returns the bytes that a text takes inside a JSON string. */
const bytesIn = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Returns the longest start of a text that takes at most `maxBytes` with the ellipsis; at least the ellipsis. */
function truncate(text: string, maxBytes: number): string {
  let fits = 0;
  let exceeds = text.length;
  while (exceeds - fits > 1) {
    const middle = (fits + exceeds) >> 1;
    if (bytesIn(text.slice(0, middle).toWellFormed() + ellipsis) <= maxBytes) fits = middle;
    else exceeds = middle;
  }
  const end = graphemeStart(text, markupStart(text, graphemeStart(text, fits)));
  return text.slice(0, end).trimEnd() + ellipsis;
}

const graphemeStart = (text: string, end: number): number => graphemes.segment(text).containing(end)?.index ?? end;

const tag = /<[a-z/!][^<>]*>/iy;
const characterReference = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/iy;

/** Returns the start of the tag or character reference that `end` cuts through, else `end`. */
function markupStart(text: string, end: number): number {
  for (const [opening, pattern] of [["<", tag] as const, ["&", characterReference] as const]) {
    const start = end > 0 ? text.lastIndexOf(opening, end - 1) : -1;
    pattern.lastIndex = start;
    if (start >= 0 && pattern.test(text) && pattern.lastIndex > end) return start;
  }
  return end;
}
