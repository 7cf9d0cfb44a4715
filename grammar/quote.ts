import { decode, encode, joinBytes, toText } from "./bytes.ts";

/**
 * Writes and reads Go's quoted strings and characters: package strconv's Quote, QuoteToASCII, QuoteRune, Unquote and
 * UnquoteChar.
 */

/** Matches `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space. */
const printable = "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S} ";
const printableOnly = new RegExp(`^[${printable}]$`, "u");
const unprintable = new RegExp(`[^${printable}]|["\\\\]`, "gu");
const plainAscii = /^[ !#-[\]-~]*$/;
const notPlainAscii = /[^ !#-[\]-~]/gu;

/** Quotes as `strconv.Quote`. */
export function quote(text: string): string {
  return plainAscii.test(text) ? `"${text}"` : `"${joinBytes(text).replace(unprintable, escapeInString)}"`;
}

/** Quotes as `strconv.QuoteToASCII`. */
export function quoteAscii(text: string): string {
  return plainAscii.test(text) ? `"${text}"` : `"${joinBytes(text).replace(notPlainAscii, escapeInString)}"`;
}

/**
 * Quotes as `strconv.QuoteRune`, with `ascii` as QuoteRuneToASCII. A code that is not a Unicode scalar value is quoted as
 * U+FFFD.
 */
export function quoteRune(code: number, ascii = false): string {
  const valid = isScalar(code) ? code : 0xfffd;
  if (valid === 0x27) return "'\\''";
  if (valid === 0x22) return "'\"'";
  const plain = valid !== 0x5c && (ascii ? valid >= 0x20 && valid < 0x7f : isPrint(valid));
  return plain ? `'${String.fromCodePoint(valid)}'` : `'${escapeOf(valid)}'`;
}

/** Returns the number and the character if it is printable, as `%#U`. */
export function unicodeName(code: number): string {
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return isPrint(code) ? `${name} '${String.fromCodePoint(code)}'` : name;
}

/** Tells what `unicode.IsPrint` tells. */
export function isPrint(code: number): boolean {
  if (code < 0x7f) return code >= 0x20;
  return isScalar(code) && printableOnly.test(String.fromCodePoint(code));
}

/**
 * Tells what `strconv.CanBackquote` tells: one line of valid UTF-8 without control characters other than tab, backquotes and
 * byte order marks.
 */
export function canBackquote(text: string): boolean {
  return !unquotable.test(text) && (text.isWellFormed() || !rawByte.test(joinBytes(text)));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const unquotable = /[\0-\x08\n-\x1f`\x7f\ufeff]/;
const rawByte = /[\udc80-\udcff]/u;

function escapeInString(char: string): string {
  if (char === '"') return '\\"';
  const code = char.codePointAt(0)!;
  // A lone surrogate is a raw byte, or text that Go would have decoded to U+FFFD.
  if (code < 0xd800 || code > 0xdfff) return escapeOf(code);
  return code >= 0xdc80 && code <= 0xdcff ? `\\x${(code - 0xdc00).toString(16)}` : "\ufffd";
}

function escapeOf(code: number): string {
  const short = shortEscapes.get(code);
  if (short !== undefined) return short;
  const hex = code.toString(16);
  if (code < 0x20 || code === 0x7f) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

const shortEscapes = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x5c, "\\\\"],
]);

const isScalar = (code: number): boolean => code >= 0 && (code < 0xd800 || (code > 0xdfff && code <= 0x10ffff));

/** Reads `"…"` and `` `…` ``, quotes included, as `strconv.Unquote`. `undefined`: Go's "invalid syntax". */
export function unquote(source: string): string | undefined {
  const mark = source[0];
  const end = source.length - 1;
  if (end < 1 || source[end] !== mark) return undefined;
  if (mark === "`") return source.indexOf("`", 1) === end ? source.slice(1, end).replaceAll("\r", "") : undefined;
  if (mark !== '"') return undefined;
  // Go accepts raw bytes only in raw strings.
  const body = toText(source.slice(1, end));
  return plainBody.test(body) ? body : unescaped(body);
}

const plainBody = /^[^"\\\n]*$/;

function unescaped(body: string): string | undefined {
  let text = "";
  let bytes = false;
  let from = 0;
  for (let i = 0; i < body.length; ) {
    const unit = body.charCodeAt(i);
    if (unit === 0x22 || unit === 0x0a) return undefined;
    if (unit !== 0x5c) {
      i++;
      continue;
    }
    const escaped = readEscape(body, i, 0x22);
    if (escaped === undefined) return undefined;
    const { code, end, byte } = escaped;
    bytes ||= byte && code >= 0x80;
    text +=
      body.slice(from, i) + (byte && code >= 0x80 ? String.fromCharCode(0xdc00 + code) : String.fromCodePoint(code));
    from = i = end;
  }
  text += body.slice(from);
  return bytes ? decode(encode(text)) : text;
}

/**
 * Reads a character constant after its opening quote, as `strconv.UnquoteChar`: `rest` must be `'` for it to be one character.
 * `undefined`: Go's "invalid syntax".
 */
export function unquoteChar(source: string): { readonly code: number; readonly rest: string } | undefined {
  const text = joinBytes(source);
  if (text === "" || text[0] === "'") return undefined;
  if (text[0] === "\\") {
    const escaped = readEscape(text, 0, 0x27);
    return escaped && { code: escaped.code, rest: text.slice(escaped.end) };
  }
  const code = text.codePointAt(0)!;
  return { code: isScalar(code) ? code : 0xfffd, rest: text.slice(code > 0xffff ? 2 : 1) };
}

interface Escape {
  readonly code: number;
  readonly end: number;
  /** The code is a byte, not a rune. */
  readonly byte: boolean;
}

/** Reads the escape whose backslash is at `at`. `mark` is the only quote that may be escaped. */
function readEscape(text: string, at: number, mark: number): Escape | undefined {
  const letter = text.charCodeAt(at + 1);
  const known = letter === mark ? letter : simpleEscapes.get(letter);
  if (known !== undefined) return { code: known, end: at + 2, byte: false };
  if (letter >= 0x30 && letter <= 0x37) {
    const digits = text.slice(at + 1, at + 4);
    const code = /^[0-7]{3}$/.test(digits) ? Number.parseInt(digits, 8) : 256;
    return code < 256 ? { code, end: at + 4, byte: true } : undefined;
  }
  const width = letter === 0x78 ? 2 : letter === 0x75 ? 4 : letter === 0x55 ? 8 : 0;
  const end = at + 2 + width;
  const digits = text.slice(at + 2, end);
  if (width === 0 || digits.length < width || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  const code = Number.parseInt(digits, 16);
  return isScalar(code) ? { code, end, byte: width === 2 } : undefined;
}

const simpleEscapes = new Map(
  [..."abfnrtv\\"].map((letter, i) => [letter.charCodeAt(0), [7, 8, 12, 10, 13, 9, 11, 92][i]!]),
);

/**
 * Replaces each string and raw string of an action. A literal that is not closed on its line stays as it is, to its end:
 * trying again from each mark would take quadratic time on a row of marks.
 */
export function replaceLiterals(action: string, written: (literal: string) => string): string {
  return action.replaceAll(/"(?:[^"\\\n]|\\.)*("?)|`[^`]*(`?)/g, (literal, end?: string, rawEnd?: string) =>
    end || rawEnd ? written(literal) : literal,
  );
}
