import { escapePieces, type Run } from "../../template/index.ts";

/** What stands instead of a character. */
export type Table = Readonly<Record<string, string>>;

/** One place in `text`, and what follows it there; `next` is what follows the text, for its last character. */
type Replace = (piece: string, next: string) => string;

/** Text to text; what does not match `special` comes back as it is. */
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

/** @param special whether there is anything to do at all */
export function replacingBy(special: RegExp, replace: Replace): Escape {
  const replaced = (run: Run, text: string): string =>
    special.test(text) ? escapePieces(text, replace, run.settings.limits.output) : text;
  return Object.assign(replaced, { special });
}
