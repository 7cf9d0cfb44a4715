import { createTokenInstance, type IToken, type TokenType } from "chevrotain";
import type { Span } from "./error.ts";
import { startOf, tokenize } from "./lexer.ts";
import { attempt, type Mistake, type ParseOptions } from "./parser.ts";
import * as t from "./tokens.ts";
import type { Delims, Tree } from "./tree.ts";
import { tooDeep, unexpectedEnd } from "./wording.ts";

/** What can be read of a text, and everything that is wrong with it. */
export interface Recovered {
  /** With {@link unreadable} where an action could not be read. */
  readonly trees: ReadonlyMap<string, Tree>;
  /** The first one that Go would report comes first, then by place. */
  readonly problems: readonly Problem[];
}

export interface Problem extends Mistake {
  /** The action it is in, if it is in one. */
  readonly action: Span | undefined;
  /** The text ends inside this block: the place of its first action. */
  readonly unclosed?: Span | undefined;
}

/** Name of the function that stands for what could not be read. */
export const unreadable = "?";

/** More broken actions than these are not looked for. */
const mostBroken = 50;

/**
 * As `parse`, but goes on after a mistake: what is wrong inside an action hides nothing outside it. An action that cannot be
 * read is taken for the one it was meant to be by its first word, so that blocks still have their ends and variables are known.
 */
export function parseAll(text: string, options: ParseOptions): Recovered {
  const isFunction = (name: string): boolean => name === unreadable || options.isFunction(name);
  const lenient = { ...options, isFunction };
  const found = new Found(text, options.delims);
  const { problems } = found;
  const repairs: Repair[] = [];
  for (;;) {
    const tokens = repairedTokens(text, repairs, lenient);
    const { trees, mistakes, stopped, open } = attempt(tokens, text, lenient);
    const last = mistakes.at(-1);
    const cut = stopped !== undefined && last!.reason === unexpectedEnd && open.length > 0;
    for (const mistake of cut ? mistakes.slice(0, -1) : mistakes) found.add(mistake, tokens, stopped !== undefined);
    const closing = mistakes.find(({ reason }) => isEndWord(reason));
    let repair: Repair | undefined;
    const opening = stopped && strayEnd.test(last!.reason) && mistakes.find(({ reason }) => isBlockWord(reason));
    if (last?.reason === tooDeep) return { trees, problems: inOrder(problems) };
    if (opening) {
      remove(problems, last!);
      repair = repairOf(opening.error.span, text, options.delims, tokens);
    } else if (closing && open.length > 0) repair = repairOf(closing.error.span, text, options.delims, tokens);
    else if (!stopped) return { trees, problems: inOrder(problems) };
    else if (cut) {
      open.forEach((start) => {
        const unclosed = { start, end: actionEnd(text, start, options.delims) };
        problems.push({ ...last!, action: undefined, unclosed });
      });
      repair = { start: text.length, end: text.length, tokens: open.flatMap(() => endTokens(text.length)) };
    } else repair = repairOf({ start: startOf(stopped), end: startOf(stopped) }, text, options.delims, tokens);
    if (repair === undefined || repairs.length >= mostBroken || repairs.some(({ start }) => start === repair.start)) {
      return { trees, problems: inOrder(problems) };
    }
    repairs.push(repair);
    repairs.sort((a, b) => a.start - b.start);
  }
}

/** `endif` and its like: Go takes them for functions, people for ends. */
const isEndWord = (reason: string): boolean =>
  /^function "end_?(if|with|range|block|define)" not defined$/i.test(reason);

const strayEnd = /^unexpected \S*(end|else)\S*$/;

/** Words that open blocks in other languages. */
const isBlockWord = (reason: string): boolean =>
  /^function "(unless|for|foreach|each|while)" not defined$/i.test(reason);

function remove(problems: Problem[], { error }: Mistake): void {
  const at = problems.findIndex((problem) => problem.error === error);
  if (at >= 0) problems.splice(at, 1);
}

function inOrder([first, ...others]: readonly Problem[]): readonly Problem[] {
  if (!first) return [];
  const place = ({ error, unclosed }: Problem): number => unclosed?.start ?? error.span.start;
  return [first, ...others.sort((a, b) => place(a) - place(b))];
}

/** The problems of all attempts. */
class Found {
  readonly problems: Problem[] = [];
  private readonly text: string;
  private readonly delims: Delims;
  private readonly known = new Set<string>();
  private readonly byAction = new Map<number, Problem[]>();

  constructor(text: string, delims: Delims) {
    this.text = text;
    this.delims = delims;
  }

  /** What was found in an earlier attempt, or in an action that is known not to be readable, is not said again. */
  add(mistake: Mistake, tokens: readonly IToken[], isStopped: boolean): void {
    const { error, reason } = mistake;
    const key = `${error.span.start} ${reason}`;
    if (this.known.has(key)) return;
    const start = actionStart(error.span.start, this.text, this.delims, tokens);
    const before = this.byAction.get(start) ?? [];
    const isFollowing = (other: Problem): boolean =>
      isStopped ||
      other.reason.startsWith("too many declarations") ||
      (other.reason.startsWith("unexpected") && reason.startsWith("unexpected"));
    if (start >= 0 && before.some(isFollowing)) return;
    this.known.add(key);
    const action = start < 0 ? undefined : { start, end: actionEnd(this.text, start, this.delims) };
    const problem = { ...mistake, action };
    this.problems.push(problem);
    if (start >= 0) this.byAction.set(start, [...before, problem]);
  }
}

