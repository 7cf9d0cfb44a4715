import { type CustomPatternMatcherFunc, createToken, type IToken, Lexer, type TokenType } from "chevrotain";
import { quote, unicodeName } from "./quote.ts";
import type { Delims } from "./tree.ts";

/**
 * Defines the tokens, in two lexer modes: text up to a left delimiter, and the inside of an action. Patterns are functions
 * because the caller chooses the delimiters, and because chevrotain rebuilds each RegExp without its `u` flag.
 *
 * A piece that Go's lexer refuses is still one token, with Go's message as `payload.refusal`; see `lexer.ts`.
 */

/** Names, for programs, why Go's lexer refuses a piece of text. */
export type LexicalErrorCode =
  | "bad-character"
  | "bad-number"
  | "early-comment-end"
  | "expected-declare"
  | "stray-paren"
  | "unclosed-action"
  | "unclosed-comment"
  | "unclosed-paren"
  | "unrecognized-character"
  | "unterminated-character"
  | "unterminated-raw-string"
  | "unterminated-string";

export interface Refusal {
  readonly code: LexicalErrorCode;
  /** Go's message. */
  readonly message: string;
}

export interface Payload {
  readonly refusal?: Refusal;
  /** Offset at which Go says the token starts, if it is after the first character: trimmed white space belongs to delimiters. */
  readonly start?: number;
  /** Offset of the character that `refusal` is about, if it is not the token's first. */
  readonly culprit?: number;
}

/** Holds what the patterns need. Lexing is synchronous, so one object is enough; {@link startLexing} resets it. */
const state = { left: "{{", right: "}}", parens: 0, insideAction: false };

export function startLexing([left, right]: Delims): void {
  state.left = left;
  state.right = right;
  state.parens = 0;
  state.insideAction = false;
}

/** Tells whether the text ended inside an action. */
export const endedInsideAction = (): boolean => state.insideAction;

const ok = (image: string): [string] => [image];

function withPayload(image: string, payload: Payload): [string] {
  const match: [string] & { payload?: Payload } = [image];
  match.payload = payload;
  return match;
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Matches trim markers: `{{- ` on the left, ` -}}` on the right. */
const trimsLeft = (text: string, at: number): boolean =>
  text.charCodeAt(at) === 0x2d && isSpace(text.charCodeAt(at + 1));
const trimsRight = (text: string, at: number): boolean =>
  isSpace(text.charCodeAt(at)) && text.charCodeAt(at + 1) === 0x2d && text.startsWith(state.right, at + 2);

function skipSpace(text: string, at: number): number {
  let end = at;
  while (isSpace(text.charCodeAt(end))) end++;
  return end;
}

/** Returns the end of the run of letters, digits and `_` that starts at `at`. */
function wordEnd(text: string, at: number): number {
  let end = at;
  for (;;) {
    const width = letterWidth(text, end);
    if (width === 0) return end;
    end += width;
  }
}

/** Returns the UTF-16 width of the letter, digit or `_` at `at`, 0 if there is none. */
function letterWidth(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || isDigit(code) || code === 0x5f) return 1;
  if (!(code >= 0x80)) return 0;
  letter.lastIndex = at;
  return letter.test(text) ? letter.lastIndex - at : 0;
}

const letter = /[\p{L}\p{Nd}]/uy;

/** Tells whether a word may end here: before white space, the end, `. , | : ( )` or the right delimiter. */
function endsWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (
    Number.isNaN(code) ||
    isSpace(code) ||
    (code < 0x80 && ".,|:()".includes(text[at]!)) ||
    text.startsWith(state.right, at)
  );
}

/** Matches a word up to `end`, or refuses the character that follows it. */
function word(text: string, start: number, end: number): [string] {
  const image = text.slice(start, end);
  if (endsWord(text, end)) return ok(image);
  return withPayload(image, {
    refusal: { code: "bad-character", message: `bad character ${unicodeName(codeAt(text, end))}` },
    culprit: end,
  });
}

function codeAt(text: string, at: number): number {
  const code = text.codePointAt(at)!;
  return code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
}

