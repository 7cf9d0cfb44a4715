import { trimTrailingZeros } from "../../../grammar/index.ts";
import { exactDigits, roundDigits, signOf } from "./decimal.ts";
import { formatBinary, formatHex } from "./hexfloat.ts";

export type FloatVerb = "e" | "E" | "f" | "F" | "g" | "G" | "v" | "x" | "X" | "b";

/**
 * Formats as `strconv.FormatFloat(value, verb, precision, 64)`; `F` is `f`, `v` is `g`. Precision -1 writes as few digits as
 * read back as the same float. Other precisions are exact, and ties go to even. The text may be as long as the precision,
 * which the caller limits.
 */
export function formatFloat(value: number, verb: FloatVerb, precision = -1): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  switch (verb) {
    case "g":
    case "v":
      return precision < 0 ? shortest(value) : general(value, precision);
    case "f":
    case "F":
      return fixed(value, precision);
    case "e":
      return exponential(value, precision);
    case "x":
      return formatHex(value, precision);
    case "b":
      return formatBinary(value);
    case "G":
    case "E":
      return formatFloat(value, verb === "G" ? "g" : "e", precision).toUpperCase();
    case "X":
      return formatHex(value, precision).toUpperCase();
  }
}

/** Writes the shortest form. Go switches to an exponent earlier than JavaScript, at 1e+06 and below 0.0001. */
function shortest(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e6) return String(value);
  return value === 0 ? `${signOf(value)}0` : paddedExponent(value.toExponential());
}

/** Pads the exponent: JavaScript writes `1e+6`, Go `1e+06`. */
function paddedExponent(text: string): string {
  return text.at(-2)! > "9" || text.at(-2)! < "0" ? `${text.slice(0, -1)}0${text.at(-1)}` : text;
}

/** Writes decimals as toFixed does, which is exact below 1e21 for up to 100 decimals, except that it rounds ties up. */
function fixed(value: number, precision: number): string {
  const magnitude = Math.abs(value);
  if (precision >= 0 && precision <= 6 && magnitude < 1e5) {
    const text = fixedQuickly(magnitude, precision);
    if (text !== undefined) return signOf(value) + text;
  }
  if (precision >= 0 && precision < 100 && magnitude < 1e21) {
    // A tie has one decimal more, a 5, and is then an odd multiple of 2^-(precision+1). The product is exact.
    const halves = magnitude * powerOfTwo[precision + 1]!;
    const tie = Math.floor(halves) === halves && halves % 2 === 1;
    const text = tie ? tieToEven(magnitude, precision) : magnitude.toFixed(precision);
    return signOf(value) + text;
  }
  return signOf(value) + fixedExactly(magnitude, precision);
}

const powerOfTen = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

/**
 * Writes decimals three times as fast as toFixed. The scaled value is off by less than 1e-4 of a unit (it stays below 1e11),
 * so the direction of rounding is certain unless the value is close to a half.
 */
function fixedQuickly(magnitude: number, precision: number): string | undefined {
  const scale = powerOfTen[precision]!;
  const scaled = magnitude * scale;
  const floor = Math.floor(scaled);
  const rest = scaled - floor - 0.5;
  if (rest > -1e-4 && rest < 1e-4) return undefined;
  const rounded = rest > 0 ? floor + 1 : floor;
  if (precision === 0) return `${rounded}`;
  const whole = Math.floor(rounded / scale);
  const decimals = `${rounded - whole * scale}`;
  return `${whole}.${decimals.length < precision ? decimals.padStart(precision, "0") : decimals}`;
}

const powerOfTwo = Array.from({ length: 101 }, (_, exponent) => 2 ** exponent);

function tieToEven(magnitude: number, precision: number): string {
  const exact = magnitude.toFixed(precision + 1);
  const below = exact.slice(0, precision === 0 ? -2 : -1);
  return Number(below.at(-1)) % 2 === 0 ? below : magnitude.toFixed(precision);
}

function fixedExactly(magnitude: number, precision: number): string {
  const all = precision < 0 ? shortestDigits(magnitude) : exactDigits(magnitude);
  const { digits, point } = precision < 0 ? all : roundDigits(all, all.point + precision);
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  const decimals = precision < 0 ? Math.max(0, digits.length - point) : precision;
  if (decimals === 0) return whole;
  const leading = "0".repeat(Math.min(decimals, Math.max(0, -point)));
  return `${whole}.${(leading + digits.slice(Math.max(0, point))).padEnd(decimals, "0")}`;
}

function shortestDigits(magnitude: number): { readonly digits: string; readonly point: number } {
  if (magnitude === 0) return { digits: "", point: 0 };
  const [mantissa, exponent] = magnitude.toExponential().split("e") as [string, string];
  return { digits: mantissa.replace(".", ""), point: Number(exponent) + 1 };
}

function exponential(value: number, precision: number): string {
  if (precision < 0) return signOf(value) + paddedExponent(Math.abs(value).toExponential());
  return signOf(value) + paddedExponent(scientific(Math.abs(value), precision));
}

/** Writes an exponent as toExponential does, but with ties to even and any precision. */
function scientific(magnitude: number, precision: number): string {
  if (precision < 100) {
    const text = magnitude.toExponential(precision);
    const decimals = precision - Number(text.slice(text.indexOf("e") + 1));
    // Like `fixed`, but with one halving more, because rounding may just have carried into the exponent.
    if (!Number.isInteger(magnitude * 2 ** Math.min(Math.max(decimals + 2, 1), 1000)) || magnitude === 0) return text;
  }
  const { digits, point } = roundDigits(exactDigits(magnitude), precision + 1);
  const exponent = digits === "" ? 0 : point - 1;
  const first = digits === "" ? "0" : digits[0];
  const rest = precision === 0 ? "" : `.${digits.slice(1).padEnd(precision, "0")}`;
  return `${first}${rest}e${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}

/** Writes `%.3g`: the exponent of the rounded digits decides the form, and zeros at the end are removed. */
function general(value: number, precision: number): string {
  if (value === 0) return `${signOf(value)}0`;
  const count = Math.max(1, precision);
  // A float64 has at most 767 significant digits.
  const text = scientific(Math.abs(value), Math.min(count, 800) - 1);
  const at = text.indexOf("e");
  const exponent = Number(text.slice(at + 1));
  const digits = trimTrailingZeros(text.slice(0, at).replace(".", ""));
  if (exponent < -4 || exponent >= count) {
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
    return signOf(value) + paddedExponent(mantissa + text.slice(at));
  }
  if (exponent < 0) return `${signOf(value)}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return signOf(value) + (digits.length > exponent + 1 ? `${whole}.${digits.slice(exponent + 1)}` : whole);
}
