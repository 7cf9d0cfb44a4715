import { byteLength, byteSlice, joinBytes } from "../../../grammar/index.ts";
import { type Context, define, type FunctionSet, isNil } from "../../template/index.ts";
import { contains } from "../search.ts";
import { isLower, isTitle, isUpper, lower, lowerRune, mapRunes, titleRune, upper, upperRune } from "./case.ts";
import { charactersOf, piecesOf } from "./string-lists.ts";
import { comparable, fromByteText, onBytes, quoted, space, strval, toByteText, trimSpace } from "./text.ts"; // biome-ignore format: one line
import { camelCase, separated } from "./words.ts";
import { wrap } from "./wrap.ts";

/** Makes a function of one text. @param price steps for 8 characters */
const ofText = (change: (text: string) => unknown, price = 1) =>
  define({ params: ["string"], context: true }, (context, text: string) => {
    context.spend((text.length >> 3) * price);
    return change(text);
  });

const tooFewPads = "strings: negative Repeat count";

function repeat(context: Context, count: number | bigint, text: string): string {
  if (count < 0) throw new Error(tooFewPads);
  context.grow(Number(count) * text.length);
  return text.repeat(Number(count));
}

function indent(context: Context, spaces: number | bigint, text: string): string {
  const pad = repeat(context, spaces, " ");
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  context.grow(text.length + lines * pad.length);
  return pad + text.replaceAll("\n", `\n${pad}`);
}

const trimAll = define({ params: ["string", "string"], context: true }, (context, cutset: string, text: string) => {
  context.spend((cutset.length >> 2) + (text.length >> 3));
  const cut = new Set<string>();
  for (const char of cutset) cut.add(rune(char));
  let from = 0;
  for (const char of text) {
    if (!cut.has(rune(char))) break;
    from += char.length;
  }
  let to = text.length;
  while (to > from) {
    const width = to - 2 >= from && text.codePointAt(to - 2)! > 0xffff ? 2 : 1;
    if (!cut.has(rune(text.slice(to - width, to)))) break;
    to -= width;
  }
  return text.slice(from, to);
});

/** Returns a character, U+FFFD for a byte that is not one. */
const rune = (char: string): string => (char.isWellFormed() ? char : "\ufffd");

/** `strings.Replace(text, old, new, -1)`. */
function replace(context: Context, from: string, to: string, text: string): string {
  if (from === "") {
    const runes = charactersOf(context, text);
    context.grow(text.length + (runes.length + 1) * to.length);
    return to + runes.map((rune) => rune + to).join("");
  }
  const [whole, old, by] = comparable(text, from, to) as [string, string, string];
  const pieces = piecesOf(context, whole, old);
  context.grow(whole.length + (pieces.length - 1) * (by.length - old.length));
  const replaced = pieces.join(by);
  return whole === text ? replaced : fromByteText(replaced);
}

const searched = (test: (text: string, part: string) => boolean) =>
  define({ params: ["string", "string"], context: true }, (context, part: string, text: string) => {
    context.spend(text.length >> 4);
    const [whole, piece] = comparable(text, part) as [string, string];
    return test(whole, piece);
  });

const withoutEnd = (cut: (text: string, part: string) => string) =>
  define({ params: ["string", "string"], context: true }, (context, part: string, text: string) => {
    context.spend(text.length >> 5);
    const [whole, piece] = comparable(text, part) as [string, string];
    return whole === text ? cut(whole, piece) : fromByteText(cut(whole, piece));
  });

/** Makes Go's error for `text[from:to]`. */
const outOfBounds = (bounds: string): Error => new Error(`runtime error: slice bounds out of range [${bounds}]`);

function substr(start: number | bigint, end: number | bigint, text: string): string {
  const length = byteLength(text);
  if (start < 0) {
    if (end < 0) throw outOfBounds(`:${end}`);
    if (end > length) throw new Error(`${outOfBounds(`:${end}`).message} with length ${length}`);
    return byteSlice(text, 0, Number(end));
  }
  if (end < 0 || end > length) {
    if (start > length) throw outOfBounds(`${start}:${length}`);
    return byteSlice(text, Number(start), length);
  }
  if (start > end) throw outOfBounds(`${start}:${end}`);
  return byteSlice(text, Number(start), Number(end));
}

