/** Changes letter case as Go's package unicode: one character becomes one, independent of the locale. */

const upperOnly: Readonly<Record<string, string>> = { ᾳ: "ᾼ", ῃ: "ῌ", ῳ: "ῼ" };

/** `unicode.ToUpper`. */
export function upperRune(char: string): string {
  const code = char.codePointAt(0)!;
  // Small Greek letters with a subscript become one capital in Go, but two in JavaScript.
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8);
  return upperOnly[char] ?? single(char.toUpperCase(), char);
}

/** `unicode.ToLower`. */
export const lowerRune = (char: string): string => (char === "İ" ? "i" : single(char.toLowerCase(), char));

const single = (changed: string, char: string): string =>
  changed.length === String.fromCodePoint(changed.codePointAt(0) ?? 0).length ? changed : char;

/** Lists letters that are two in one, such as U+01C6: each has three forms, the middle one for titles. */
const digraphs = [0x1c4, 0x1c7, 0x1ca, 0x1f1];

/** `unicode.ToTitle`. */
export function titleRune(char: string): string {
  const code = char.codePointAt(0)!;
  if ((code >= 0x10d0 && code <= 0x10fa) || (code >= 0x10fd && code <= 0x10ff)) return char; // Georgian
  const digraph = digraphs.find((first) => code >= first && code <= first + 2);
  return digraph === undefined ? upperRune(char) : String.fromCodePoint(digraph + 1);
}

export const isUpper = (char: string): boolean => /^\p{Lu}$/u.test(char);
export const isLower = (char: string): boolean => /^\p{Ll}$/u.test(char);
export const isTitle = (char: string): boolean => /^\p{Lt}$/u.test(char);

/** Changes each character with `change`; a byte that is not a character becomes U+FFFD. */
export function mapRunes(text: string, change: (char: string) => string): string {
  let mapped = "";
  for (const char of text)
    mapped += change(char.length === 1 && char >= "\ud800" && char <= "\udfff" ? "\ufffd" : char);
  return mapped;
}

/**
 * Matches text that JavaScript does not change rune by rune as Go does: letters that become several, a sigma at the end of a
 * word, and raw bytes.
 */
const notSimplyUpper = /[ßŉǰΐΰևẖ-ẚὐ-\u1fffﬀ-ﬗ]|\p{Cs}/u;
const notSimplyLower = /[İΣ]|\p{Cs}/u;

export const upper = (text: string): string =>
  notSimplyUpper.test(text) ? mapRunes(text, upperRune) : text.toUpperCase();
export const lower = (text: string): string =>
  notSimplyLower.test(text) ? mapRunes(text, lowerRune) : text.toLowerCase();
