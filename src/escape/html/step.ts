import { quote } from "../../../grammar/index.ts";
import type { Context } from "./context.ts";

/** Reads from the start of a text. Go: the functions of `html/template/transition.go`. */
export type Transition = (c: Context, text: string) => Step;

/** Holds the context after the text that was read, and the text's length in UTF-16 units. */
export type Step = readonly [Context, read: number];

/** Quotes the start of a text as `%.32q`. */
export const quoteStart = (s: string): string => quote([...s.slice(0, 64)].slice(0, 32).join(""));

/** Returns the length of the white space at the start, as HTML defines it. */
export const spaceLength = (s: string): number => /^[ \t\n\f\r]*/.exec(s)![0].length;

/**
 * Removes characters of `spaces` at the end. A loop, because a pattern would try each run of spaces from each of its
 * positions.
 */
export function trimEnd(s: string, spaces: string): string {
  let end = s.length;
  while (end > 0 && spaces.includes(s[end - 1]!)) end--;
  return s.slice(0, end);
}

/** Returns the part of a URL that the text after `s` is in. */
export function urlContext(c: Context, s: string): Context {
  if (/[#?]/.test(s)) return { ...c, urlPart: "QueryOrFrag" };
  return c.urlPart === "None" && spaceLength(s) < s.length ? { ...c, urlPart: "PreQuery" } : c;
}
