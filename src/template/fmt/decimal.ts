/** Holds the number `0.digits × 10^point`, which is not negative. Zero has no digits. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** Returns the exact decimal value: every float64 has one, with at most 767 digits. */
export function exactDigits(magnitude: number): Decimal {
  if (magnitude === 0) return { digits: "", point: 0 };
  if (magnitude <= Number.MAX_SAFE_INTEGER && Number.isInteger(magnitude)) return trimmed(String(magnitude), 0);
  const { mantissa, exponent } = binary(magnitude);
  if (exponent >= 0) return trimmed((mantissa << BigInt(exponent)).toString(), 0);
  // m / 2^k = m × 5^k / 10^k
  return trimmed((mantissa * 5n ** BigInt(-exponent)).toString(), -exponent);
}

function trimmed(integer: string, decimals: number): Decimal {
  let end = integer.length;
  while (end > 0 && integer.charCodeAt(end - 1) === 0x30) end--;
  return { digits: integer.slice(0, end), point: integer.length - decimals };
}

/** Rounds half to even. For a count of 0 or less the result is 0 or one unit. */
export function roundDigits({ digits, point }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: "", point: 0 };
  const next = digits.charCodeAt(count) - 0x30;
  const tie = next === 5 && count === digits.length - 1;
  const up = next > 5 || (next === 5 && (!tie || (count > 0 && digits.charCodeAt(count - 1) % 2 === 1)));
  if (!up) return trimmed(digits.slice(0, count), count - point);
  let at = count - 1;
  while (at >= 0 && digits.charCodeAt(at) === 0x39) at--;
  if (at < 0) return { digits: "1", point: point + 1 };
  return { digits: digits.slice(0, at) + String.fromCharCode(digits.charCodeAt(at) + 1), point };
}

const view = new DataView(new ArrayBuffer(8));

/** Splits `magnitude` into `mantissa × 2^exponent`, with the 53 bits (fewer if subnormal) that IEEE 754 stores. */
export function binary(magnitude: number): { readonly mantissa: bigint; readonly exponent: number } {
  view.setFloat64(0, magnitude);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

export const signOf = (value: number): string => (value < 0 || Object.is(value, -0) ? "-" : "");
