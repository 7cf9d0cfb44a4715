import { quote } from "../../../grammar/index.ts";
import type { Context } from "./context.ts";

/** Reads from the start of a text. Go: the functions of `html/template/transition.go`. */
export type Transition = (c: Context, text: string) => Step;

/** The context behind what was read, and how much that was, in UTF-16 units. */
export type Step = readonly [Context, read: number];

/** `%.32q`. */
export const quoteStart = (s: string): string => quote([...s.slice(0, 64)].slice(0, 32).join(""));

/** Length of the white space at the start, as HTML sees it. */
export const spaceLength = (s: string): number => /^[ \t\n\f\r]*/.exec(s)![0].length;

/** Without what of `spaces` stands at its end. A loop, since a pattern looks at each run of spaces from each of its places. */
export function trimEnd(s: string, spaces: string): string {
  let end = s.length;
  while (end > 0 && spaces.includes(s[end - 1]!)) end--;
  return s.slice(0, end);
}

/** Which part of a URL the text behind `s` is. */
export function urlContext(c: Context, s: string): Context {
  if (/[#?]/.test(s)) return { ...c, urlPart: "QueryOrFrag" };
  return c.urlPart === "None" && spaceLength(s) < s.length ? { ...c, urlPart: "PreQuery" } : c;
}