// --- text mode

/** Returns the offset of the left delimiter that starts here, or after white space that its trim marker removes; -1 if none. */
function leftDelimAt(text: string, at: number): number {
  const { left } = state;
  if (text.startsWith(left, at)) return at;
  if (!isSpace(text.charCodeAt(at))) return -1;
  const next = text.indexOf(left, at);
  return next >= 0 && skipSpace(text, at) >= next && trimsLeft(text, next + left.length) ? next : -1;
}

const matchComment: CustomPatternMatcherFunc = (text, at) => {
  const start = leftDelimAt(text, at);
  if (start < 0) return null;
  let open = start + state.left.length;
  if (trimsLeft(text, open)) open += 2;
  if (!text.startsWith("/*", open)) return null;
  const close = text.indexOf("*/", open + 2);
  if (close < 0)
    return withPayload(text.slice(at), {
      refusal: { code: "unclosed-comment", message: "unclosed comment" },
      start: open,
    });
  let end = close + 2;
  if (trimsRight(text, end)) end = skipSpace(text, end + 2 + state.right.length);
  else if (text.startsWith(state.right, end)) end += state.right.length;
  else
    return withPayload(text.slice(at, end), {
      refusal: { code: "early-comment-end", message: "comment ends before closing delimiter" },
      start: open,
    });
  return withPayload(text.slice(at, end), { start: open });
};

const matchLeftDelim: CustomPatternMatcherFunc = (text, at) => {
  const start = leftDelimAt(text, at);
  if (start < 0) return null;
  state.parens = 0;
  state.insideAction = true;
  const end = start + state.left.length;
  const image = text.slice(at, trimsLeft(text, end) ? end + 2 : end);
  return start === at ? ok(image) : withPayload(image, { start });
};

const matchText: CustomPatternMatcherFunc = (text, at) => {
  const next = text.indexOf(state.left, at);
  if (next < 0) return ok(text.slice(at));
  let end = next;
  if (trimsLeft(text, next + state.left.length)) while (end > at && isSpace(text.charCodeAt(end - 1))) end--;
  return ok(text.slice(at, end));
};

// --- action mode

const matchRightDelim: CustomPatternMatcherFunc = (text, at) => {
  const trims = trimsRight(text, at);
  if (!trims && !text.startsWith(state.right, at)) return null;
  const close = trims ? at + 2 : at;
  const end = close + state.right.length;
  state.insideAction = false;
  if (state.parens > 0)
    return withPayload(text.slice(at, end), {
      refusal: { code: "unclosed-paren", message: "unclosed left paren" },
      start: at,
    });
  return trims ? withPayload(text.slice(at, skipSpace(text, end)), { start: close }) : ok(text.slice(at, end));
};

const matchSpace: CustomPatternMatcherFunc = (text, at) => {
  let end = skipSpace(text, at);
  if (end === at) return null;
  if (trimsRight(text, end - 1)) end--; // the last space belongs to the trim marker
  return ok(text.slice(at, end));
};

/** Matches `.name`. A dot alone and the number `.5` are other tokens. */
const matchField: CustomPatternMatcherFunc = (text, at) => {
  if (text.charCodeAt(at) !== 0x2e || isDigit(text.charCodeAt(at + 1))) return null;
  // At the very end Go reads a dot as the start of a number.
  if (at + 1 === text.length) return null;
  if (endsWord(text, at + 1)) return null;
  return word(text, at, wordEnd(text, at + 1));
};

const matchDot: CustomPatternMatcherFunc = (text, at) =>
  text.charCodeAt(at) === 0x2e && at + 1 < text.length && !isDigit(text.charCodeAt(at + 1)) ? ok(".") : null;

const matchVariable: CustomPatternMatcherFunc = (text, at) => {
  if (text.charCodeAt(at) !== 0x24) return null;
  return endsWord(text, at + 1) ? ok("$") : word(text, at, wordEnd(text, at + 1));
};

const matchWord: CustomPatternMatcherFunc = (text, at) => {
  const end = wordEnd(text, at);
  return end === at ? null : word(text, at, end);
};