function trunc(count: number, text: string): string {
  const length = byteLength(text);
  if (count < 0) return length + count > 0 ? byteSlice(text, length + count, length) : text;
  return length > count ? byteSlice(text, 0, count) : text;
}

/** Abbreviates to at least 4 bytes; `left` bytes may be cut at the front too. */
function abbreviate(text: string, left: number, width: number): string {
  if (text.length <= width) return text;
  let offset = Math.min(left, text.length);
  if (text.length - offset < width - 3) offset = text.length - (width - 3);
  if (offset <= 4) return `${text.slice(0, width - 3)}...`;
  if (offset + width - 3 < text.length) return `...${abbreviate(text.slice(offset), 0, width - 3)}`;
  return `...${text.slice(text.length - (width - 3))}`;
}

/** Lowers the first letter of each word. */
function untitle(text: string): string {
  let first = true;
  return mapRunes(text, (char) => {
    if (space.test(char)) first = true;
    else if (first) {
      first = false;
      return lowerRune(char);
    }
    return char;
  });
}

/** Tells characters that separate words for `title`. */
function isSeparator(char: string): boolean {
  if (char <= "\x7f") return !/^[A-Za-z0-9_]$/.test(char);
  return !/^[\p{L}\p{Nd}]$/u.test(char) && space.test(char);
}

function title(text: string): string {
  let first = true;
  return mapRunes(text, (char) => {
    const changed = first ? titleRune(char) : char;
    first = isSeparator(char);
    return changed;
  });
}

function swapCase(text: string): string {
  let first = true;
  return mapRunes(text, (char) => {
    if (isUpper(char) || isTitle(char)) {
      first = false;
      return lowerRune(char);
    }
    if (!isLower(char)) {
      first = space.test(char);
      return char;
    }
    const changed = first ? titleRune(char) : upperRune(char);
    first = false;
    return changed;
  });
}

/** Returns initials. Sprig takes bytes for characters here, so non-ASCII comes out as Latin-1. */
function initials(text: string): string {
  let letters = "";
  let gap = true;
  for (const char of toByteText(text)) {
    const isGap = space.test(char);
    if (gap && !isGap) letters += char;
    gap = isGap;
  }
  return letters;
}

function noSpace(text: string): string {
  const bytes = toByteText(text);
  const left = bytes.replace(new RegExp(space.source, "g"), "");
  return left === bytes ? text : left;
}

/** Joins the values that are not nil, as texts with spaces between them. */
function joined(context: Context, values: readonly unknown[], text: (value: unknown) => string): string {
  let line = "";
  let first = true;
  for (const value of values) {
    if (isNil(value)) continue;
    line += (first ? "" : " ") + text(value);
    first = false;
    if (line.length > context.limits.output) context.grow(line.length);
  }
  return line;
}

