import { floatOf, intOf, kindOf, type Numbers, typeName } from "../../template/index.ts";

/** Converts values of any kind to numbers as the Go package cast does; a value that is not a number is 0. */

export const int64 = (n: bigint): bigint => BigInt.asIntN(64, n);

const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;

/** Converts a float64 to an int64 as an amd64 processor does: a value out of range is the smallest int64. */
const truncated = (value: number): bigint =>
  value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : minInt64;

/** `cast.ToInt64`, and of `int` too. */
export function toInt(value: unknown, { numbers }: { readonly numbers: Numbers }): bigint {
  if (typeof value === "number" && numbers === "int" && Number.isSafeInteger(value)) return BigInt(value);
  switch (kindOf(value, numbers)) {
    case "int":
    case "uint":
      // Here Go takes only int and the sized integers as numbers, not a duration or a month.
      return isCastable(value, numbers) ? int64(intOf(value)) : 0n;
    case "float":
      return truncated(floatOf(value));
    case "string":
      return parsed(trimZeroDecimal(value as string), 0) ?? 0n;
    case "bool":
      return value === true ? 1n : 0n;
    default:
      return 0n;
  }
}

const isCastable = (value: unknown, numbers: Numbers): boolean => typeName(value, numbers) !== "time.Duration";

/** `cast.ToFloat64`. */
export function toFloat(value: unknown, { numbers }: { readonly numbers: Numbers }): number {
  if (typeof value === "number") return value;
  switch (kindOf(value, numbers)) {
    case "int":
    case "uint":
      return isCastable(value, numbers) ? Number(intOf(value)) : 0;
    case "float":
      return floatOf(value);
    case "string":
      return parseFloat64(value as string) ?? 0;
    case "bool":
      return value === true ? 1 : 0;
    default:
      return 0;
  }
}

/** Turns `3.00` into `3`. */
function trimZeroDecimal(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "0") end--;
  return end < text.length && text[end - 1] === "." ? text.slice(0, end - 1) : text;
}

const digitsOfBase: Readonly<Record<number, RegExp>> = {
  0: /^[+-]?(?:0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0[bB]_?[01]+(?:_[01]+)*|0[oO]_?[0-7]+(?:_[0-7]+)*|0_?[0-7]*(?:_[0-7]+)*|[1-9][0-9]*(?:_[0-9]+)*)$/,
  8: /^[+-]?[0-7]+$/,
  10: /^[+-]?[0-9]+$/,
};

/** `strconv.ParseInt`; `undefined`: a syntax error or out of range. @param base 0: as its prefix tells */
export function parsed(text: string, base: 0 | 8 | 10): bigint | undefined {
  const value = parseInteger(text, base);
  return value === undefined || value < minInt64 || value > maxInt64 ? undefined : value;
}

/** Reads an int64; a value out of range becomes the nearest int64. */
export function clamped(text: string): bigint {
  const value = parseInteger(text, 10) ?? 0n;
  return value < minInt64 ? minInt64 : value > maxInt64 ? maxInt64 : value;
}

function parseInteger(text: string, base: 0 | 8 | 10): bigint | undefined {
  if (text.length > 1000) return undefined;
  if (!digitsOfBase[base]!.test(text)) return undefined;
  const negative = text.startsWith("-");
  const digits = text.replace(/^[+-]/, "").replaceAll("_", "");
  const octal = base === 8 || (base === 0 && /^0[0-7]/.test(digits));
  const size = BigInt(octal ? `0o${digits.replace(/^0+/, "") || "0"}` : digits.toLowerCase());
  return negative ? -size : size;
}

const decimalFloat = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const hexFloat = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]+)$/;
/** Matches an underscore that is neither between digits nor after the prefix. */
const misplaced = /(?<![0-9a-fA-FxX])_|_(?![0-9a-fA-F])/;

/** `strconv.ParseFloat(text, 64)`; `undefined`: an error, also beyond what a float64 holds. */
function parseFloat64(given: string): number | undefined {
  if (given.length > 2000 || misplaced.test(given)) return undefined;
  const text = given.replaceAll("_", "");
  const word = text.toLowerCase().replace(/^\+/, "");
  if (/^-?inf(?:inity)?$/.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/.test(text.toLowerCase())) return Number.NaN;
  const hex = hexFloat.exec(text);
  if (hex) {
    const [, sign, whole = "", fraction = "", exponent = "0"] = hex;
    if (whole + fraction === "") return undefined;
    const scale = Number(exponent) - 4 * fraction.length;
    const value = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** scale;
    return Number.isFinite(value) ? (sign === "-" ? -value : value) : undefined;
  }
  if (!decimalFloat.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
