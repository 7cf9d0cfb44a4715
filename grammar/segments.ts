import type { IToken, TokenType } from "chevrotain";
import { endOf, startOf, tokenize } from "./lexer.ts";
import * as t from "./tokens.ts";
import type { Delims } from "./tree.ts";

/** Splits a template into texts and actions, in order: enough to write it again with other spacing. */
export type Segment =
  /** Text to copy: with the white space that trim markers remove, and comments. */
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "action";
      /** Delimiters with their trim markers: `{{`, `{{-`, `}}`, ` -}}`. */
      readonly open: string;
      readonly close: string;
      readonly tokens: readonly ActionToken[];
    };

export interface ActionToken {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The token is a field of the operand right before it. */
  readonly isJoined: boolean;
}

const haveFields: readonly TokenType[] = [t.Field, t.Variable, t.Identifier, t.RightParen];

function isJoined(
  { tokenType, startOffset }: IToken,
  last: TokenType | undefined,
  before: ActionToken | undefined,
): boolean {
  return tokenType === t.Field && last !== undefined && haveFields.includes(last) && before?.end === startOffset;
}

/** Returns the segments of a text that parses. */
export function segmentsOf(text: string, delims: Delims, isFunction: (name: string) => boolean): readonly Segment[] {
  const segments: Segment[] = [];
  const [left, right] = delims;
  let words: ActionToken[] = [];
  let last: TokenType | undefined;
  let open = "";
  let copied = 0;
  for (const token of tokenize(text, delims, isFunction)) {
    const start = startOf(token);
    switch (token.tokenType) {
      case t.Text:
      case t.Comment:
        break;
      case t.LeftDelim:
      case t.EndDelim:
      case t.ElseDelim:
      case t.DefineDelim:
        if (start > copied) segments.push({ kind: "text", text: text.slice(copied, start) });
        open = text.slice(start, endOf(token)).trimEnd();
        words = [];
        break;
      case t.RightDelim: {
        // With a trim marker the token is ` -}}` and the white space after it.
        const trims = start > token.startOffset;
        const end = (trims ? start : token.startOffset) + right.length;
        const close = trims ? ` -${right}` : right;
        segments.push({ kind: "action", open: open === "" ? left : open, close, tokens: words });
        copied = end;
        break;
      }
      default:
        words.push({ text: token.image, start, end: endOf(token), isJoined: isJoined(token, last, words.at(-1)) });
    }
    last = token.tokenType;
  }
  if (copied < text.length) segments.push({ kind: "text", text: text.slice(copied) });
  return segments;
}
