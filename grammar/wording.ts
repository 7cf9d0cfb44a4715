import type { IToken } from "chevrotain";
import { byteLength } from "./bytes.ts";
import { TemplateError } from "./error.ts";
import { endOf, startOf } from "./lexer.ts";
import type { Lines } from "./lines.ts";
import { quote } from "./quote.ts";
import { Dot, keywords, LeftDelim, type LexicalErrorCode, type Payload, Refused, RightDelim } from "./tokens.ts";
import type { Source } from "./tree.ts";

/**
 * Says in Go's words everything that can be wrong with a template text. Chevrotain only says that a token did not fit; the
 * parser knows what Go was reading at that point (its {@link Context}), and Go's message needs nothing else.
 */

/** Names what is being read, as Go's messages do. */
export type Context =
  | "input"
  | "command"
  | "operand"
  | "end"
  | "else"
  | "if"
  | "range"
  | "with"
  | "parenthesized pipeline"
  | "template clause"
  | "block clause"
  | "define clause"
  | "{{break}}"
  | "{{continue}}";

/** Pairs an error with the reason for it. */
export interface ParseError {
  readonly error: TemplateError;
  readonly reason: ParseReason;
}

/** Names, for programs, what is wrong with a template text. */
export type ParseErrorCode =
  | LexicalErrorCode
  | "bad-constant"
  | "dot-after-term"
  | "ending-in-clause"
  | "expected-end"
  | "integer-overflow"
  | "invalid-syntax"
  | "malformed-character"
  | "missing-value"
  | "multiple-definition"
  | "non-executable"
  | "only-variables"
  | "outside-range"
  | "stray-ending"
  | "too-deep"
  | "too-many-declarations"
  | "undefined-function"
  | "undefined-variable"
  | "unexpected-end"
  | "unexpected-token";

/** Says what is wrong with a template text: for people in Go's words, for programs by code. */
export interface ParseReason {
  readonly code: ParseErrorCode;
  /** Go's message without the name and line of the template. */
  readonly message: string;
  /** The function, variable, template or keyword that the message names. */
  readonly name?: string | undefined;
  /** The unexpected token as Go shows it: `"("`, `<define>`, `EOF`. */
  readonly token?: string | undefined;
  readonly context?: Context | undefined;
}

type Jump = "break" | "continue";
type EndWord = "end" | "else";

export const functionNotDefined = (name: string): ParseReason => ({
  code: "undefined-function",
  message: `function ${quote(name)} not defined`,
  name,
});
export const undefinedVariable = (name: string): ParseReason => ({
  code: "undefined-variable",
  message: `undefined variable ${quote(name)}`,
  name,
});
export const missingValue = (context: Context): ParseReason => ({
  code: "missing-value",
  message: `missing value for ${context}`,
  context,
});
export const nonExecutable = (stage: number): ParseReason => ({
  code: "non-executable",
  message: `non executable command in pipeline stage ${stage}`,
});
export const dotAfterTerm = (term: string): ParseReason => ({
  code: "dot-after-term",
  message: `unexpected . after term ${quote(term)}`,
});
export const tooManyDeclarations = (context: Context): ParseReason => ({
  code: "too-many-declarations",
  message: `too many declarations in ${context}`,
});
export const onlyVariables: ParseReason = {
  code: "only-variables",
  message: "range can only initialize variables",
};
export const outsideRange = (name: Jump): ParseReason => ({
  code: "outside-range",
  message: `{{${name}}} outside {{range}}`,
  name,
});
export const multipleDefinition = (name: string): ParseReason => ({
  code: "multiple-definition",
  message: `template: multiple definition of template ${quote(name)}`,
  name,
});
export const strayEnding = (ending: string, name: EndWord): ParseReason => ({
  code: "stray-ending",
  message: `unexpected ${ending}`,
  name,
});
export const endingIn = (ending: string, name: EndWord, context: Context): ParseReason => ({
  code: "ending-in-clause",
  message: `unexpected ${ending} in ${context}`,
  name,
  context,
});
export const expectedEnd = (ending: string, name: EndWord): ParseReason => ({
  code: "expected-end",
  message: `expected end; found ${ending}`,
  name,
});
export const unexpectedEnd: ParseReason = { code: "unexpected-end", message: "unexpected EOF" };
export const tooDeep: ParseReason = { code: "too-deep", message: "max expression depth exceeded" };
export const invalidSyntax: ParseReason = { code: "invalid-syntax", message: "invalid syntax" };

/**
 * Reports a token that does not fit. A refused token carries its own message; if it is on another line than the start of its
 * action, Go says where the action started.
 *
 * @param actionLine line of the left delimiter of the action being read, 0 outside
 */
export function unexpected(
  token: IToken,
  context: Context,
  source: Source,
  line: number,
  actionLine: number,
): ParseReason {
  const refusal = (token.payload as Payload | undefined)?.refusal;
  if (token.tokenType !== Refused || refusal === undefined) {
    const shown = render(token, source);
    return { code: "unexpected-token", message: `unexpected ${shown} in ${context}`, token: shown, context };
  }
  if (actionLine === 0 || actionLine === line) return refusal;
  const { code, message } = refusal;
  const within = code === "unclosed-action" ? "" : " in action";
  return { code, message: `${message}${within} started at ${source.name}:${actionLine}` };
}

const keywordTypes = new Set(keywords.values());

/** Shows a token as Go's messages do: keywords in angle brackets, all others quoted, cut at ten bytes. */
function render(token: IToken, { delims: [left, right] }: Source): string {
  const { image, tokenType } = token;
  if (image === "") return "EOF";
  if (tokenType === Dot || (keywordTypes.has(tokenType) && image !== "true" && image !== "false")) return `<${image}>`;
  // The white space that a trim marker removes belongs to the token, but is not shown.
  const value = tokenType === RightDelim ? right : tokenType === LeftDelim ? left : image;
  return byteLength(value) > 10 ? `${quote([...value].slice(0, 10).join(""))}...` : quote(value);
}

/**
 * Makes the error for a token.
 * @param at the token that the reason is about
 * @param line the line that Go names: that of the token it read last
 */
export function parseError(reason: ParseReason, source: Source, at: IToken, line: number, lines: Lines): ParseError {
  const { text } = source;
  const culprit = (at.payload as Payload | undefined)?.culprit;
  const start = Math.min(culprit ?? startOf(at), text.length);
  const end = culprit === undefined ? endOf(at) : start + String.fromCodePoint(text.codePointAt(start)!).length;
  const error = new TemplateError({
    message: `template: ${source.name}:${line}: ${reason.message}`,
    phase: "parse",
    name: source.name,
    text,
    span: { start, end: Math.max(start, end) },
    lines,
    reason,
  });
  return { error, reason };
}
