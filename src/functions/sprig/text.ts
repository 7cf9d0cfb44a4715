import { decode, encode, quote } from "../../../grammar/index.ts";
import { type Context, elementsOf, formatValue, isNil, kindOf } from "../../template/index.ts";

/** Converts texts to Go's bytes and values to text. */

/** `fmt.Sprintf("%v", value)`. */
export function strval(value: unknown, context: Context): string {
  if (typeof value === "string") return value;
  const { numbers, limits } = context;
  return formatValue(value, { numbers, output: limits.output, depth: limits.depth, payer: context });
}

/** Turns each byte into one character, so that JavaScript's text functions work on bytes. ASCII text is returned as it is. */
export function toByteText(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  const bytes = encode(text);
  let result = "";
  for (let i = 0; i < bytes.length; i += 8192) result += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return result;
}

export function fromByteText(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return decode(bytes);
}

/** Applies `change`, which works on characters, to the bytes of a text. */
export const onBytes = (text: string, change: (bytes: string) => string): string =>
  fromByteText(change(toByteText(text)));

/** Returns texts that can be searched in each other: the texts, or their bytes if one contains a part of a character. */
export function comparable(...texts: string[]): string[] {
  return texts.every((text) => text.isWellFormed()) ? texts : texts.map(toByteText);
}

/** Returns the characters of a text as Go's `[]rune`; a byte that is not a character is U+FFFD. */
export const runesOf = (text: string): string[] => [...text].map((char) => (isRawByte(char) ? "\ufffd" : char));

const isRawByte = (char: string): boolean => char.length === 1 && char >= "\ud800" && char <= "\udfff";

/** `unicode.IsSpace`. */
export const space = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && space.test(text[from]!)) from++;
  while (to > from && space.test(text[to - 1]!)) to--;
  return text.slice(from, to);
}

/** Quotes a text as `%q`. */
export const quoted = quote;

/** Returns texts as Sprig's `strslice`: the elements of a list without nil; any other value is one text. */
export function stringsOf(value: unknown, context: Context): string[] {
  if (value === null) return [];
  if (kindOf(value, context.numbers) !== "list") return [strval(value, context)];
  const elements = elementsOf(value);
  context.spend(elements.length);
  const texts: string[] = [];
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i];
    if (!isNil(element)) texts.push(strval(element, context));
  }
  return texts;
}
