const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Mail programs would decode one that was in the text already, to line ends even (RFC 2047); a zero-width space keeps it. */
const encodedWord = /=\?(?=[^?]+\?[bq]\?[^?]*\?=)/gi;

/**
 * Text as one line of a header: control characters and line ends become spaces, lone surrogates U+FFFD, runs of white space
 * one space; at most `most` UTF-16 units, cut between graphemes.
 */
export function line(text: string, most: number): string {
  // Bounds the work for a field of any length.
  const start = text.slice(0, 20 * most);
  const whole = start
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(encodedWord, "=\u200b?")
    .trim();
  if (whole.length <= most && start.length === text.length) return whole;
  let end = 0;
  for (const { index, segment } of graphemes.segment(whole.slice(0, most + 64))) {
    if (index + segment.length > most - 1) break;
    end = index + segment.length;
  }
  // A single grapheme may be longer than that.
  const cut = end > 0 ? whole.slice(0, end) : whole.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "");
  return `${cut.trimEnd()}…`;
}
