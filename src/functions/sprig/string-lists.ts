import { compareBytes } from "../../../grammar/index.ts";
import { type Context, define, type FunctionSet } from "../../template/index.ts";
import { finderOf } from "../search.ts";
import { comparable, fromByteText, stringsOf, strval } from "./text.ts";
import { isList, newStringMap, payForList, stringList } from "./value.ts";

/** Splits texts to lists and joins lists to texts. */

/** `strings.SplitN`; an empty separator splits into characters. @param most below 0: all; 0: none */
function splitText(context: Context, text: string, separator: string, limit = -1): string[] {
  if (limit === 0) return [];
  context.spend(text.length >> 4);
  const [whole, between] = comparable(text, separator) as [string, string];
  const isText = separator === "" || whole === text;
  const back = (piece: string): string => (isText ? piece : fromByteText(piece));
  const pieces = separator === "" ? charactersOf(context, text) : piecesOf(context, whole, between);
  if (limit > 0 && pieces.length > limit) {
    const rest = pieces.slice(limit - 1).join(separator === "" ? "" : between);
    return [...pieces.slice(0, limit - 1).map(back), back(rest)];
  }
  return pieces.map(back);
}

/** Pieces that are paid for together, before more are made. */
const together = 1024;

/** Returns the pieces between the occurrences of `separator`, which is not empty. */
export function piecesOf(context: Context, text: string, separator: string): string[] {
  const find = finderOf(text, separator);
  const pieces: string[] = [];
  let from = 0;
  for (let at = find(0); at >= 0; at = find(from)) {
    pieces.push(text.slice(from, at));
    from = at + separator.length;
    if (pieces.length % together === 0) payForList(context, together);
  }
  pieces.push(text.slice(from));
  payForList(context, pieces.length % together);
  return pieces;
}

/** Splits into characters, as `strings.Split` by an empty separator. */
export function charactersOf(context: Context, text: string): string[] {
  payForList(context, text.length);
  return [...text];
}

/** Numbers texts in a map; a large map costs more than its keys. */
function numbered(context: Context, texts: readonly string[]): object {
  context.spend(3 * texts.length);
  return newStringMap(texts.map((text, i) => [`_${i}`, text] as const));
}

function join(context: Context, separator: string, value: unknown): string {
  const texts = stringsOf(value, context);
  let length = Math.max(0, texts.length - 1) * separator.length;
  for (const text of texts) length += text.length;
  context.grow(length);
  return texts.join(separator);
}

export const stringLists = {
  /** `join SEPARATOR LIST`: the elements as one text, with SEPARATOR between them. `{{ list 1 "a" | join "-" }}` → `1-a` */
  join: define({ params: ["string", "any"], context: true }, join),
  /** `sortAlpha LIST`: the elements as texts, sorted. `{{ list "c" "a" "b" | sortAlpha }}` → `[a b c]` */
  sortAlpha: define({ params: ["any"], context: true }, (context, value) => {
    if (!isList(value, context)) return stringList([strval(value, context)]);
    const texts = stringsOf(value, context);
    const maxLength = texts.reduce((max, text) => Math.max(max, text.length), 0);
    context.spend(Math.ceil((texts.length * Math.log2(texts.length + 1) * (16 + maxLength)) / 16));
    return stringList(texts.sort(compareBytes));
  }),
  /** `split SEPARATOR TEXT`: a dict of the pieces, under `_0`, `_1` and so on. `{{ (split "," "a,b")._1 }}` → `b` */
  split: define({ params: ["string", "string"], context: true }, (context, separator, text) =>
    numbered(context, splitText(context, text, separator)),
  ),
  /** `splitList SEPARATOR TEXT`: a list of the pieces. `{{ splitList "," "a,b" }}` → `[a b]` */
  splitList: define({ params: ["string", "string"], context: true }, (context, separator, text) =>
    stringList(splitText(context, text, separator)),
  ),
  /** `splitn SEPARATOR COUNT TEXT`: the same as split, with at most COUNT pieces. `{{ (splitn "," 2 "a,b,c")._1 }}` → `b,c` */
  splitn: define({ params: ["string", "int", "string"], context: true }, (context, separator, count, text) =>
    numbered(context, splitText(context, text, separator, Number(count))),
  ),
  /** `toStrings LIST`: the elements of LIST as texts, without nil. `{{ toStrings (list 1 nil 2) }}` → `[1 2]` */
  toStrings: define({ params: ["any"], context: true }, (context, value) => stringList(stringsOf(value, context))),
} satisfies FunctionSet;
