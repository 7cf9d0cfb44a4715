import type { IToken } from "chevrotain";
import { byteLength } from "./bytes.ts";
import { TemplateError } from "./error.ts";
import { endOf, startOf } from "./lexer.ts";
import type { Lines } from "./lines.ts";
import { quote } from "./quote.ts";
import { Dot, keywords, LeftDelim, type Payload, Refused, RightDelim } from "./tokens.ts";
import type { Source } from "./tree.ts";

/**
 * Go's words for everything that can be wrong with a template text. Chevrotain only says that a token did not fit; the
 * parser knows what Go was reading at that point (its {@link Context}), and that is all Go's message needs.
 */

/** What is being read, as Go's messages name it. */
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

export const functionNotDefined = (name: string): string => `function ${quote(name)} not defined`;
export const undefinedVariable = (name: string): string => `undefined variable ${quote(name)}`;
export const missingValue = (context: Context): string => `missing value for ${context}`;
export const nonExecutable = (stage: number): string => `non executable command in pipeline stage ${stage}`;
export const dotAfterTerm = (term: string): string => `unexpected . after term ${quote(term)}`;
export const tooManyDeclarations = (context: Context): string => `too many declarations in ${context}`;
export const onlyVariables = "range can only initialize variables";
export const outsideRange = (jump: "break" | "continue"): string => `{{${jump}}} outside {{range}}`;
export const multipleDefinition = (name: string): string => `template: multiple definition of template ${quote(name)}`;
export const strayEnding = (ending: string): string => `unexpected ${ending}`;
export const endingIn = (ending: string, context: Context): string => `unexpected ${ending} in ${context}`;
export const expectedEnd = (ending: string): string => `expected end; found ${ending}`;
export const unexpectedEnd = "unexpected EOF";
export const tooDeep = "max expression depth exceeded";
export const invalidSyntax = "invalid syntax";

/**
 * A token that does not fit. A refused one carries its own message; if that stands on another line than the action began
 * on, Go says where that was.
 *
 * @param actionLine line of the left delimiter of the action being read, 0 outside
 */
export function unexpected(token: IToken, context: Context, source: Source, line: number, actionLine: number): string {
  const error = (token.payload as Payload | undefined)?.error;
  if (token.tokenType !== Refused || error === undefined) return `unexpected ${render(token, source)} in ${context}`;
  if (actionLine === 0 || actionLine === line) return error;
  return `${error}${error.endsWith(" action") ? "" : " in action"} started at ${source.name}:${actionLine}`;
}

const keywordTypes = new Set(keywords.values());

/** A token as Go's messages show it: keywords in angle brackets, all else quoted, and cut when longer than ten bytes. */
function render(token: IToken, { delims: [left, right] }: Source): string {
  const { image, tokenType } = token;
  if (image === "") return "EOF";
  if (tokenType === Dot || (keywordTypes.has(tokenType) && image !== "true" && image !== "false")) return `<${image}>`;
  // White space that a trim marker removes belongs to the token, not to what is shown of it.
  const value = tokenType === RightDelim ? right : tokenType === LeftDelim ? left : image;
  return byteLength(value) > 10 ? `${quote([...value].slice(0, 10).join(""))}...` : quote(value);
}

/**
 * @param at the token the complaint is about
 * @param line the line Go names: that of the token it had read last
 */
export function parseError(message: string, source: Source, at: IToken, line: number, lines: Lines): TemplateError {
  const { text } = source;
  const culprit = (at.payload as Payload | undefined)?.culprit;
  const start = Math.min(culprit ?? startOf(at), text.length);
  const end = culprit === undefined ? endOf(at) : start + String.fromCodePoint(text.codePointAt(start)!).length;
  return new TemplateError({
    message: `template: ${source.name}:${line}: ${message}`,
    phase: "parse",
    name: source.name,
    text,
    span: { start, end: Math.max(start, end) },
    lines,
  });
}
