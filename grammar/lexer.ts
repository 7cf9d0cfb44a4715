import { createTokenInstance, type IToken, Lexer } from "chevrotain";
import {
  Break,
  Continue,
  Define,
  DefineDelim,
  Else,
  ElseDelim,
  End,
  EndDelim,
  endedInsideAction,
  Identifier,
  keywords,
  LeftDelim,
  modes,
  type Payload,
  Refused,
  retype,
  startLexing,
} from "./tokens.ts";
import type { Delims } from "./tree.ts";

const lexer = new Lexer(modes, {
  positionTracking: "onlyOffset",
  ensureOptimizations: true,
  skipValidations: true,
});

/**
 * Splits a text into tokens. Never fails: a piece that Go's lexer refuses becomes a `Refused` token, and the parser complains
 * when it reaches the token, as Go does. White space inside actions is dropped; offsets tell whether two tokens touch.
 *
 * @param isFunction Go reads `break` and `continue` as words where functions of those names are known.
 */
export function tokenize(text: string, delims: Delims, isFunction: (name: string) => boolean): IToken[] {
  startLexing(delims);
  const { tokens } = lexer.tokenize(text);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if ((token.payload as Payload | undefined)?.refusal !== undefined) retype(token, Refused);
    else if (token.tokenType === Identifier) {
      const keyword = keywords.get(token.image);
      if (keyword === undefined) continue;
      if ((keyword === Break || keyword === Continue) && isFunction(token.image)) continue;
      retype(token, keyword);
      const opener = tokens[i - 1]!;
      if (opener.tokenType !== LeftDelim) continue;
      if (keyword === End) retype(opener, EndDelim);
      else if (keyword === Else) retype(opener, ElseDelim);
      else if (keyword === Define) retype(opener, DefineDelim);
    }
  }
  if (endedInsideAction()) tokens.push(unclosedActionAt(text.length));
  return tokens;
}

function unclosedActionAt(offset: number): IToken {
  const token = createTokenInstance(Refused, "", offset, offset, Number.NaN, Number.NaN, Number.NaN, Number.NaN);
  token.payload = { refusal: { code: "unclosed-action", message: "unclosed action" } } satisfies Payload;
  return token;
}

/** Returns the offset at which Go says a token starts. */
export function startOf(token: IToken): number {
  return (token.payload as Payload | undefined)?.start ?? token.startOffset;
}

export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** Returns the comment with its markers, without delimiters. */
export function commentText(token: IToken): string {
  const start = startOf(token) - token.startOffset;
  return token.image.slice(start, token.image.indexOf("*/", start + 2) + 2);
}
