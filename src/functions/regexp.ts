/**
 * Implements Go's package regexp on RE2 (re2js): linear in pattern and text. In: the context that pays, a pattern, text. Out:
 * matches, or an Error with Go's words. `text` may hold raw bytes (`grammar/bytes.ts`), which count as characters.
 */
import { type Matcher, RE2JS, RE2JSSyntaxException } from "re2js";
import type { Context } from "../template/index.ts";
import { RenderCache } from "./render-cache.ts";

/** Refuses a pattern, in Go's words. */
export class RegexpError extends Error {}

const compiled = new RenderCache<RE2JS>();
/** Steps for each instruction of a pattern that must be compiled. */
const toMake = 4;
/** Instructions that a Unicode class such as \pL counts as: it has hundreds of ranges. */
const wideClass = 16;
/** Limits cached patterns. Longer ones are compiled on each call, so that the cache stays small. */
const maxCachedLength = 500;

/**
 * Compiles as `regexp.Compile`. Costs a step for each instruction that the pattern may have, because repetitions multiply
 * them, and more if this render has not prepared the pattern.
 */
export function compileRegexp(pattern: string, context: Context): Regexp {
  const repeats = pattern.match(/\{\d{1,4}(?:,\d{0,4})?\}/g) ?? [];
  const maxRepeat = Math.max(
    1,
    ...repeats.slice(0, 1000).flatMap((repeat) => (repeat.match(/\d+/g) ?? []).map(Number)),
  );
  const size = pattern.length * Math.min(maxRepeat, 1000);
  const classes = pattern.match(/\\[pP]/g)?.length ?? 0;
  const making = toMake * (size + wideClass * classes);
  context.spend(size);
  if (pattern.length > maxCachedLength) context.spend(making);
  else context.prepare(`regexp ${pattern}`, making);
  return new Regexp(compile(pattern), context);
}

/**
 * Returns Go's words for an invalid pattern, undefined for a valid one. Nobody pays for it, so patterns must not come from a
 * profile.
 */
export function regexpError(pattern: string): string | undefined {
  try {
    compile(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error;
    return error.message.replace(/^error parsing regexp: /, "");
  }
}

function compile(pattern: string): RE2JS {
  return pattern.length <= maxCachedLength ? compiled.get(pattern, () => parse(pattern)) : parse(pattern);
}

function parse(pattern: string): RE2JS {
  const bad = pattern.search(/[\udc80-\udcff]/u);
  if (bad >= 0) throw new RegexpError(`error parsing regexp: invalid UTF-8: \`${pattern.slice(bad)}\``);
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw error instanceof RE2JSSyntaxException ? new RegexpError(goMessage(error.message, pattern)) : error;
  }
}

/** Completes re2js's message: Go always quotes a part of the pattern, even an empty one. */
function goMessage(message: string, pattern: string): string {
  if (message.endsWith("`")) return message;
  return `${message}: \`${message.endsWith("too deeply") || message.endsWith("too large") ? pattern : ""}\``;
}

export class Regexp {
  readonly #regexp: RE2JS;
  readonly #context: Context;
  constructor(regexp: RE2JS, context: Context) {
    this.#regexp = regexp;
    this.#context = context;
  }

