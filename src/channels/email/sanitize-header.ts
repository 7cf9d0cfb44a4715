const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Matches an encoded word in a text, which mail programs would decode, even to line ends (RFC 2047). A zero-width space prevents that. */
const encodedWord = /=\?(?=[^?]+\?[bq]\?[^?]*\?=)/gi;

/**
 * Sanitizes text for one line of a header: control characters and line ends become spaces, lone surrogates U+FFFD, runs of whitespace
 * one space. The result has at max `max` UTF-16 units; longer text is cut between graphemes.
 */
export function oneLine(text: string, max: number): string {
  // Bounds the work for a text of any length.
  const start = text.slice(0, 20 * max);
  const whole = start
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(encodedWord, "=\u200b?")
    .trim();
  if (whole.length <= max && start.length === text.length) return whole;
  let end = 0;
  for (const { index, segment } of graphemes.segment(whole.slice(0, max + 64))) {
    if (index + segment.length > max - 1) break;
    end = index + segment.length;
  }
  // A single grapheme may be longer than the limit.
  const cut = end > 0 ? whole.slice(0, end) : whole.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, "");
  return `${cut.trimEnd()}…`;
}