// --- repairs

/** What is read in place of a piece of the text. */
interface Repair extends Span {
  readonly tokens: readonly IToken[];
}

function repairedTokens(text: string, repairs: readonly Repair[], { delims, isFunction }: ParseOptions): IToken[] {
  if (repairs.length === 0) return tokenize(text, delims, isFunction);
  const tokens: IToken[] = [];
  let at = 0;
  const read = (end: number): void => {
    for (const token of tokenize(text.slice(at, end), delims, isFunction)) tokens.push(moved(token, at));
  };
  for (const repair of repairs) {
    if (repair.start > at) read(repair.start);
    for (const token of repair.tokens) tokens.push({ ...token });
    at = repair.end;
  }
  if (at < text.length) read(text.length);
  return tokens;
}

function moved(token: IToken, by: number): IToken {
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

function repairOf(span: Span, text: string, delims: Delims, tokens: readonly IToken[]): Repair | undefined {
  const start = actionStart(span.start, text, delims, tokens);
  if (start < 0) return undefined;
  const end = actionEnd(text, start, delims);
  return { start, end, tokens: meantTokens(text, start, end, delims, tokens) };
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

/** The tokens of the action that the first word says it was meant to be. */
function meantTokens(text: string, start: number, end: number, [left]: Delims, tokens: readonly IToken[]): IToken[] {
  const content = text.slice(start + left.length, end);
  const [, sign = "", first = "", chained] = /^-?\s*([#/]?)\s*([a-z]+)(?:\s+([a-z]+))?/i.exec(content) ?? [];
  const word = sign === "/" ? "end" : first;
  const make = (type: TokenType, image: string, at = start): IToken => tokenAt(type, image, at);
  const value = [
    ...declared(content, start + left.length, opens.get(word) === t.Range),
    make(t.Identifier, unreadable),
  ];
  const close = make(t.RightDelim, "");
  const opener = opens.get(word);
  if (opener) return [make(t.LeftDelim, left), make(opener, word), ...value, close];
  if (/^end/i.test(word)) return innermost(start, tokens) ? endTokens(start) : [];
  const around = innermost(start, tokens);
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

/** A variable that is declared in what cannot be read is still declared. */
function declared(content: string, at: number, isRange: boolean): IToken[] {
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

/** The kind of the innermost block that is open before an offset; `Else` behind its else. */
function innermost(at: number, tokens: readonly IToken[]): TokenType | undefined {
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

/** Where the action starts that holds an offset, by the tokens read; -1 in text. */
function actionStart(at: number, text: string, [left]: Delims, tokens: readonly IToken[]): number {
  for (let i = lastAtOrBefore(at, tokens); i >= 0; i--) {
    const token = tokens[i]!;
    const { tokenType } = token;
    if ([t.LeftDelim, t.EndDelim, t.ElseDelim, t.DefineDelim].includes(tokenType)) return startOf(token);
    if (tokenType === t.Text || tokenType === t.Comment) return -1;
    const own = token.startOffset + /^\s*/.exec(token.image)![0].length;
    if (
      tokenType === t.Refused &&
      text.startsWith(`${left}`, own) &&
      /^-?\s*\/\*/.test(text.slice(own + left.length))
    ) {
      return own;
    }
  }
  return -1;
}

/** The last token that starts at an offset or before it, by where Go says it starts. */
function lastAtOrBefore(at: number, tokens: readonly IToken[]): number {
  let low = 0;
  let high = tokens.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (tokens[middle]!.startOffset <= at) low = middle + 1;
    else high = middle - 1;
  }
  // A delimiter begins with the white space that it trims.
  return high;
}

/**
 * Where an action ends that cannot be read: behind its right delimiter, if that comes before the next left one; else where
 * its line ends.
 */
function actionEnd(text: string, start: number, [left, right]: Delims): number {
  const from = start + left.length;
  const close = closeBehind(text, from, right);
  const open = text.indexOf(left, from);
  if (close >= 0 && (open < 0 || close <= open)) return close + right.length;
  const plain = text.indexOf(right, from);
  if (plain >= 0 && (open < 0 || plain <= open)) return plain + right.length;
  const newline = text.indexOf("\n", from);
  const ends = [open, newline, text.length].filter((end) => end >= 0);
  return Math.min(...ends);
}

/** The next right delimiter that is not inside quotes, or -1. */
export function closeBehind(text: string, from: number, right: string): number {
  for (let i = from; i < text.length; i++) {
    if (text.startsWith(right, i)) return i;
    const mark = text[i]!;
    if (mark === "\n") continue;
    if (mark !== '"' && mark !== "`") continue;
    const literal = (mark === '"' ? /"(?:[^"\\\n]|\\.)*"/y : /`[^`]*`/y) as RegExp;
    literal.lastIndex = i;
    if (literal.test(text)) i = literal.lastIndex - 1;
  }
  return -1;
}