/** Matches up to the closing mark on the same line; a backslash escapes the next character. */
function quoted(mark: number, refusal: Refusal): CustomPatternMatcherFunc {
  return (text, at) => {
    if (text.charCodeAt(at) !== mark) return null;
    for (let i = at + 1; i < text.length; i++) {
      let code = text.charCodeAt(i);
      if (code === mark) return ok(text.slice(at, i + 1));
      if (code === 0x5c) code = text.charCodeAt(++i);
      if (code === 0x0a) return withPayload(text.slice(at, i), { refusal });
    }
    return withPayload(text.slice(at), { refusal });
  };
}

const matchRawString: CustomPatternMatcherFunc = (text, at) => {
  if (text.charCodeAt(at) !== 0x60) return null;
  const end = text.indexOf("`", at + 1);
  return end < 0
    ? withPayload(text.slice(at), {
        refusal: { code: "unterminated-raw-string", message: "unterminated raw quoted string" },
      })
    : ok(text.slice(at, end + 1));
};

const number =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

/** Returns the end of the number at `at`; if a letter follows, minus the end including that letter. */
function numberEnd(text: string, at: number): number {
  number.lastIndex = at;
  number.test(text);
  const end = number.lastIndex;
  const width = letterWidth(text, end);
  return width > 0 ? -(end + width) : end;
}

const startsNumber = (code: number): boolean => isDigit(code) || code === 0x2b || code === 0x2d || code === 0x2e;
const badNumber = (image: string): [string] =>
  withPayload(image, { refusal: { code: "bad-number", message: `bad number syntax: ${quote(image)}` } });

const matchNumber: CustomPatternMatcherFunc = (text, at) => {
  if (!startsNumber(text.charCodeAt(at))) return null;
  const end = numberEnd(text, at);
  if (end < 0) return badNumber(text.slice(at, -end));
  const sign = text.charCodeAt(end);
  return sign === 0x2b || sign === 0x2d ? null : ok(text.slice(at, end));
};

/** Matches `1+2i`: two numbers without a space, the second imaginary. */
const matchComplex: CustomPatternMatcherFunc = (text, at) => {
  if (!startsNumber(text.charCodeAt(at))) return null;
  const end = numberEnd(text, numberEnd(text, at));
  const image = text.slice(at, Math.abs(end));
  return end < 0 || !image.endsWith("i") ? badNumber(image) : ok(image);
};

const matchDeclare: CustomPatternMatcherFunc = (text, at) => {
  if (text.charCodeAt(at) !== 0x3a) return null;
  return text.charCodeAt(at + 1) === 0x3d
    ? ok(":=")
    : withPayload(":", { refusal: { code: "expected-declare", message: "expected :=" } });
};

const matchLeftParen: CustomPatternMatcherFunc = (text, at) => {
  if (text.charCodeAt(at) !== 0x28) return null;
  state.parens++;
  return ok("(");
};

const matchRightParen: CustomPatternMatcherFunc = (text, at) => {
  if (text.charCodeAt(at) !== 0x29) return null;
  if (state.parens === 0)
    return withPayload(")", { refusal: { code: "stray-paren", message: "unexpected right paren" } });
  state.parens--;
  return ok(")");
};

/** Matches any other character: printable ASCII is a token of its own (only the comma is ever legal), all else is refused. */
const matchChar: CustomPatternMatcherFunc = (text, at) => {
  const code = codeAt(text, at);
  const image = text.slice(at, at + (code > 0xffff ? 2 : 1));
  if (code > 0x20 && code < 0x7f) return ok(image);
  return withPayload(image, {
    refusal: { code: "unrecognized-character", message: `unrecognized character in action: ${unicodeName(code)}` },
  });
};

// --- token types

/** Lists one character of each class by which chevrotain indexes first characters: the token may start with anything. */
const anything: number[] = [...Array(256).keys(), ...Array.from({ length: 256 }, (_, i) => 256 + i * 255), 0xffff];
const beyondAscii = anything.filter((code) => code >= 0x80);
const chars = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));
const digits = "0123456789";
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

