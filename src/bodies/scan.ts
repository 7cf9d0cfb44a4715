import { BodyError } from "./error.ts";

export interface JsonLimits {
  /** Arrays and objects within each other. @default 64 */
  readonly maxDepth?: number | undefined;
  /** Elements of an array that is the whole text. @default no limit */
  readonly maxItems?: number | undefined;
  /** What messages call these. @default elements */
  readonly items?: string | undefined;
  /** Names of one object. @default no limit */
  readonly maxNames?: number | undefined;
  /** Values of all kinds together, about. @default no limit */
  readonly maxValues?: number | undefined;
}

export interface Scan {
  /** The text, with integers that would lose digits written as strings. */
  readonly exact: string;
  /** Names of members that it has, those that are there twice counted twice. */
  readonly names: number;
  /** Values that it has, to within one for each array and object. */
  readonly values: number;
}

/** Whole numbers of fewer digits are exact. */
const longDigits = 16;
const largestExact = `${Number.MAX_SAFE_INTEGER}`;

const notBlank = /[^ \t\r\n]/g;
const notDigit = /[^0-9]/g;
const notOfNumber = /[^0-9.eE+-]/g;

/**
 * Walks over a text once, before anything is made of it. What is no JSON may pass: the text that it gives is JSON only if the
 * given one is.
 * @param what as messages call it: `the body`, `line 3`
 * @throws BodyError for what is beyond a limit
 */
export function scan(
  text: string,
  what: string,
  {
    maxDepth = 64,
    maxItems = Infinity,
    items: called = "elements",
    maxNames = Infinity,
    maxValues = Infinity,
  }: JsonLimits = {},
): Scan {
  const { length } = text;
  const exact = new Rewriting(text);
  let depth = 0;
  let isList = false;
  let names = 0;
  /** By depth, of what is open there. */
  const namesAt = new Array<number>(maxDepth + 1).fill(0);
  let items = 1;
  let values = 1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      i = endOfString(text, i);
      exact.wasLast = false;
    } else if (code === 0x2c) {
      if (depth === 1 && isList && ++items > maxItems) throw tooMany(`${what} has more than ${maxItems} ${called}`);
      if (++values > maxValues) throw tooMany(`${what} has more than ${maxValues} values`);
    } else if (code === 0x3a) {
      names++;
      if (depth > 0 && ++namesAt[depth]! > maxNames)
        throw tooMany(`${what} has more than ${maxNames} names in one object`);
      // A name without quotes: as a string it would be one.
      if (exact.wasLast) exact.abandon();
    } else if (code === 0x5b || code === 0x7b) {
      if (depth === 0) isList = code === 0x5b;
      if (++depth > maxDepth) {
        throw new BodyError("bad-request", `${what} is nested more than ${maxDepth} deep: send it flatter`);
      }
      namesAt[depth] = 0;
      if (++values > maxValues) throw tooMany(`${what} has more than ${maxValues} values`);
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      i = exact.number(i) - 1;
    } else if (isBlank(code) && isBlank(text.charCodeAt(i + 1))) {
      i = find(notBlank, text, i) - 1;
    }
  }
  return { exact: exact.text(), names, values };
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;

const tooMany = (message: string): BodyError => new BodyError("too-large", `${message}: send it in several requests`);

/** Finds the first character from `from` on that `pattern` has, or the end. */
function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex - 1 : text.length;
}

/** Beyond so many characters a native search is quicker than a loop. */
const shortString = 24;

/** Finds the quote that ends what begins at `start`, or the end of the text. */
export function endOfString(text: string, start: number): number {
  const { length } = text;
  let i = start + 1;
  for (const stop = Math.min(length, i + shortString); i < stop; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i;
    if (code === 0x5c) i++;
  }
  for (let end = text.indexOf('"', i); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (end - 1 - backslashes >= i && text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return length;
}

/** Pieces that are joined at once, so that none of them is kept as a string of its own for long. */
const mostPieces = 4096;

/** Writes the text anew as soon as a number has to be written otherwise. */
class Rewriting {
  /** Whether the last token but blanks was one that was rewritten. */
  wasLast = false;
  readonly #text: string;
  #blocks: string[] = [];
  #pieces: string[] = [];
  /** Up to where the text is in the pieces. */
  #done = 0;
  #abandoned = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads a number. @returns where it ends */
  number(start: number): number {
    const text = this.#text;
    const first = text.charCodeAt(start) === 0x2d ? start + 1 : start;
    let end = first;
    for (const stop = first + longDigits; end < stop; end++) {
      const code = text.charCodeAt(end);
      // Of NaN, which is behind the end, too.
      if (!(code >= 0x30 && code <= 0x39)) return end > start ? end : start + 1;
    }
    end = find(notDigit, text, end);
    if (isOfNumber(text.charCodeAt(end))) return find(notOfNumber, text, end);
    if (text.charCodeAt(first) !== 0x30 && isBoundary(text.charCodeAt(start - 1)) && isBoundary(text.charCodeAt(end))) {
      const isExact = end - first === longDigits && text.slice(first, end) <= largestExact;
      if (!isExact) this.#quote(start, end);
    }
    return end;
  }

  /** Leaves the text as it is, since it is no JSON. */
  abandon(): void {
    this.#abandoned = true;
  }

  text(): string {
    if (this.#abandoned || this.#done === 0) return this.#text;
    this.#pieces.push(this.#text.slice(this.#done));
    this.#join();
    return this.#blocks.join("");
  }

  #quote(start: number, end: number): void {
    this.#pieces.push(this.#text.slice(this.#done, start), '"', this.#text.slice(start, end), '"');
    this.#done = end;
    this.wasLast = true;
    if (this.#pieces.length >= mostPieces) this.#join();
  }

  #join(): void {
    this.#blocks.push(this.#pieces.join(""));
    this.#pieces = [];
  }
}

const isOfNumber = (code: number): boolean =>
  code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === 0x2d;

/** Whether a number may stand beside it; NaN is where the text begins and ends. */
const isBoundary = (code: number): boolean =>
  Number.isNaN(code) ||
  isBlank(code) ||
  code === 0x2c ||
  code === 0x3a ||
  code === 0x5b ||
  code === 0x5d ||
  code === 0x7d;
