/** Steers a terminal, or reorders and breaks lines: what controls do, the bidirectional ones, and two line ends of Unicode. */
const steering = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Of these, text may have as many as it likes. */
const layout = new Set(["\n", "\t"]);

/**
 * Writes out what would move the cursor, recolour the terminal or show text in another order than it is in: of what a profile,
 * a file's name or a receiver's answer says, a person reads what is there. As JSON does, where JSON leaves it as it is.
 */
export const visible = (text: string): string =>
  text.replaceAll("\r\n", "\n").replace(steering, (char) => (layout.has(char) ? char : escaped(char)));

/** The same of what is a name or a cell, and cannot begin a line of its own. */
export const visibleLine = (text: string): string => text.replace(steering, escaped);

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(char: string): string {
  const code = char.codePointAt(0)!.toString(16);
  return short[char] ?? (char < " " ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`);
}

/** Text that may stand on a terminal as it is: what was made here. */
export class Painted {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A text template that writes out all that is put into it, but for what is painted. */
export const safe = (strings: TemplateStringsArray, ...values: readonly (string | number | Painted)[]): string =>
  strings.map((text, i) => text + (i < values.length ? shown(values[i]!) : "")).join("");

const shown = (value: string | number | Painted): string =>
  value instanceof Painted ? value.text : visible(String(value));
