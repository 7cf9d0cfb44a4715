import { joinBytes } from "../../../grammar/index.ts";
import { decodeCss } from "./css.ts";
import { failsafe } from "./html-escapers.ts";
import { replacingBy } from "./replace.ts";

/** Escapes values in CSS. */

const special = /[\0\t\n\f\r"&'()+/:;<>\\{}]/;
const every = new RegExp(special, "g");

/** Escapes inside a string or URL. A space ends an escape that the next character would continue. */
export const escapeCss = replacingBy(special, (piece, next) => {
  const follows = piece + next;
  return piece.replace(every, (char, at: number) => {
    if (char === "\\") return "\\\\";
    const escaped = `\\${char.charCodeAt(0).toString(16)}`;
    return /^(?:[0-9a-fA-F\t\n\f\r ]|$)/.test(follows.slice(at + 1, at + 2)) ? `${escaped} ` : escaped;
  });
});

const unsafe = /[\0"'()/;@[\\\]`{}<>]|--/;

/** Filters a value: numbers, words, colours, `.class` and `#id` pass, nothing that ends a token or runs a script. */
export function filterCssValue(text: string): string {
  const decoded = decodeCss(joinBytes(text));
  if (unsafe.test(decoded)) return failsafe;
  const letters = decoded.replace(/[^a-zA-Z0-9_]+/g, "");
  return /expression|mozbinding/i.test(letters) ? failsafe : decoded;
}
