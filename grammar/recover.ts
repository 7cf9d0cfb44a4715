import { createTokenInstance, type IToken, type TokenType } from "chevrotain";
import type { Span } from "./error.ts";
import { startOf, tokenize } from "./lexer.ts";
import { type ParseOptions, tryParse } from "./parser.ts";
import * as t from "./tokens.ts";
import type { Delims, Tree } from "./tree.ts";
import type { ParseError, ParseErrorCode, ParseReason } from "./wording.ts";

/** Holds the readable parts of a text, and everything that is wrong with it. */
export interface Recovered {
  /** Trees that have {@link unreadable} in place of each action that cannot be read. */
  readonly trees: ReadonlyMap<string, Tree>;
  /** Problems: first the one that Go reports, then the others by offset. */
  readonly problems: readonly Problem[];
  /** The search for problems stopped at a limit, so there may be more. */
  readonly isTruncated: boolean;
}

export interface Problem extends ParseError {
  /** The action that contains the problem, if one does. */
  readonly action: Span | undefined;
  /** The first action of a block inside which the text ends. */
  readonly unclosed?: Span | undefined;
}

/** Names the function that stands for an unreadable action. */
export const unreadable = "?";

/** Limits the broken actions that are looked for: the whole text is read again for each. */
const maxBrokenActions = 50;
/** Limits the characters that are read again: a text of a megabyte is read twice. */
const maxReparsed = 2_000_000;
/** Limits the problems reported of one action. */
const maxInAction = 20;
/** Limits the problems reported of one text. */
const maxProblems = 1000;

/**
 * Parses like `parse`, but goes on after an error: an error inside one action hides none outside it. An action that cannot be
 * read is replaced by the one that its first word suggests, so that blocks still have their ends and variables are known.
 */
export function parseAll(text: string, options: ParseOptions): Recovered {
  const isFunction = (name: string): boolean => name === unreadable || options.isFunction(name);
  const lenient = { ...options, isFunction };
  const collector = new ProblemCollector(text, options.delims);
  const { problems } = collector;
  const repairs: Repair[] = [];
  const broken = Math.min(maxBrokenActions, Math.max(1, Math.floor(maxReparsed / Math.max(1, text.length))));
  for (;;) {
    const tokens = repairedTokens(text, repairs, lenient);
    const { trees, errors, stopped, open } = tryParse(tokens, text, lenient);
    const result = (isTruncated = false): Recovered => ({
      trees,
      problems: inOrder(problems),
      isTruncated: isTruncated || collector.isTruncated,
    });
    collector.read(tokens);
    const last = errors.at(-1);
    const cut = stopped !== undefined && last!.reason.code === "unexpected-end" && open.length > 0;
    for (const error of cut ? errors.slice(0, -1) : errors) collector.add(error, stopped !== undefined);
    const closing = errors.find(({ reason }) => isEndWord(reason));
    let repair: Repair | undefined;
    const opening = stopped && last!.reason.code === "stray-ending" && errors.find(({ reason }) => isBlockWord(reason));
    if (last?.reason.code === "too-deep") return result();
    if (opening) {
      remove(problems, last!);
      repair = collector.repairOf(opening.error.span.start);
    } else if (closing && open.length > 0) repair = collector.repairOf(closing.error.span.start);
    else if (!stopped) return result();
    else if (cut) {
      open.forEach((start) => {
        problems.push({ ...last!, action: undefined, unclosed: collector.actions.at(start) });
      });
      repair = { start: text.length, end: text.length, tokens: open.flatMap(() => endTokens(text.length)) };
    } else repair = collector.repairOf(startOf(stopped));
    if (repair === undefined || repairs.some(({ start }) => start === repair.start)) return result();
    if (repairs.length >= broken) return result(true);
    repairs.push(repair);
    repairs.sort((a, b) => a.start - b.start);
  }
}

/** Tells `endif` and its like, which are functions to Go, and ends to people. */
const isEndWord = ({ code, name = "" }: ParseReason): boolean =>
  code === "undefined-function" && /^end_?(if|with|range|block|define)$/i.test(name);

