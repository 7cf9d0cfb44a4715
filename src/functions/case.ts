/** Case as Go's package strings changes it: character by character, each into one. */

const ascii = /^[\0-\x7f]*$/;

/** `strings.ToUpper`. */
export const toUpper = (text: string): string => (ascii.test(text) ? text.toUpperCase() : mapped(text, upperOf));

/** `strings.ToLower`. */
export const toLower = (text: string): string => (ascii.test(text) ? text.toLowerCase() : mapped(text, lowerOf));

function mapped(text: string, map: (char: string) => string): string {
  let result = "";
  for (const char of text) result += map(char);
  return result;
}

const isOne = (text: string): boolean => text.length === (text.codePointAt(0)! > 0xffff ? 2 : 1);

/** What becomes several letters stays itself, but for small Greek letters with an iota below, which have a large form. */
export function upperOf(char: string): string {
  const upper = char.toUpperCase();
  return isOne(upper) ? upper : (withIota.get(char) ?? char);
}

const withIota = new Map(
  [..."ᾀᾁᾂᾃᾄᾅᾆᾇᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥᾦᾧᾳῃῳ"].map((small) => {
    const code = small.codePointAt(0)!;
    return [small, String.fromCodePoint(code + (code < 0x1fb0 ? 8 : 9))];
  }),
);

export function lowerOf(char: string): string {
  if (char === "İ") return "i";
  const lower = char.toLowerCase();
  return isOne(lower) ? lower : char;
}

const spaces = "[\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const leading = new RegExp(`^${spaces}+`);
const space = new RegExp(spaces);

/** `strings.TrimSpace`: Unicode's White_Space, which JavaScript's `trim` does not quite know. */
export function trimSpace(text: string): string {
  const start = leading.exec(text)?.[0].length ?? 0;
  let end = text.length;
  while (end > start && space.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}