  /** Charges for each character and instruction, and makes a matcher. */
  #matcher(text: string): Matcher {
    this.#context.spend(Math.ceil((text.length * (1 + this.#regexp.programSize())) / 16));
    return this.#regexp.matcher(text);
  }

  matches(text: string): boolean {
    return this.#matcher(text).find();
  }

  /** Returns the leftmost match. */
  find(text: string): string | undefined {
    const matcher = this.#matcher(text);
    return matcher.find() ? (matcher.group() ?? "") : undefined;
  }

  /** Returns the leftmost match and the texts of its groups; a group without a match is empty. */
  groups(text: string): string[] | undefined {
    const matcher = this.#matcher(text);
    return matcher.find() ? groupsOf(matcher) : undefined;
  }

  allGroups(text: string): string[][] {
    const found: string[][] = [];
    for (const matcher of this.#each(text, -1)) found.push(groupsOf(matcher));
    return found;
  }

  /** Yields consecutive matches, at most `limit`; below 0 all of them. An empty match directly after another is skipped. */
  *#each(text: string, limit: number): Generator<Matcher, void> {
    if (limit === 0) return;
    const matcher = this.#matcher(text);
    let count = 0;
    let end = -1;
    while (matcher.find()) {
      const start = matcher.start();
      if (start === end && matcher.end() === start) continue;
      if (isInsidePair(text, start)) continue;
      end = matcher.end();
      this.#context.spend(1);
      yield matcher;
      if (++count === limit) return;
    }
  }

  findAll(text: string, limit: number): string[] {
    const found: string[] = [];
    for (const matcher of this.#each(text, limit)) found.push(matcher.group() ?? "");
    return found;
  }

  /** `ReplaceAllString`: `$1`, `$name` and `${name}` in the template are what the group matched, `$$` is `$`. */
  replaceAll(text: string, template: string): string {
    const parts = parseTemplate(template);
    return this.#replace(text, template.length, (matcher) => {
      let filled = "";
      for (const part of parts) filled += typeof part === "string" ? part : (groupOf(matcher, part.group) ?? "");
      return filled;
    });
  }

  replaceAllLiteral(text: string, replacement: string): string {
    return this.#replace(text, replacement.length, () => replacement);
  }

  /** Replaces matches. @param work length of the text that is built for each match */
  #replace(text: string, work: number, by: (matcher: Matcher) => string): string {
    const { limits } = this.#context;
    let replaced = "";
    let from = 0;
    for (const matcher of this.#each(text, -1)) {
      this.#context.spend(work >> 4);
      const piece = by(matcher);
      replaced += text.slice(from, matcher.start()) + piece;
      if (replaced.length > limits.output) this.#context.grow(replaced.length);
      from = matcher.end();
    }
    this.#context.grow(replaced.length + text.length - from);
    return replaced + text.slice(from);
  }

  /** `Split`: at most `most` pieces, below 0 any number, none for 0. */
  split(text: string, limit: number): string[] {
    if (limit === 0) return [];
    if (this.#regexp.pattern() !== "" && text === "") return [""];
    const pieces: string[] = [];
    let from = 0;
    let end = 0;
    for (const matcher of this.#each(text, limit)) {
      if (limit > 0 && pieces.length === limit - 1) break;
      end = matcher.start();
      if (matcher.end() !== 0) pieces.push(text.slice(from, end));
      from = matcher.end();
    }
    if (end !== text.length) pieces.push(text.slice(from));
    return pieces;
  }
}

/** Tells an offset between the two halves of a character above U+FFFF, where nothing matches. */
function isInsidePair(text: string, at: number): boolean {
  const before = text.codePointAt(at - 1);
  return at > 0 && before !== undefined && before > 0xffff;
}

const groupsOf = (matcher: Matcher): string[] =>
  Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? "");

function groupOf(matcher: Matcher, group: string): string | null {
  if (/^(?:0|[1-9][0-9]*)$/.test(group)) {
    const index = Number(group);
    return index <= matcher.groupCount() ? matcher.group(index) : null;
  }
  return Object.hasOwn(matcher.namedGroups, group) ? matcher.group(group) : null;
}

type Part = string | { readonly group: string };

/** Parses a replacement. Go: `Regexp.Expand`. A `$` that starts no reference is literal. */
function parseTemplate(template: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const found of template.matchAll(/\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu)) {
    parts.push(template.slice(from, found.index));
    const group = found[1] ?? found[2];
    parts.push(group === undefined ? "$" : { group });
    from = found.index + found[0].length;
  }
  parts.push(template.slice(from));
  return parts;
}

/** `regexp.QuoteMeta`. */
export const quoteMeta = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
