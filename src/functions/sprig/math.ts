import { type Context, define, type FunctionSet, type TemplateFunction } from "../../template/index.ts";
import { clamped, int64, parsed, toFloat, toInt } from "./cast.ts";
import { add, type Decimal, decimalOf, divide, floatOfDecimal, multiply, subtract } from "./decimal.ts";
import { strval } from "./text.ts";
import { goInt, intList, payForList } from "./value.ts";

/** Computes with int64 and float64. Values of any kind are read as numbers, 0 if they are none. */

const ofInts = (count: number, variadic: boolean, apply: (first: bigint, others: bigint[]) => bigint) =>
  define(
    { params: Array<"any">(count).fill("any"), variadic, returns: "int64", context: true },
    (context, ...values) => {
      context.spend(values.length >> 4);
      const [first = 0n, ...others] = values.map((value) => toInt(value, context));
      return int64(apply(first, others));
    },
  );

const byZero = "runtime error: integer divide by zero";

const divided = (apply: (a: bigint, b: bigint) => bigint) =>
  ofInts(2, false, (a, [b = 0n]) => {
    if (b === 0n) throw new Error(byZero);
    return apply(a, b);
  });

const extreme = (better: (a: bigint, b: bigint) => boolean) =>
  ofInts(2, true, (first, others) => others.reduce((best, n) => (better(n, best) ? n : best), first));

const extremeFloat = (choose: (a: number, b: number) => number): TemplateFunction =>
  define(
    { params: ["any", "any"], variadic: true, returns: "float64", context: true },
    (context, first, ...others: unknown[]) =>
      others.reduce((best: number, value) => choose(best, toFloat(value, context)), toFloat(first, context)),
  );

const ofFloat = (apply: (value: number) => number): TemplateFunction =>
  define({ params: ["any"], returns: "float64", context: true }, (context, value) => apply(toFloat(value, context)));

/** Reduces decimals, which may be as long as all numbers of a call together. */
function reduceDecimals(
  context: Context,
  first: unknown,
  others: readonly unknown[],
  apply: (a: Decimal, b: Decimal) => Decimal,
): number {
  let result = decimalOf(toFloat(first, context));
  for (const [i, other] of others.entries()) {
    context.spend(i);
    result = apply(result, decimalOf(toFloat(other, context)));
  }
  return floatOfDecimal(result);
}

const ofDecimals = (apply: (a: Decimal, b: Decimal) => Decimal): TemplateFunction =>
  define(
    { params: ["any", "any"], variadic: true, returns: "float64", context: true },
    (context, first, ...others: unknown[]) => reduceDecimals(context, first, others, apply),
  );

/** Lists integers from `start` up to but not including `stop`, with room for the next one that would not fit an int64. */
function range(context: Context, start: bigint, stop: bigint, step: bigint): bigint[] {
  const up = stop >= start;
  if (up ? step <= 0n : step >= 0n) return [];
  const distance = up ? stop - start : start - stop;
  const size = up ? step : -step;
  payForList(context, Number((distance + size - 1n) / size));
  const ints: bigint[] = [];
  for (let i = start; up ? i < stop : i > stop; i += step) ints.push(i);
  return ints;
}

const intsOf = (context: Context, ints: readonly bigint[]): unknown[] =>
  intList(ints.map((n) => goInt(n >= -(2n ** 53n) && n <= 2n ** 53n ? Number(n) : n, context)));

function seq(context: Context, params: readonly bigint[]): string {
  const [a = 0n, b = 0n, c = 0n] = params;
  let bounds: [start: bigint, step: bigint, end: bigint];
  if (params.length === 1) bounds = [1n, 1n, a];
  else if (params.length === 2) bounds = [a, 1n, b];
  else if (params.length === 3) bounds = [a, b, c];
  else return "";
  const [start, step, end] = bounds;
  const down = end < start;
  if (params.length === 3 && down && step > 0n) return "";
  const by = params.length < 3 && down ? -1n : step;
  return range(context, start, end + (down ? -1n : 1n), by).join(" ");
}

/** Returns Go's `math.Pow(10, places)`, which is not exact in its own way. */
function powerOfTen(places: number): number {
  let scale = 1;
  let exponent = 0;
  let [factor, power] = [0.625, 4]; // 10 = 0.625 × 2^4
  for (let n = Math.abs(places); n > 0; n = Math.floor(n / 2)) {
    if (power < -4096 || power > 4096) {
      exponent += power;
      break;
    }
    if (n % 2 === 1) {
      scale *= factor;
      exponent += power;
    }
    factor *= factor;
    power *= 2;
    if (factor < 0.5) {
      factor += factor;
      power--;
    }
  }
  return places < 0 ? timesPowerOfTwo(1 / scale, -exponent) : timesPowerOfTwo(scale, exponent);
}

/** Multiplies in two steps, so that no intermediate value overflows. */
const timesPowerOfTwo = (value: number, exponent: number): number => {
  const half = Math.trunc(Math.max(-2200, Math.min(2200, exponent)) / 2);
  return value * 2 ** half * 2 ** (Math.max(-2200, Math.min(2200, exponent)) - half);
};

function round(value: number, places: number, roundOn: number): number {
  const power = powerOfTen(places);
  const shifted = power * value;
  const fraction = Number.isFinite(shifted) ? shifted - Math.trunc(shifted) : Number.NaN;
  return (fraction >= roundOn ? Math.ceil(shifted) : Math.floor(shifted)) / power;
}

const max = extreme((a, b) => a > b);

