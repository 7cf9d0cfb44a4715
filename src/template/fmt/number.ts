import { quoteRune, unicodeName } from "../../../grammar/index.ts";
import { LimitReached } from "../limits.ts";
import { type FloatVerb, formatFloat } from "./float.ts";
import type { Output } from "./output.ts";
import type { Spec } from "./spec.ts";

/** Prints numbers under a spec. Each function returns whether it knows the verb; if not, it has written nothing. */

/** Holds an integer; a JavaScript number must be integral. */
export type Integer = number | bigint;

export function printInteger(out: Output, value: Integer, spec: Spec, verb: string, unsigned = false): boolean {
  switch (verb) {
    case "d":
    case "v":
      if (unsigned && spec.sharpV) writeInteger(out, value, spec, 16, "0x");
      else if (spec.plain && spec.precision < 0) out.write(digitsOf(value));
      else writeInteger(out, value, spec, 10, "");
      return true;
    case "b":
      writeInteger(out, value, spec, 2, spec.sharp ? "0b" : "");
      return true;
    case "o":
      writeInteger(out, value, spec, 8, spec.sharp ? "0" : "");
      return true;
    case "O":
      writeInteger(out, value, spec, 8, spec.sharp ? "0o0" : "0o");
      return true;
    case "x":
      writeInteger(out, value, spec, 16, spec.sharp ? "0x" : "");
      return true;
    case "X":
      writeInteger(out, value, spec, 16, spec.sharp ? "0X" : "", true);
      return true;
    case "c":
      out.padded(String.fromCodePoint(runeOf(value)), spec);
      return true;
    case "q":
      out.padded(quoteRune(runeOf(value), spec.plus), spec);
      return true;
    case "U":
      writeUnicode(out, value, spec);
      return true;
    default:
      return false;
  }
}

/**
 * Limits the bigints that are printed. Go's ints end at 64 bits, and longer bigints are printed too unless that would be slow.
 */
const printable = 1n << 4096n;

/** Returns the digits with their sign. Beyond 2^53 JavaScript would write only the significant digits of a number, then zeros. */
export function digitsOf(value: Integer, base = 10): string {
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? value.toString(base) : BigInt(value).toString(base);
  }
  if (value >= printable || value <= -printable) throw new LimitReached("output");
  return value.toString(base);
}

function writeInteger(out: Output, value: Integer, spec: Spec, base: number, prefix: string, upper = false): void {
  if (spec.precision === 0 && (value === 0 || value === 0n)) {
    out.fill(spec.width, spec, false);
    return;
  }
  let digits = digitsOf(value, base);
  if (upper) digits = digits.toUpperCase();
  const negative = digits[0] === "-";
  if (negative) digits = digits.slice(1);
  const sign = negative ? "-" : spec.plus ? "+" : spec.space ? " " : "";
  // The 0 flag is a precision, which leaves room for a sign but not for a prefix.
  let length = spec.precision;
  if (length < 0 && spec.zero && !spec.minus) length = spec.width - sign.length;
  if (length > digits.length) {
    out.reserve(length);
    digits = digits.padStart(length, "0");
  }
  // # gives an octal a leading zero only if it has none.
  const lead = base === 8 && spec.sharp && digits[0] === "0" ? prefix.slice(0, -1) : prefix;
  out.padded(sign + lead + digits, spec, false);
}

/** Returns the rune of a code, U+FFFD for a code that is not a character. */
function runeOf(value: Integer): number {
  const code = typeof value === "bigint" && value >= 0n && value <= 0x10ffffn ? Number(value) : value;
  if (typeof code === "bigint" || code < 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0xfffd;
  return code;
}

function writeUnicode(out: Output, value: Integer, spec: Spec): void {
  const unsigned = BigInt.asUintN(64, BigInt(value));
  let digits = unsigned.toString(16).toUpperCase().padStart(4, "0");
  if (spec.precision > 4) {
    out.reserve(spec.precision);
    digits = digits.padStart(spec.precision, "0");
  }
  const name = spec.sharp && unsigned <= 0x10ffffn ? unicodeName(Number(unsigned)) : "";
  const char = name.includes(" ") ? name.slice(name.indexOf(" ")) : "";
  out.padded(`U+${digits}${char}`, spec, false);
}

/** Returns the default precision of a verb, `undefined` if it is not a verb for floats. */
function defaultPrecision(verb: string): number | undefined {
  switch (verb) {
    case "v":
    case "g":
    case "G":
    case "x":
    case "X":
    case "b":
      return -1;
    case "f":
    case "F":
    case "e":
    case "E":
      return 6;
    default:
      return undefined;
  }
}

export function printFloat(out: Output, value: number, spec: Spec, verb: string): boolean {
  const byDefault = defaultPrecision(verb);
  if (byDefault === undefined) return false;
  const precision = spec.precision < 0 ? byDefault : spec.precision;
  // %g drops the zeros at the end.
  if (precision > 100 && !"gGvb".includes(verb)) out.reserve(precision);
  const text = formatFloat(value, verb as FloatVerb, precision);
  if (spec.plain) out.write(text);
  else writeFloat(out, text, spec, verb as FloatVerb, precision);
  return true;
}

function writeFloat(out: Output, text: string, spec: Spec, verb: FloatVerb, precision: number): void {
  const negative = text[0] === "-";
  const signed = negative || text[0] === "+";
  let digits = signed ? text.slice(1) : text;
  const sign = negative ? "-" : spec.plus ? "+" : spec.space ? " " : "";
  // Infinity always has a sign; neither it nor NaN is padded with zeros.
  if (digits === "Inf" || digits === "NaN") {
    out.padded((digits === "Inf" && sign === "" ? "+" : sign) + digits, spec, false);
    return;
  }
  if (spec.sharp && verb !== "b") digits = withPoint(digits, verb, precision, out);
  if (sign !== "" && spec.zero && !spec.minus) {
    out.write(sign);
    out.fill(spec.width - sign.length - digits.length, spec);
    out.write(digits);
  } else out.padded(sign + digits, spec);
}

/** Applies the `#` flag: always a point, and with %g and %x the zeros that were removed (%X keeps them removed, in Go too). */
function withPoint(text: string, verb: FloatVerb, precision: number, out: Output): string {
  const hex = verb === "x" || verb === "X";
  const tailAt = text.search(hex ? /[pP]/ : /[eE]/);
  const number = tailAt < 0 ? text : text.slice(0, tailAt);
  const tail = tailAt < 0 ? "" : text.slice(tailAt);
  const pointed = number.includes(".") ? number : `${number}.`;
  if (verb !== "g" && verb !== "G" && verb !== "v" && verb !== "x") return pointed + tail;
  const wanted = precision < 0 ? 6 : precision;
  // Go counts the 0x of a hexadecimal float, taking its x for the first digit. A lone 0 counts as one digit, too.
  const counted = number.replace(".", "").replace(/^0+/, "").length;
  const seen = number === "0" ? 1 : counted;
  if (wanted > seen) out.reserve(wanted);
  return pointed + "0".repeat(Math.max(0, wanted - seen)) + tail;
}

/** Prints both parts under the same verb; the imaginary one always has its sign. */
export function printComplex(out: Output, re: number, im: number, spec: Spec, verb: string): boolean {
  if (defaultPrecision(verb) === undefined) return false;
  out.write("(");
  printFloat(out, re, spec, verb);
  printFloat(out, im, { ...spec, plus: true, plain: false }, verb);
  out.write("i)");
  return true;
}
