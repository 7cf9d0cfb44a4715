import { BodyError } from "./error.ts";

export interface JsonLimits {
  /** Limits how deep arrays and objects are nested. @default 64 */
  readonly maxDepth?: number | undefined;
  /** Limits the elements of the outermost array. @default no limit */
  readonly maxItems?: number | undefined;
  /** Names these elements in messages. @default "elements" */
  readonly items?: string | undefined;
  /** Limits the names of one object. @default no limit */
  readonly maxNames?: number | undefined;
  /** Limits the values of the whole text, approximately. @default no limit */
  readonly maxValues?: number | undefined;
}

export interface ScanResult {
  /** The text, with integers that would lose digits written as strings. */
  readonly exact: string;
  /** Number of member names, duplicates included. */
  readonly names: number;
  /** Number of values, to within one for each array and object. */
  readonly values: number;
}

/** Sets the number of digits from which on a whole number may not be exact as a double. */
const longDigits = 16;
const largestExact = `${Number.MAX_SAFE_INTEGER}`;

const notBlank = /[^ \t\r\n]/g;
const notDigit = /[^0-9]/g;
const notOfNumber = /[^0-9.eE+-]/g;

/**
 * Scans a text once, before it is parsed: checks limits and quotes integers that would lose digits. Invalid JSON may pass: `exact`
 * is valid JSON only if the given text is.
 * @param what names the text in messages: `the body`, `line 3`
 * @throws BodyError where a limit is exceeded
 */
export function scan(
  text: string,
  what: string,
  {
    maxDepth = 64,
    maxItems = Infinity,
    items: itemsName = "elements",
    maxNames = Infinity,
    maxValues = Infinity,
  }: JsonLimits = {},
): ScanResult {
  const { length } = text;
  const exact = new Rewriter(text, what);
  let depth = 0;
  let isList = false;
  let names = 0;
  /** Number of names so far in the object that is open at each depth. */
  const namesAt = new Array<number>(maxDepth + 1).fill(0);
  let items = 1;
  let values = 1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      i = endOfString(text, i);
      exact.lastWasQuoted = false;
    } else if (code === 0x2c) {
      if (depth === 1 && isList && ++items > maxItems) throw tooMany(`${what} has more than ${maxItems} ${itemsName}`);
      if (++values > maxValues) throw tooMany(`${what} has more than ${maxValues} values`);
    } else if (code === 0x3a) {
      names++;
      if (depth > 0 && ++namesAt[depth]! > maxNames)
        throw tooMany(`${what} has more than ${maxNames} names in one object`);
      // A number as a name is not JSON; quoted, it would become valid.
      if (exact.lastWasQuoted) exact.abandon();
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

const tooMany = (message: string): BodyError =>
  new BodyError("too-large", `${message}: split it into several requests`);

/** Returns the index of the first character from `from` on that matches `pattern`, or the text's length. */
function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex - 1 : text.length;
}

/** Sets the length beyond which a native search is faster than a loop. */
const shortStringLength = 24;

/** Returns the index of the quote that ends the string that begins at `start`, or the text's length. */
export function endOfString(text: string, start: number): number {
  const { length } = text;
  let i = start + 1;
  for (const stop = Math.min(length, i + shortStringLength); i < stop; i++) {
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

/** Limits the digits of an integer: longer ones are attacks, not numbers. */
const maxDigits = 1_000;

const wide = /[\u0100-\uffff]/;

/** Copies the text once a number has to be quoted. It writes into one array, because joining pieces would take ten times as long. */
class Rewriter {
  /** Tells whether the last token, blanks aside, was a number that was quoted. */
  lastWasQuoted = false;
  readonly #text: string;
  readonly #what: string;
  #out: Uint8Array | Uint16Array | undefined;
  #size = 0;
  /** Index up to which the text has been copied to `#out`. */
  #done = 0;
  #abandoned = false;

  constructor(text: string, what: string) {
    this.#text = text;
    this.#what = what;
  }

  /** Reads a number. @returns where it ends */
  number(start: number): number {
    const text = this.#text;
    const first = text.charCodeAt(start) === 0x2d ? start + 1 : start;
    let end = first;
    for (const stop = first + longDigits; end < stop; end++) {
      const code = text.charCodeAt(end);
      // charCodeAt gives NaN behind the end, which the negated comparison treats as no digit.
      if (!(code >= 0x30 && code <= 0x39)) return end > start ? end : start + 1;
    }
    end = find(notDigit, text, end);
    if (isInNumber(text.charCodeAt(end))) return find(notOfNumber, text, end);
    if (text.charCodeAt(first) !== 0x30 && isBoundary(text.charCodeAt(start - 1)) && isBoundary(text.charCodeAt(end))) {
      const isExact = end - first === longDigits && text.slice(first, end) <= largestExact;
      if (!isExact) this.#quote(start, end);
    }
    return end;
  }

  /** Keeps the text as it is, because it is not JSON. */
  abandon(): void {
    this.#abandoned = true;
  }

  text(): string {
    const out = this.#out;
    if (this.#abandoned || out === undefined) return this.#text;
    this.#copy(this.#text.length);
    const bytes = Buffer.from(out.buffer, 0, this.#size * out.BYTES_PER_ELEMENT);
    return bytes.toString(out.BYTES_PER_ELEMENT === 1 ? "latin1" : "utf16le");
  }

  #quote(start: number, end: number): void {
    if (end - start > maxDigits) {
      const message = `${this.#what} has a whole number of more than ${maxDigits} digits: send it as a text`;
      throw new BodyError("bad-request", message);
    }
    this.#out ??= this.#make();
    this.#copy(start);
    this.#out[this.#size++] = 0x22;
    this.#copy(end);
    this.#out[this.#size++] = 0x22;
    this.lastWasQuoted = true;
  }

  /** Allocates room for two quotes per number: each has at least 16 digits and a character behind it. */
  #make(): Uint8Array | Uint16Array {
    const { length } = this.#text;
    const size = length + 2 * Math.ceil((length + 1) / (longDigits + 1));
    return wide.test(this.#text) ? new Uint16Array(size) : new Uint8Array(size);
  }

  #copy(end: number): void {
    const out = this.#out!;
    // Two functions, because V8 then compiles each loop for its kind of array.
    if (out instanceof Uint8Array) copyBytes(this.#text, this.#done, end, out, this.#size);
    else copyUnits(this.#text, this.#done, end, out, this.#size);
    this.#size += end - this.#done;
    this.#done = end;
  }
}

function copyBytes(text: string, start: number, end: number, out: Uint8Array, size: number): void {
  for (let i = start, to = size; i < end; i++, to++) out[to] = text.charCodeAt(i);
}

function copyUnits(text: string, start: number, end: number, out: Uint16Array, size: number): void {
  for (let i = start, to = size; i < end; i++, to++) out[to] = text.charCodeAt(i);
}

const isInNumber = (code: number): boolean =>
  code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === 0x2d;

/** Tells whether a number may stand beside this character; NaN is the start or end of the text. */
const isBoundary = (code: number): boolean =>
  Number.isNaN(code) ||
  isBlank(code) ||
  code === 0x2c ||
  code === 0x3a ||
  code === 0x5b ||
  code === 0x5d ||
  code === 0x7d;