export const strings = {
  /** `abbrev WIDTH TEXT`: TEXT cut to at most WIDTH bytes, the last three of them an ellipsis if anything was cut. `{{ abbrev 8 "hello world" }}` → `hello...` */
  abbrev: define({ params: ["int", "string"], context: true }, (context, width, text) => {
    context.spend(text.length >> 3);
    return width < 4 ? text : onBytes(text, (bytes) => abbreviate(bytes, 0, Number(width)));
  }),
  /** `abbrevboth LEFT WIDTH TEXT`: the same as abbrev, starting at byte LEFT. `{{ abbrevboth 5 10 "1234 5678 9123" }}` → `...5678...` */
  abbrevboth: define({ params: ["int", "int", "string"], context: true }, (context, left, width, text) => {
    context.spend(text.length >> 3);
    if (width < 4 || (left > 0 && width < 7)) return text;
    return onBytes(text, (bytes) => abbreviate(bytes, Number(left), Number(width)));
  }),
  /** `camelcase TEXT`: the words of a name joined, each with a capital. `{{ camelcase "http_server" }}` → `HttpServer` */
  camelcase: ofText(camelCase, 4),
  /** `cat VALUE…`: the values that are not nil, separated by spaces. `{{ cat "hello" nil 3 }}` → `hello 3` */
  cat: define({ params: ["any"], variadic: true, context: true }, (context, ...values) =>
    joined(context, values, (value) => strval(value, context)),
  ),
  /** `contains PART TEXT`: whether TEXT contains PART. `{{ contains "lo w" "hello world" }}` → `true` */
  contains: searched(contains),
  /** `hasPrefix PART TEXT`: whether TEXT begins with PART. `{{ hasPrefix "he" "hello" }}` → `true` */
  hasPrefix: searched((text, part) => text.startsWith(part)),
  /** `hasSuffix PART TEXT`: whether TEXT ends with PART. `{{ hasSuffix "lo" "hello" }}` → `true` */
  hasSuffix: searched((text, part) => text.endsWith(part)),
  /** `indent SPACES TEXT`: TEXT with SPACES spaces before each line. `{{ indent 2 "a\nb" }}` → `  a⏎  b` */
  indent: define({ params: ["int", "string"], context: true }, indent),
  /** `initials TEXT`: the first byte of each word. `{{ initials "Ada King Lovelace" }}` → `AKL` */
  initials: ofText(initials, 4),
  /** `kebabcase TEXT`: the words of a name, joined by hyphens. `{{ kebabcase "FirstName" }}` → `first-name` */
  kebabcase: ofText((text) => separated(text, "-"), 16),
  /** `lower TEXT`: TEXT in lower case. `{{ lower "HELLO" }}` → `hello` */
  lower: ofText(lower),
  /** `nindent SPACES TEXT`: the same as indent, starting on a new line. `{{ nindent 2 "a" }}` → `⏎  a` */
  nindent: define(
    { params: ["int", "string"], context: true },
    (context, spaces, text) => `\n${indent(context, spaces, text)}`,
  ),
  /** `nospace TEXT`: TEXT without white space. `{{ nospace "h e l l o" }}` → `hello` */
  nospace: ofText(noSpace, 4),
  /** `plural ONE MANY COUNT`: ONE if COUNT is 1, else MANY. `{{ plural "item" "items" (len "abc") }}` → `items` */
  plural: define({ params: ["string", "string", "int"] }, (one, many, count) => (count === 1 ? one : many)),
  /** `quote VALUE…`: each VALUE that is not nil, as a Go string in double quotes. `{{ quote "a\tb" 3 }}` → `"a\tb" "3"` */
  quote: define({ params: ["any"], variadic: true, context: true }, (context, ...values) =>
    joined(context, values, (value) => quoteChecked(context, strval(value, context))),
  ),
  /** `repeat COUNT TEXT`: TEXT, COUNT times. `{{ repeat 3 "ab" }}` → `ababab` */
  repeat: define({ params: ["int", "string"], context: true }, repeat),
  /** `replace OLD NEW TEXT`: TEXT with each OLD replaced by NEW. `{{ replace "l" "L" "hello" }}` → `heLLo` */
  replace: define({ params: ["string", "string", "string"], context: true }, replace),
  /** `snakecase TEXT`: the words of a name, joined by underscores. `{{ snakecase "FirstName" }}` → `first_name` */
  snakecase: ofText((text) => separated(text, "_"), 16),
  /** `squote VALUE…`: each VALUE that is not nil, in single quotes; nothing is escaped. `{{ squote "it's" 3 }}` → `'it's' '3'` */
  squote: define({ params: ["any"], variadic: true, context: true }, (context, ...values) =>
    joined(context, values, (value) => `'${strval(value, context)}'`),
  ),
  /** `substr START END TEXT`: the bytes from START up to but not including END; a negative END means the end of TEXT. `{{ substr 0 4 "hello" }}` → `hell` */
  substr: define({ params: ["int", "int", "string"], context: true }, (context, start, end, text) => {
    context.spend(text.length >> 5);
    return substr(start, end, text);
  }),
  /** `swapcase TEXT`: TEXT with upper and lower case swapped; words begin with capitals. `{{ swapcase "This Is A.Test" }}` → `tHIS iS a.tEST` */
  swapcase: ofText(swapCase, 4),
  /** `title TEXT`: TEXT with a capital at the start of each word. `{{ title "hello world" }}` → `Hello World` */
  title: ofText(title, 4),
  /** `toString VALUE`: VALUE as print writes it. `{{ toString 12 | quote }}` → `"12"` */
  toString: define({ params: ["any"], context: true }, (context, value) => strval(value, context)),
  /** `trim TEXT`: TEXT without white space at either end. `{{ trim "  a b " }}` → `a b` */
  trim: ofText(trimSpace),
  /** `trimAll CUTSET TEXT`: TEXT without characters of CUTSET at either end. `{{ trimAll "$€" "$5.00€" }}` → `5.00` */
  trimAll,
  /** `trimall CUTSET TEXT`: the same as trimAll. `{{ trimall "-" "--a-b-" }}` → `a-b` */
  trimall: trimAll,
  /** `trimPrefix PART TEXT`: TEXT without PART, if it begins with PART. `{{ trimPrefix "-" "-hello" }}` → `hello` */
  trimPrefix: withoutEnd((text, part) => (text.startsWith(part) ? text.slice(part.length) : text)),
  /** `trimSuffix PART TEXT`: TEXT without PART, if it ends with PART. `{{ trimSuffix "-" "hello-" }}` → `hello` */
  trimSuffix: withoutEnd((text, part) => (text.endsWith(part) ? text.slice(0, text.length - part.length) : text)),
  /** `trunc COUNT TEXT`: the first COUNT bytes of TEXT, or its last ones if COUNT is negative. `{{ trunc -5 "hello world" }}` → `world` */
  trunc: define({ params: ["int", "string"], context: true }, (context, count, text) => {
    context.spend(text.length >> 5);
    return trunc(Number(count), text);
  }),
  /** `untitle TEXT`: TEXT with a small letter at the start of each word. `{{ untitle "Hello World" }}` → `hello world` */
  untitle: ofText(untitle, 4),
  /** `upper TEXT`: TEXT in upper case. `{{ upper "hello" }}` → `HELLO` */
  upper: ofText(upper),
  /** `wrap WIDTH TEXT`: TEXT in lines of at most WIDTH bytes, except for longer words. `{{ wrap 5 "Hello World" }}` → `Hello⏎World` */
  wrap: define({ params: ["int", "string"], context: true }, (context, width, text) =>
    wrap(context, text, Number(width), "\n", false),
  ),
  /** `wrapWith WIDTH END TEXT`: the same as wrap, with END instead of a line break, and longer words cut. `{{ wrapWith 5 "|" "Hello Wooorld" }}` → `Hello|Wooor|ld` */
  wrapWith: define({ params: ["int", "string", "string"], context: true }, (context, width, end, text) =>
    wrap(context, text, Number(width), end === "" ? "\n" : end, true),
  ),
} satisfies FunctionSet;

const pieceLength = 1 << 16;

/** Quotes piece by piece, because a quoted text may be ten times as long. */
function quoteChecked(context: Context, text: string): string {
  context.spend(text.length >> 4);
  const whole = joinBytes(text);
  let result = "";
  for (let from = 0; from < whole.length; ) {
    let to = Math.min(whole.length, from + pieceLength);
    if (whole.codePointAt(to - 1)! > 0xffff) to++;
    const before = result.length - from;
    result += quoted(whole.slice(from, to)).slice(1, -1);
    context.spend((result.length - to - before) >> 2);
    context.grow(result.length);
    from = to;
  }
  return `"${result}"`;
}