/** Tells words that open blocks in other languages. */
const isBlockWord = ({ code, name = "" }: ParseReason): boolean =>
  code === "undefined-function" && /^(unless|for|foreach|each|while)$/i.test(name);

function remove(problems: Problem[], { error }: ParseError): void {
  const at = problems.findIndex((problem) => problem.error === error);
  if (at >= 0) problems.splice(at, 1);
}

function inOrder([first, ...others]: readonly Problem[]): readonly Problem[] {
  if (!first) return [];
  const place = ({ error, unclosed }: Problem): number => unclosed?.start ?? error.span.start;
  return [first, ...others.sort((a, b) => place(a) - place(b))];
}

/** Codes of which a second one in an action mostly follows from the first. */
const isUnexpected: ReadonlySet<ParseErrorCode> = new Set([
  ...(["dot-after-term", "ending-in-clause", "stray-ending", "stray-paren", "unexpected-end"] as const),
  "unexpected-token",
]);

/** Collects the problems of all parse attempts. */
class ProblemCollector {
  readonly problems: Problem[] = [];
  readonly actions: Actions;
  isTruncated = false;
  readonly #known = new Set<string>();
  readonly #byAction = new Map<number, Problem[]>();
  #tokens: readonly IToken[] = [];

  constructor(text: string, delims: Delims) {
    this.actions = new Actions(text, delims);
  }

  /** Takes the tokens of an attempt, which tell where actions start. */
  read(tokens: readonly IToken[]): void {
    this.#tokens = tokens;
    this.actions.read(tokens);
  }

