import { escapePieces, type Run } from "../../template/index.ts";

/** Maps characters to their replacements. */
export type Table = Readonly<Record<string, string>>;

/** Returns the replacement of a match; `next` is the text after it, which for the last character comes from outside. */
type Replace = (piece: string, next: string) => string;

/** Escapes text; text that does not match `special` is returned as it is. */
export interface Escape {
  (run: Run, text: string): string;
  readonly special: RegExp;
}

/** Replaces each character of the table. */
export function replacing(table: Table): Escape {
  const chars = Object.keys(table).map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const special = new RegExp(`[${chars.join("")}]`);
  const every = new RegExp(special, "g");
  return replacingBy(special, (piece) => piece.replace(every, (char) => table[char]!));
}

/** Makes an escaper. @param special matches any text that needs work */
export function replacingBy(special: RegExp, replace: Replace): Escape {
  const replaced = (run: Run, text: string): string =>
    special.test(text) ? escapePieces(text, replace, run.settings.limits.output) : text;
  return Object.assign(replaced, { special });
}
