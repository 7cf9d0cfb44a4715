import { createHash } from "node:crypto";
import { maxReasonLength } from "../base/shorten.ts";
import { shownUrl } from "../dispatch/secrets/url.ts";

/**
 * Returns a pseudonym of a destination for logs: `…@example.org#1f0c9a2b`, `https://hooks.example.org#77ab01d2c3f4e5a6`. The hash at
 * the end distinguishes destinations without identifying them.
 */
export function pseudonym(destination: string): string {
  if (/^https?:\/\//i.test(destination)) return shownUrl(destination);
  const mark = createHash("sha256").update(destination).digest("hex").slice(0, 8);
  const at = destination.lastIndexOf("@");
  return `${at < 0 ? "…" : `…${destination.slice(at)}`}#${mark}`;
}

/**
 * Redacts a reason or message for logs: removes the local part of addresses, the path of URLs, long numbers and tokens. The text is cut
 * first, so that no value in the data decides how long redaction takes; the word at the cut is left out, because an incomplete address
 * or token would not be recognized.
 */
export function redacted(text: string): string {
  const cut = text.length <= maxReasonLength ? text : text.slice(0, maxReasonLength).replace(lastWord, "");
  const plain = cut
    .replace(/\bhttps?:\/\/[^\s"'<>]+/gi, (url) => (URL.canParse(url) ? `${new URL(url).origin}/…` : "…"))
    .replace(/[^\s"<>:,;()]+/gu, withoutLocalPart)
    .replace(/(?<![\w.])\+?\d[\d ()-]{6,}\d(?![\w.])/g, "…")
    .replace(/[\w-]+/g, (word) => (word.length < 40 ? word : "…"));
  return cut === text ? plain : `${plain}… (${text.length} characters)`;
}

const lastWord = /[^\s"<>,;()]*$/;

/** Turns `ada@example.org` into `…@example.org`. */
function withoutLocalPart(word: string): string {
  const parts = word.split("@");
  return parts
    .map((part, i) => (part !== "" && i < parts.length - 1 && /^[^']/.test(parts[i + 1]!) ? "…" : part))
    .join("@");
}
