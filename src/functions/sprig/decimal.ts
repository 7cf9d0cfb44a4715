/** Holds `digits × 10^exponent` for exact decimal arithmetic, as in the Go package shopspring/decimal. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** Returns the shortest decimal that reads as this float. @throws Error with Go's words for a value that is not a number */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) {
    const text = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    throw new Error(`Cannot create a Decimal from ${text}`);
  }
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const decimals = mantissa.split(".")[1]?.length ?? 0;
  return { digits: BigInt(mantissa.replace(".", "")), exponent: Number(exponent) - decimals };
}

/** Returns the nearest float64, infinite beyond the largest. */
export const floatOfDecimal = ({ digits, exponent }: Decimal): number => Number(`${digits}e${exponent}`);

export function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { digits: scaled(a, exponent) + scaled(b, exponent), exponent };
}

export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, { digits: -b.digits, exponent: b.exponent });

export const multiply = (a: Decimal, b: Decimal): Decimal => ({
  digits: a.digits * b.digits,
  exponent: a.exponent + b.exponent,
});

/** Divides to 16 decimals, rounding halves away from zero. */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new Error("decimal division by 0");
  const shift = a.exponent - b.exponent + decimals;
  const [over, under] =
    shift >= 0 ? [a.digits * 10n ** BigInt(shift), b.digits] : [a.digits, b.digits * 10n ** BigInt(-shift)];
  const [x, y] = [abs(over), abs(under)];
  const quotient = x / y + ((x % y) * 2n >= y ? 1n : 0n);
  return { digits: over < 0n === under < 0n ? quotient : -quotient, exponent: -decimals };
}

const decimals = 16;
const abs = (n: bigint): bigint => (n < 0n ? -n : n);

const scaled = ({ digits, exponent }: Decimal, to: number): bigint => digits * 10n ** BigInt(exponent - to);