export const math = {
  /** `add NUMBER…`: the sum, as int64. `{{ add 1 2 3 }}` → `6` */
  add: ofInts(1, true, (first, others) => others.reduce((sum, n) => sum + n, first)),
  /** `add1 NUMBER`: NUMBER plus one, as int64. `{{ add1 1 }}` → `2` */
  add1: ofInts(1, false, (n) => n + 1n),
  /** `add1f NUMBER`: NUMBER plus one, as float64. `{{ add1f 1.5 }}` → `2.5` */
  add1f: define({ params: ["any"], returns: "float64", context: true }, (context, value) =>
    reduceDecimals(context, value, [1], add),
  ),
  /** `addf NUMBER…`: the sum, in exact decimals, as float64. `{{ addf 0.1 0.2 }}` → `0.3` */
  addf: define({ params: ["any"], variadic: true, returns: "float64", context: true }, (context, ...values) =>
    reduceDecimals(context, 0, values, add),
  ),
  /** `atoi TEXT`: TEXT read as an int, 0 if it is not one. `{{ atoi "12" }}` → `12` */
  atoi: define({ params: ["string"], returns: "int" }, clamped),
  /** `biggest NUMBER…`: the same as max. `{{ biggest 1 3 2 }}` → `3` */
  biggest: max,
  /** `ceil NUMBER`: NUMBER rounded up to a whole number. `{{ ceil 1.1 }}` → `2` */
  ceil: ofFloat(Math.ceil),
  /** `div A B`: the quotient of two integers, without its fraction. `{{ div 7 2 }}` → `3` */
  div: divided((a, b) => a / b),
  /** `divf A B…`: the quotient, to 16 decimals. `{{ divf 1 4 }}` → `0.25` */
  divf: ofDecimals(divide),
  /** `float64 VALUE`: VALUE as float64. `{{ float64 "1.5" }}` → `1.5` */
  float64: ofFloat((value) => value),
  /** `floor NUMBER`: NUMBER rounded down to a whole number. `{{ floor 1.9 }}` → `1` */
  floor: ofFloat(Math.floor),
  /** `int VALUE`: VALUE as int. `{{ int "12" }}` → `12` */
  int: define({ params: ["any"], returns: "int", context: true }, (context, value) => toInt(value, context)),
  /** `int64 VALUE`: VALUE as int64. `{{ int64 1.9 }}` → `1` */
  int64: ofInts(1, false, (n) => n),
  /** `max NUMBER…`: the largest number, as an integer. `{{ max 1 3 2 }}` → `3` */
  max,
  /** `maxf NUMBER…`: the largest number, as float64. `{{ maxf 1 2.5 }}` → `2.5` */
  maxf: extremeFloat(maxFloat),
  /** `min NUMBER…`: the smallest number, as an integer. `{{ min 3 1 2 }}` → `1` */
  min: extreme((a, b) => a < b),
  /** `minf NUMBER…`: the smallest number, as float64. `{{ minf 1.5 3 }}` → `1.5` */
  minf: extremeFloat((a, b) => -maxFloat(-a, -b)),
  /** `mod A B`: the remainder of an integer division. `{{ mod 7 2 }}` → `1` */
  mod: divided((a, b) => a % b),
  /** `mul NUMBER…`: the product, as int64. `{{ mul 2 3 4 }}` → `24` */
  mul: ofInts(2, true, (first, others) => others.reduce((product, n) => int64(product * n), first)),
  /** `mulf NUMBER…`: the product, in exact decimals, as float64. `{{ mulf 1.5 2 }}` → `3` */
  mulf: ofDecimals(multiply),
  /**
   * `round NUMBER PLACES [LEAST]`: NUMBER rounded to PLACES decimal places; a remainder of LEAST or more, 0.5 by default,
   * rounds up. `{{ round 123.555 2 }}` → `123.56`
   */
  round: define(
    { params: ["any", "int", "float64"], variadic: true, returns: "float64", context: true },
    (context, value, places, roundOn = 0.5) => round(toFloat(value, context), Number(places), roundOn),
  ),
  /** `seq [START [STEP]] END`: integers from START to END, separated by spaces. `{{ seq 1 2 7 }}` → `1 3 5 7` */
  seq: define({ params: ["int"], variadic: true, returns: "string", context: true }, (context, ...params) =>
    seq(context, params.map(BigInt)),
  ),
  /** `sub A B`: the difference, as int64. `{{ sub 5 2 }}` → `3` */
  sub: ofInts(2, false, (a, [b = 0n]) => a - b),
  /** `subf A B…`: the difference, in exact decimals, as float64. `{{ subf 0.3 0.1 }}` → `0.2` */
  subf: ofDecimals(subtract),
  /** `toDecimal VALUE`: VALUE read as an octal number, 0 if it is not one. `{{ toDecimal "0777" }}` → `511` */
  toDecimal: define(
    { params: ["any"], returns: "int64", context: true },
    (context, value) => parsed(strval(value, context), 8) ?? 0n,
  ),
  /** `until COUNT`: a list of the integers from 0 up to but not including COUNT. `{{ until 3 }}` → `[0 1 2]` */
  until: define({ params: ["int"], context: true }, (context, count) =>
    intsOf(context, range(context, 0n, BigInt(count), count < 0 ? -1n : 1n)),
  ),
  /** `untilStep START STOP STEP`: a list of every STEP-th integer from START up to but not including STOP. `{{ untilStep 3 10 3 }}` → `[3 6 9]` */
  untilStep: define({ params: ["int", "int", "int"], context: true }, (context, start, stop, step) =>
    intsOf(context, range(context, BigInt(start), BigInt(stop), BigInt(step))),
  ),
} satisfies FunctionSet;

/** `math.Max`: infinity beats NaN. */
function maxFloat(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b);
}