function token(name: string, pattern: CustomPatternMatcherFunc, starts: number[], more: object = {}): TokenType {
  return createToken({ name, pattern, start_chars_hint: starts, line_breaks: true, ...more });
}

/** Makes a type that only {@link retype} assigns: keywords are matched as words, refused pieces as whatever they began as. */
const given = (name: string): TokenType => createToken({ name, pattern: Lexer.NA });

export const Comment = token("Comment", matchComment, anything);
export const LeftDelim = token("LeftDelim", matchLeftDelim, anything, { push_mode: "action" });
export const Text = token("Text", matchText, anything);

export const RightDelim = token("RightDelim", matchRightDelim, anything, { pop_mode: true });
const Space = token("Space", matchSpace, chars(" \t\r\n"), { group: Lexer.SKIPPED });
export const Field = token("Field", matchField, chars("."));
export const Dot = token("Dot", matchDot, chars("."));
export const Variable = token("Variable", matchVariable, chars("$"));
export const Identifier = token("Identifier", matchWord, [...chars(letters), ...beyondAscii]);
export const String_ = token(
  "String",
  quoted(0x22, { code: "unterminated-string", message: "unterminated quoted string" }),
  chars('"'),
);
export const RawString = token("RawString", matchRawString, chars("`"));
export const CharConstant = token(
  "CharConstant",
  quoted(0x27, { code: "unterminated-character", message: "unterminated character constant" }),
  chars("'"),
);
export const Number_ = token("Number", matchNumber, chars(`${digits}+-.`));
export const Complex = token("Complex", matchComplex, chars(`${digits}+-.`));
export const Declare = token("Declare", matchDeclare, chars(":"));
export const Assign = token("Assign", (text, at) => (text.charCodeAt(at) === 0x3d ? ok("=") : null), chars("="));
export const Pipe = token("Pipe", (text, at) => (text.charCodeAt(at) === 0x7c ? ok("|") : null), chars("|"));
export const Comma = token("Comma", (text, at) => (text.charCodeAt(at) === 0x2c ? ok(",") : null), chars(","));
export const LeftParen = token("LeftParen", matchLeftParen, chars("("));
export const RightParen = token("RightParen", matchRightParen, chars(")"));
const Char = token("Char", matchChar, anything);

export const Bool = given("Bool");
export const Block = given("Block");
export const Break = given("Break");
export const Continue = given("Continue");
export const Define = given("Define");
export const Else = given("Else");
export const End = given("End");
export const If = given("If");
export const Nil = given("Nil");
export const Range = given("Range");
export const Template = given("Template");
export const With = given("With");
/**
 * Left delimiters before `define`, `end` and `else` are types of their own, so that the grammar needs one token of look-ahead.
 */
export const DefineDelim = given("DefineDelim");
export const EndDelim = given("EndDelim");
export const ElseDelim = given("ElseDelim");
/** Matches a piece that Go's lexer refuses. */
export const Refused = given("Refused");

export const keywords: ReadonlyMap<string, TokenType> = new Map([
  ["true", Bool],
  ["false", Bool],
  ["block", Block],
  ["break", Break],
  ["continue", Continue],
  ["define", Define],
  ["else", Else],
  ["end", End],
  ["if", If],
  ["nil", Nil],
  ["range", Range],
  ["template", Template],
  ["with", With],
]);

const textMode = [Comment, LeftDelim, Text];
const actionMode = [
  ...[RightDelim, Space, Field, Dot, Variable, Identifier, String_, RawString, CharConstant, Number_, Complex],
  ...[Declare, Assign, Pipe, Comma, LeftParen, RightParen, Char],
];

export const modes = { modes: { text: textMode, action: actionMode }, defaultMode: "text" };

export const vocabulary: TokenType[] = [
  ...textMode,
  ...actionMode,
  ...new Set(keywords.values()),
  ...[DefineDelim, EndDelim, ElseDelim, Refused],
];

/** Changes the type of a token. */
export function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx!;
}
