/** Matches characters that control a terminal, or reorder or break lines: controls, bidirectional controls, two line separators. */
const controls = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Control characters that any text may have. */
const layout = new Set(["\n", "\t"]);

/**
 * Escapes characters that would move the cursor, recolour the terminal or reorder the text, so that a person reads what a profile,
 * a file name or a response really says. Escapes look like those of JSON; characters that JSON would not escape are escaped, too.
 */
export const escapeControls = (text: string): string =>
  text.replaceAll("\r\n", "\n").replace(controls, (char) => (layout.has(char) ? char : escaped(char)));

/** Escapes like {@link escapeControls}, and line ends and tabs as well: for a name or a table cell, which has to stay on its line. */
export const escapeControlsInLine = (text: string): string => text.replace(controls, escaped);

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(char: string): string {
  const code = char.codePointAt(0)!.toString(16);
  return short[char] ?? (char < " " ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`);
}

/** A text that may be written to a terminal as it is, because the program made it itself. */
export class Styled {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Tags a template literal: escapes all values that are put into it, except {@link Styled} ones. */
export const escapedText = (strings: TemplateStringsArray, ...values: readonly (string | number | Styled)[]): string =>
  strings.map((text, i) => text + (i < values.length ? shown(values[i]!) : "")).join("");

const shown = (value: string | number | Styled): string =>
  value instanceof Styled ? value.text : escapeControls(String(value));
