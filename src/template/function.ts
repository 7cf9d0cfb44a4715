import { joinBytes } from "../../grammar/index.ts";
import type { Context } from "./context.ts";
import { sortedEntries } from "./maps.ts";
import { type Payer, payForSize } from "./pay.ts";
import {
  elementsOf,
  Float64,
  floatOf,
  intOf,
  kindOf,
  type List,
  type Numbers,
  SizedInt,
  Time,
  typeName,
} from "./value.ts";

/**
 * Types a parameter or result, by Go's names; `"list"` is `[]interface {}`, `"map"` is `map[string]interface {}`. `"any"`
 * takes everything as the engine holds it, `"plain"` everything with numbers as plain JavaScript numbers (or `bigint` beyond
 * 2^53), `"number"` whole and fractional numbers alike, as `"plain"` gives them; `"nilMap"` is `"map"` for a function that tells a nil map, `null`, from an empty one; `"strings"` is `[]string`,
 * `"time"` is `time.Time`, `"duration"` is `time.Duration`.
 */
export type ParamType =
  | "any"
  | "plain"
  | "string"
  | "bool"
  | "int"
  | "int64"
  | "float64"
  | "number"
  | "list"
  | "strings"
  | "map"
  | "nilMap"
  | "time"
  | "duration";

export interface Signature {
  readonly params: readonly ParamType[];
  /** Tells whether the last parameter takes any number of arguments, including none. @default false */
  readonly variadic?: boolean | undefined;
  /** Go's type of the result, for results whose type a JavaScript number does not tell. @default "any" */
  readonly returns?: ParamType | undefined;
  /** Tells whether the function gets the {@link Context} of the render before its arguments. @default false */
  readonly context?: boolean | undefined;
  /**
   * Tells whether the function changes maps that it is given. Templates that call it see a copy of the profile, so that the profile
   * itself never changes; results of functions and iterators in the profile are not copied. @default false
   */
  readonly mutates?: boolean | undefined;
  /**
   * Tells whether the result may differ for the same arguments, because it depends on the clock or on random numbers. @default false
   */
  readonly nonDeterministic?: boolean | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: arguments are checked against the signature at run time
export type TemplateFunction = (...args: any[]) => unknown;

/** Names functions that a template may call beyond Go's own. */
export type FunctionSet = Readonly<Record<string, TemplateFunction>>;

const signatures = new WeakMap<TemplateFunction, Signature>();

/**
 * Gives a function Go's argument checks and messages. Arguments arrive as `string`, `boolean`, `number` (`int` and `int64`
 * beyond 2^53 as `bigint`), array, object, {@link Time} and `bigint` nanoseconds; for `"any"` as the engine holds them (see the value table), nil as
 * `null`. Arrays and objects are the profile's own: a function must not change them.
 * An error that the function throws becomes `error calling NAME: MESSAGE`. Without a signature a function takes anything.
 */
export function define(
  signature: Signature & { readonly context: true },
  // biome-ignore lint/suspicious/noExplicitAny: as of TemplateFunction
  fn: (context: Context, ...args: any[]) => unknown,
): TemplateFunction;
export function define(signature: Signature, fn: TemplateFunction): TemplateFunction;
export function define(signature: Signature, fn: TemplateFunction): TemplateFunction {
  if (signature.variadic && signature.params.length === 0) {
    throw new TypeError("a variadic function needs a parameter to repeat");
  }
  const defined: TemplateFunction = (...args) => fn(...args); // its own, so that one function may have several signatures
  signatures.set(defined, signature);
  return defined;
}

/** Describes a function without a signature: it takes anything, numbers without their boxes. */
const plain: Signature = { params: ["plain"], variadic: true };

export function signatureOf(fn: TemplateFunction): Signature {
  return signatures.get(fn) ?? plain;
}

export const goTypes: Readonly<Record<ParamType, string>> = {
  any: "interface {}",
  plain: "interface {}",
  string: "string",
  bool: "bool",
  int: "int",
  int64: "int64",
  float64: "float64",
  number: "number",
  list: "[]interface {}",
  strings: "[]string",
  map: "map[string]interface {}",
  nilMap: "map[string]interface {}",
  time: "time.Time",
  duration: "time.Duration",
};

/** Makes calls: a render. */
export interface Caller extends Payer {
  readonly context: Context;
  readonly settings: { readonly numbers: Numbers };
}

/** Calls a function with checked arguments. The call is a step, and arguments and result are paid for by their size. */
export function apply(fn: TemplateFunction, signature: Signature, given: unknown[], run: Caller): unknown {
  const { params, returns = "any", context } = signature;
  const last = params.length - 1;
  run.spend(1);
  for (let i = 0; i < given.length; i++) {
    payForSize(run, given[i]);
    given[i] = toArgument(given[i], params[i < last ? i : last]!, run);
  }
  const result: unknown = context ? fn(run.context, ...given) : fn(...given);
  payForSize(run, result);
  return toResult(result, returns, run.settings.numbers);
}

/** Converts a checked argument to what the function gets. */
function toArgument(value: unknown, type: ParamType, payer: Payer): unknown {
  switch (type) {
    case "int":
    case "int64":
      return toJsInt(intOf(value));
    case "float64":
      return floatOf(value);
    case "list":
    case "strings":
      return toArray(value ?? [], payer);
    case "map":
      return value instanceof Map ? toObject(value, payer) : (value ?? {});
    case "nilMap":
      return value instanceof Map ? toObject(value, payer) : (value ?? null);
    case "duration":
      return intOf(value);
    case "time":
      return Time.of(value as Date | Time);
    case "any":
      return value ?? null;
    case "plain":
      return toPlain(value ?? null);
    case "number":
      return toPlain(value);
    default:
      return value;
  }
}

/** Converts a list to an array; a copy is paid for before it is made. */
function toArray(list: object, payer: Payer): unknown {
  if (Array.isArray(list)) return list;
  payer.spend(list instanceof Set ? list.size : (list as List).length);
  return Array.from(elementsOf(list));
}

function toObject(map: ReadonlyMap<unknown, unknown>, payer: Payer): object {
  return Object.fromEntries(sortedEntries(map, payer));
}

/** Returns a plain number if that holds the integer exactly. */
export const toJsInt = (int: bigint): number | bigint =>
  int >= BigInt(Number.MIN_SAFE_INTEGER) && int <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(int) : int;

function toPlain(value: unknown): unknown {
  if (typeof value === "bigint") return toJsInt(value);
  if (value instanceof Float64) return value.value;
  if (value instanceof SizedInt) return toJsInt(value.value);
  return value;
}

/** Converts a result to what the engine holds: a number gets the type that the signature names. */
function toResult(value: unknown, type: ParamType, numbers: Numbers): unknown {
  if (value === undefined) return null;
  if (typeof value === "string") return joinBytes(value);
  if (value instanceof Promise) {
    value.catch(() => {}); // nobody will wait for it
    throw new Error("returned a promise, and a template cannot wait for one");
  }
  if ((type === "int" || type === "int64") && typeof value === "number" && !Number.isInteger(value)) {
    throw new Error(`returned ${value}, which is no ${type}`);
  }
  if (typeof value !== "number" && typeof value !== "bigint") return value;
  switch (type) {
    case "int":
      return numbers === "int" ? value : BigInt(value);
    case "int64":
      return new SizedInt("int64", value);
    case "float64":
      return float(Number(value), numbers);
    default:
      return value;
  }
}

/** Returns a float64 as the engine holds it: boxed if the plain number would be read as an int. */
export function float(value: number, numbers: Numbers): number | Float64 {
  return numbers === "int" && Number.isInteger(value) ? new Float64(value) : value;
}

/** Tells whether a parameter takes nil. Go: `canBeNil`. */
export function acceptsNil(type: ParamType): boolean {
  return (
    type === "any" || type === "plain" || type === "list" || type === "strings" || type === "map" || type === "nilMap"
  );
}

/** Tells whether a parameter takes a value that is neither absent nor nil. */
export function isAssignable(value: unknown, type: ParamType, numbers: Numbers): boolean {
  if (type === "any" || type === "plain") return true;
  const kind = kindOf(value, numbers);
  switch (type) {
    case "string":
      return typeof value === "string";
    case "int":
      return kind === "int" && !(value instanceof SizedInt);
    case "int64":
      return typeName(value, numbers) === "int64";
    case "duration":
      return typeName(value, numbers) === "time.Duration";
    case "float64":
      return kind === "float";
    case "number":
      return kind === "int" || kind === "uint" || kind === "float";
    case "strings":
      return kind === "list" && typeName(value, numbers) === goTypes.strings;
    case "list":
    case "map":
    case "nilMap":
      return (kind === "list" || kind === "map") && typeName(value, numbers) === goTypes[type];
    default:
      return kind === type;
  }
}