  repairOf(offset: number): Repair | undefined {
    const start = this.actions.startAt(offset);
    if (start < 0) return undefined;
    const { text, delims } = this.actions;
    const { end } = this.actions.at(start);
    return { start, end, tokens: intendedTokens(text, start, end, delims, this.#tokens) };
  }

  /** Adds an error, unless an earlier attempt found it or the action is already known to be unreadable. */
  add(parseError: ParseError, isStopped: boolean): void {
    const { error, reason } = parseError;
    const key = `${error.span.start} ${reason.message}`;
    if (this.#known.has(key)) return;
    const start = this.actions.startAt(error.span.start);
    const before = this.#byAction.get(start) ?? [];
    if (start >= 0 && before.length >= maxInAction) return;
    const isFollowing = (other: Problem): boolean =>
      isStopped ||
      other.reason.code === "too-many-declarations" ||
      (isUnexpected.has(other.reason.code) && isUnexpected.has(reason.code));
    if (start >= 0 && before.some(isFollowing)) return;
    if (this.problems.length >= maxProblems) {
      this.isTruncated = true;
      return;
    }
    this.#known.add(key);
    const action = start < 0 ? undefined : this.actions.at(start);
    const problem = { ...parseError, action };
    this.problems.push(problem);
    if (start < 0) return;
    before.push(problem);
    this.#byAction.set(start, before);
  }
}

// --- repairs

/** Replaces a range of the text by tokens. */
interface Repair extends Span {
  readonly tokens: readonly IToken[];
}

function repairedTokens(text: string, repairs: readonly Repair[], { delims, isFunction }: ParseOptions): IToken[] {
  if (repairs.length === 0) return tokenize(text, delims, isFunction);
  const tokens: IToken[] = [];
  let at = 0;
  const read = (end: number): void => {
    for (const token of tokenize(text.slice(at, end), delims, isFunction)) tokens.push(shifted(token, at));
  };
  for (const repair of repairs) {
    if (repair.start > at) read(repair.start);
    for (const token of repair.tokens) tokens.push({ ...token });
    at = repair.end;
  }
  if (at < text.length) read(text.length);
  return tokens;
}

function shifted(token: IToken, by: number): IToken {
  token.startOffset += by;
  if (token.endOffset !== undefined) token.endOffset += by;
  const payload = token.payload as t.Payload | undefined;
  if (payload) {
    token.payload = {
      ...payload,
      ...(payload.start !== undefined && { start: payload.start + by }),
      ...(payload.culprit !== undefined && { culprit: payload.culprit + by }),
    };
  }
  return token;
}

const opens = new Map<string, TokenType>([
  ["if", t.If],
  ["with", t.With],
  ["range", t.Range],
  ["block", t.If],
  ["define", t.If],
  ["unless", t.If],
  ["while", t.If],
  ["for", t.Range],
  ["foreach", t.Range],
  ["each", t.Range],
]);

/** Returns the tokens of the action that the first word suggests. */
function intendedTokens(text: string, start: number, end: number, [left]: Delims, tokens: readonly IToken[]): IToken[] {
  const content = text.slice(start + left.length, end);
  const [, sign = "", first = "", chained] = /^-?\s*(?:([#/])\s*)?([a-z]+)(?:\s+([a-z]+))?/i.exec(content) ?? [];
  const word = sign === "/" ? "end" : first;
  const make = (type: TokenType, image: string, at = start): IToken => tokenAt(type, image, at);
  const value = [
    ...declarationTokens(content, start + left.length, opens.get(word) === t.Range),
    make(t.Identifier, unreadable),
  ];
  const close = make(t.RightDelim, "");
  const opener = opens.get(word);
  if (opener) return [make(t.LeftDelim, left), make(opener, word), ...value, close];
  if (/^end/i.test(word)) return innermostBlock(start, tokens) ? endTokens(start) : [];
  const around = innermostBlock(start, tokens);
  if (word === "else" && (around === t.If || around === t.With || around === t.Range)) {
    const chain = chained === "if" ? t.If : chained === "with" ? t.With : undefined;
    const mayChain = chain !== undefined && around === chain;
    return [
      make(t.ElseDelim, left),
      make(t.Else, "else"),
      ...(mayChain ? [make(chain, chained!), ...value] : []),
      close,
    ];
  }
  if (word === "template" || word === "end" || word === "else" || content.trimStart().startsWith("/*")) return [];
  return [make(t.LeftDelim, left), ...value, close];
}

/** Returns the declarations of an unreadable action: its variables are declared all the same. */
function declarationTokens(content: string, at: number, isRange: boolean): IToken[] {
  const [, first, second, operator] = /(\$[\p{L}\p{Nd}_]*)\s*(?:,\s*(\$[\p{L}\p{Nd}_]*)\s*)?(:?=)/u.exec(content) ?? [];
  if (first === undefined) return [];
  const names = isRange && second !== undefined ? [first, second] : [first];
  const tokens = names.flatMap((name) => [tokenAt(t.Comma, ",", at), tokenAt(t.Variable, name, at)]).slice(1);
  return [...tokens, operator === "=" ? tokenAt(t.Assign, "=", at) : tokenAt(t.Declare, ":=", at)];
}

const endTokens = (at: number): IToken[] => [
  tokenAt(t.EndDelim, "", at),
  tokenAt(t.End, "end", at),
  tokenAt(t.RightDelim, "", at),
];

function tokenAt(type: TokenType, image: string, at: number): IToken {
  return createTokenInstance(type, image, at, at, Number.NaN, Number.NaN, Number.NaN, Number.NaN);
}

/** Returns the kind of the innermost block that is open before an offset; `Else` after its else. */
function innermostBlock(at: number, tokens: readonly IToken[]): TokenType | undefined {
  const blocks: { readonly type: TokenType; other: boolean }[] = [];
  for (let i = 0; i < tokens.length && tokens[i]!.startOffset < at; i++) {
    const { tokenType } = tokens[i]!;
    const before = tokens[i - 1]?.tokenType;
    if (tokenType === t.EndDelim) blocks.pop();
    else if (before === t.LeftDelim || before === t.DefineDelim) {
      if ([t.If, t.With, t.Range, t.Block, t.Define].includes(tokenType))
        blocks.push({ type: tokenType, other: false });
    } else if (before === t.ElseDelim && tokens[i + 1]?.tokenType === t.RightDelim) {
      const last = blocks.at(-1);
      if (last) last.other = true;
    }
  }
  const block = blocks.at(-1);
  return block?.other ? t.Else : block?.type;
}

// --- actions

/** Finds the actions of a text, each once. */
class Actions {
  readonly text: string;
  readonly delims: Delims;
  #tokens: readonly IToken[] = [];
  /** Start of the action that each token is in, -1 in text. */
  #starts: readonly number[] | undefined;
  readonly #known = new Map<number, Span>();

  constructor(text: string, delims: Delims) {
    this.text = text;
    this.delims = delims;
  }

  read(tokens: readonly IToken[]): void {
    this.#tokens = tokens;
    this.#starts = undefined;
  }

  /** Returns the start of the action that contains an offset, by the tokens read; -1 in text. */
  startAt(offset: number): number {
    this.#starts ??= actionStarts(this.#tokens, this.text, this.delims);
    return this.#starts[lastAtOrBefore(offset, this.#tokens)] ?? -1;
  }

  /** Returns the action that starts at an offset: always the same object, so that callers can key data by it. */
  at(start: number): Span {
    const known = this.#known.get(start);
    if (known) return known;
    const action = { start, end: actionEnd(this.text, start, this.delims) };
    this.#known.set(start, action);
    return action;
  }
}

function actionStarts(tokens: readonly IToken[], text: string, [left]: Delims): number[] {
  const starts: number[] = [];
  let current = -1;
  for (const token of tokens) {
    const { tokenType } = token;
    if ([t.LeftDelim, t.EndDelim, t.ElseDelim, t.DefineDelim].includes(tokenType)) current = startOf(token);
    else if (tokenType === t.Text || tokenType === t.Comment) current = -1;
    else if (tokenType === t.Refused) {
      const own = token.startOffset + /^\s*/.exec(token.image)![0].length;
      if (text.startsWith(left, own) && /^-?\s*\/\*/.test(text.slice(own + left.length))) current = own;
    }
    starts.push(current);
  }
  return starts;
}

/** Returns the index of the last token that starts at an offset or before it, by Go's offsets. */
function lastAtOrBefore(at: number, tokens: readonly IToken[]): number {
  let low = 0;
  let high = tokens.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (tokens[middle]!.startOffset <= at) low = middle + 1;
    else high = middle - 1;
  }
  // A delimiter token begins with the white space that it trims.
  return high;
}

/**
 * Returns the end of an unreadable action: after its right delimiter, if that comes before the next left one, else at the end
 * of its line. Reads no further than the next left delimiter.
 */
function actionEnd(text: string, start: number, [left, right]: Delims): number {
  const from = start + left.length;
  const open = text.indexOf(left, from);
  const to = open < 0 ? text.length : open;
  const close = rightDelimAfter(text, from, right, to);
  if (close >= 0) return close + right.length;
  // A right delimiter that starts where the next left one does still counts.
  const near = text.slice(from, to + right.length);
  const plain = near.indexOf(right);
  if (plain >= 0) return from + plain + right.length;
  const newline = near.indexOf("\n");
  return newline >= 0 && from + newline < to ? from + newline : to;
}

/** Returns the offset of the next right delimiter that is not inside quotes and starts at `to` or before, or -1. */
export function rightDelimAfter(text: string, from: number, right: string, to = text.length): number {
  /** A quote that opens nothing: no other follows on its line, or for backquotes anywhere after it. */
  let isOpen = false;
  let isRawOpen = false;
  for (let i = from; i <= to && i < text.length; i++) {
    if (text.startsWith(right, i)) return i;
    const mark = text[i]!;
    if (mark === "\n") isOpen = false;
    if (mark === '"' && !isOpen) {
      const end = stringEnd(text, i);
      if (end < 0) isOpen = true;
      else i = end - 1;
    } else if (mark === "`" && !isRawOpen) {
      const end = text.indexOf("`", i + 1);
      if (end < 0) isRawOpen = true;
      else i = end;
    }
  }
  return -1;
}

/** Returns the end of the string that starts at a quote, or -1 if it is not closed on its line. */
function stringEnd(text: string, at: number): number {
  const literal = /"(?:[^"\\\n]|\\.)*"/y;
  literal.lastIndex = at;
  return literal.test(text) ? literal.lastIndex : -1;
}
