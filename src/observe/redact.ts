import { createHash } from "node:crypto";
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

/** Addresses lose what stands before the @, URLs what stands behind the host, and long digits and tokens go. */
export function redacted(text: string): string {
  return text
    .replace(/\bhttps?:\/\/[^\s"'<>]+/gi, (url) => (URL.canParse(url) ? `${new URL(url).origin}/…` : "…"))
    .replace(/[^\s"<>@:,;()]+@(?=[^\s"'<>@,;()]+)/gu, "…@")
    .replace(/(?<![\w.])\+?\d[\d ()-]{6,}\d(?![\w.])/g, "…")
    .replace(/[\w-]{40,}/g, "…");
}
