import { trimTrailingZeros } from "../../../grammar/index.ts";
import { binary, signOf } from "./decimal.ts";

/** Writes `%b`: `4503599627370496p-52`. */
export function formatBinary(value: number): string {
  const { mantissa, exponent } = binary(Math.abs(value));
  return `${signOf(value)}${mantissa}p${exponent >= 0 ? "+" : ""}${exponent}`;
}

/** Writes `%x`: `0x1.8p+01`, one bit before the point, rounded half to even. */
export function formatHex(value: number, precision: number): string {
  if (value === 0) return `${signOf(value)}0x0${precision > 0 ? `.${"0".repeat(precision)}` : ""}p+00`;
  let { mantissa, exponent } = binary(Math.abs(value));
  const shift = 53 - mantissa.toString(2).length;
  mantissa <<= BigInt(shift);
  exponent += 52 - shift;
  if (precision >= 0 && precision < 13) {
    const dropped = BigInt(52 - precision * 4);
    const half = 1n << (dropped - 1n);
    const rest = mantissa & ((1n << dropped) - 1n);
    mantissa >>= dropped;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    mantissa <<= dropped;
    if (mantissa >> 53n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const hex = mantissa.toString(16).slice(1);
  const decimals = precision < 0 ? trimTrailingZeros(hex) : hex.slice(0, precision).padEnd(precision, "0");
  const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return `${signOf(value)}0x1${decimals === "" ? "" : `.${decimals}`}p${power}`;
}
