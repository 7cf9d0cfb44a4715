import { createHash } from "node:crypto";
import { maxReasonLength } from "../base/shorten.ts";
import { shownUrl } from "../dispatch/index.ts";

/**
 * A destination as logs may show it: where, but not whom. `…@example.org#1f0c9a2b`, `https://hooks.example.org#77ab01d2c3f4e5a6`:
 * the end tells destinations apart without naming them.
 */
export function pseudonym(destination: string): string {
  if (/^https?:\/\//i.test(destination)) return shownUrl(destination);
  const mark = createHash("sha256").update(destination).digest("hex").slice(0, 8);
  const at = destination.lastIndexOf("@");
  return `${at < 0 ? "…" : `…${destination.slice(at)}`}#${mark}`;
}

/**
 * Returns a reason or message as logs may have it: addresses lose what stands before the @, URLs what stands behind the host, and
 * long digits and tokens go. It is cut first, so that no value of the data decides how long this takes; the word that the cut goes
 * through is left out, since what it was can no longer be told.
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

/** `ada@example.org` as `…@example.org`. */
function withoutLocalPart(word: string): string {
  const parts = word.split("@");
  return parts
    .map((part, i) => (part !== "" && i < parts.length - 1 && /^[^']/.test(parts[i + 1]!) ? "…" : part))
    .join("@");
}
