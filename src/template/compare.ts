import { compareBytes } from "../../grammar/index.ts";
import { type Printing, sprintf } from "./fmt/index.ts";
import { type Complex, floatOf, intOf, type Kind, kindOf, Time, textOf, typeName } from "./value.ts";

/**
 * Implements Go's `eq`, `ne`, `lt`, `le`, `gt` and `ge`. Values that Go cannot compare throw an Error with Go's words; the
 * caller adds the name of the function.
 */

const isBasic = (kind: Kind): boolean =>
  kind === "bool" || kind === "int" || kind === "uint" || kind === "float" || kind === "complex" || kind === "string";

const isInteger = (kind: Kind): boolean => kind === "int" || kind === "uint";

/** Returns `a == b || a == c || …`; stops at the first match, so later values are not even checked. */
export function equalsAny(a: unknown, others: readonly unknown[], printing: Printing): boolean {
  if (others.length === 0) throw new Error("missing argument for comparison");
  for (const other of others) if (equals(a, other, printing)) return true;
  return false;
}

export function equals(a: unknown, b: unknown, printing: Printing): boolean {
  if (typeof a === "string" && typeof b === "string") return a === b;
  const { numbers } = printing;
  const kindA = kindOf(a, numbers);
  const kindB = kindOf(b, numbers);
  if (kindA !== kindB) {
    if (isInteger(kindA) && isInteger(kindB)) return intOf(a) === intOf(b);
    if (isBasic(kindA) || isBasic(kindB)) {
      if (kindA === "invalid" || kindB === "invalid") return false;
      throw incompatible(a, b, printing);
    }
    if (kindA === "invalid" || kindB === "invalid") return false; // nil and a list, map or function
    throw new Error(
      `non-comparable types ${sprintf("%s", [a], printing)}: ${typeName(a, numbers)}, ${typeName(b, numbers)}: ${sprintf("%v", [b], printing)}`,
    );
  }
  switch (kindA) {
    case "invalid":
      return true;
    case "bool":
      return a === b;
    case "int":
    case "uint":
      return typeof a === "number" && typeof b === "number" ? a === b : intOf(a) === intOf(b);
    case "float":
      return floatOf(a) === floatOf(b);
    case "complex":
      return (a as Complex).re === (b as Complex).re && (a as Complex).im === (b as Complex).im;
    case "string":
      return textOf(a) === textOf(b);
    case "time":
      return sameTime(Time.of(a as Date | Time), Time.of(b as Date | Time));
    case "struct":
      return a === b;
    default:
      throw new Error(`non-comparable type ${sprintf("%s", [b], printing)}: ${typeName(b, numbers)}`);
  }
}

/** Compares times as Go compares the structs: the same point in time in another zone is not equal. */
const sameTime = (a: Time, b: Time): boolean =>
  a.seconds === b.seconds && a.nanos === b.nanos && a.zone.name === b.zone.name;

/** Returns `a < b` for integers, floats and strings. */
export function less(a: unknown, b: unknown, printing: Printing): boolean {
  if (typeof a === "string" && typeof b === "string") return compareBytes(a, b) < 0;
  const kindA = orderable(a, printing);
  const kindB = orderable(b, printing);
  if (isInteger(kindA) && isInteger(kindB)) {
    return typeof a === "number" && typeof b === "number" ? a < b : intOf(a) < intOf(b);
  }
  if (kindA !== kindB) throw incompatible(a, b, printing);
  if (kindA === "float") return floatOf(a) < floatOf(b);
  if (kindA === "string") return compareBytes(textOf(a), textOf(b)) < 0;
  throw invalidType();
}

/**
 * Refuses values that are not of a basic kind. Bool and complex are refused later, after the kinds turned out to be the same,
 * as in Go.
 */
function orderable(value: unknown, { numbers }: Printing): Kind {
  const kind = kindOf(value, numbers);
  if (!isBasic(kind)) throw invalidType();
  return kind;
}

/** Returns `a <= b`. It is not the negation of `>`: with NaN, `gt` and `ge` are true. */
export function lessOrEqual(a: unknown, b: unknown, printing: Printing): boolean {
  return less(a, b, printing) || equals(a, b, printing);
}

const invalidType = (): Error => new Error("invalid type for comparison");

function incompatible(a: unknown, b: unknown, { numbers }: Printing): Error {
  return new Error(`incompatible types for comparison: ${typeName(a, numbers)} and ${typeName(b, numbers)}`);
}
