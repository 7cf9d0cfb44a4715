import { quote, unquoteChar } from "./quote.ts";
import type { NumberConstant } from "./tree.ts";
import type { ParseErrorCode } from "./wording.ts";

/** Refuses a constant, in Go's words. */
export class ConstantError extends Error {
  readonly code: ParseErrorCode;

  constructor(code: ParseErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Reads number, character and complex constants as Go's parser does.
 * @throws ConstantError with Go's message: `illegal number syntax: "0x"`, `integer overflow: "08"`, `invalid syntax`, …
 */
export function parseNumber(text: string, type: "number" | "char" | "complex"): NumberConstant {
  if (type === "char") return charConstant(text);
  if (type === "complex") return complexConstant(text);
  if (text.endsWith("i")) {
    const im = parseFloat64(text.slice(0, -1));
    if (im !== undefined) return fromComplex(text, 0, im);
  }
  const integer = parseInteger(text);
  const int = integer !== undefined && integer >= -(2n ** 63n) && integer < 2n ** 63n ? integer : undefined;
  const negative = text.startsWith("-") || text.startsWith("+"); // Go reads an unsigned constant without a sign
  const uint = integer !== undefined && (negative ? integer === 0n : integer < 2n ** 64n) ? integer : undefined;
  const exact = int ?? uint;
  if (exact !== undefined) return { text, int, uint, float: Number(exact), complex: undefined };
  const float = parseFloat64(text);
  if (float === undefined) throw new ConstantError("bad-number", `illegal number syntax: ${quote(text)}`);
  if (!/[.eEpP]/.test(text)) throw new ConstantError("integer-overflow", `integer overflow: ${quote(text)}`);
  return { text, float, ...integersOf(float), complex: undefined };
}

function charConstant(text: string): NumberConstant {
  const char = unquoteChar(text.slice(1));
  if (!char) throw new ConstantError("invalid-syntax", "invalid syntax");
  if (char.rest !== "'") throw new ConstantError("malformed-character", `malformed character constant: ${text}`);
  const value = BigInt(char.code);
  return { text, int: value, uint: value, float: char.code, complex: undefined };
}

/** Removes the zeros at the end of decimal digits. */
export function trimTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}

/** Reads both parts as Go does with package fmt: first how far they extend, then their values. */
function complexConstant(text: string): NumberConstant {
  const { re, im } = partsOf(text);
  if (!scanned.test(re) || !scanned.test(im) || !/[^+-]/.test(re) || !/[^+-]/.test(im))
    throw new ConstantError("bad-constant", "syntax error scanning complex number");
  return fromComplex(text, complexPart(re), complexPart(im));
}

function complexPart(text: string): number {
  const value = readFloat(text);
  if (value !== undefined && Number.isFinite(value)) return value;
  const reason = value === undefined ? "invalid syntax" : "value out of range";
  throw new ConstantError("bad-constant", `strconv.ParseFloat: parsing ${quote(text)}: ${reason}`);
}

/** Splits at the first sign after the first character, or at the next sign if the first belongs to an exponent. */
function partsOf(text: string): { readonly re: string; readonly im: string } {
  const sign = /[+-]/g;
  sign.lastIndex = 1;
  const [first, second] = [sign.exec(text)?.index, sign.exec(text)?.index];
  if (first === undefined || !text.endsWith("i")) return { re: "", im: "" };
  const isExponent = first > 1 && /[eEpP]/.test(text[first - 1]!) && second !== undefined && second > first;
  const at = isExponent ? second : first;
  return { re: text.slice(0, at), im: text.slice(at, -1) };
}

const scanned = /^[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?|[0-9_]*(?:\.[0-9_]*)?)(?:[eEpP][+-]?[0-9_]*)?$/;

/** Makes a constant of a complex number, which also serves as a number if its imaginary part is 0. */
function fromComplex(text: string, re: number, im: number): NumberConstant {
  const complex = { re, im };
  return im === 0
    ? { text, float: re, ...integersOf(re), complex }
    : { text, float: undefined, int: undefined, uint: undefined, complex };
}

function integersOf(float: number): { int: bigint | undefined; uint: bigint | undefined } {
  if (!Number.isInteger(float)) return { int: undefined, uint: undefined };
  const value = BigInt(float);
  return {
    int: value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined,
    uint: value >= 0n && value < 2n ** 64n ? value : undefined,
  };
}

/** Reads an integer as Go's `strconv.ParseInt(text, 0, …)`, without the range check. */
function parseInteger(text: string): bigint | undefined {
  const [, sign = "", body = ""] = /^([+-]?)(.*)$/.exec(text) ?? [];
  if (!underscoresAllowed(body)) return undefined;
  const digits = body.replaceAll("_", "").toLowerCase();
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  if (!/^(0|[1-9]\d*|0x[0-9a-f]+|0o[0-7]+|0b[01]+)$/.test(octal)) return undefined;
  return sign === "-" ? -BigInt(octal) : BigInt(octal);
}

/** Reads a float as Go's `strconv.ParseFloat`: overflow is an error too. */
function parseFloat64(text: string): number | undefined {
  const value = readFloat(text);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** Returns the nearest float64: infinite beyond the largest, 0 below the smallest, `undefined` for text that is not a number. */
function readFloat(text: string): number | undefined {
  const [, sign = "", body = ""] = /^([+-]?)(.*)$/.exec(text) ?? [];
  if (!underscoresAllowed(body)) return undefined;
  const digits = body.replaceAll("_", "");
  const magnitude = /^0x/i.test(digits) ? hexFloat(digits) : decimalFloat(digits);
  if (magnitude === undefined) return undefined;
  return sign === "-" ? -magnitude : magnitude;
}

const decimalFloat = (digits: string): number | undefined =>
  /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(digits) ? Number(digits) : undefined;

function hexFloat(digits: string): number | undefined {
  const [, whole = "", fraction = "", exponent] = /^0x([0-9a-f]*)(?:\.([0-9a-f]*))?p([+-]?\d+)$/i.exec(digits) ?? [];
  if (exponent === undefined || whole + fraction === "") return undefined;
  return scale(BigInt(`0x${whole}${fraction}`), Number(exponent) - 4 * fraction.length);
}

/** Returns `mantissa` × 2^`exponent`, rounded once (ties to even), also where the result is subnormal. */
function scale(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = mantissa.toString(2).length;
  if (exponent + bits > 1024) return Number.POSITIVE_INFINITY;
  if (exponent + bits < -1080) return 0;
  const drop = Math.max(0, -1074 - exponent, bits - 64);
  let kept = mantissa >> BigInt(drop);
  // A sticky bit below the 64 bits that are kept is enough for one correct rounding.
  const lost = mantissa !== kept << BigInt(drop);
  if (exponent + drop <= -1074 && drop > 0) {
    const half = 1n << BigInt(drop - 1);
    const rest = mantissa - (kept << BigInt(drop));
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
    return Number(kept) * 2 ** -1074;
  }
  const value = Number(lost ? (kept << 1n) | 1n : kept);
  const shift = exponent + drop - (lost ? 1 : 0);
  const step = Math.max(shift, -1000);
  return value * 2 ** step * 2 ** (shift - step);
}

/**
 * Checks underscores: they are allowed only between digits or between a base prefix and a digit, in a number with a base
 * prefix or an integer.
 */
function underscoresAllowed(body: string): boolean {
  if (!body.includes("_")) return true;
  const [, prefix = "", digits = ""] = /^(0[xob]|0)?(.*)$/is.exec(body) ?? [];
  const hex = /x/i.test(prefix);
  const padded = prefix ? `0${digits}` : digits;
  return !(hex ? /(?<![0-9a-f])_|_(?![0-9a-f])/i : /(?<!\d)_|_(?!\d)/).test(padded);
}
