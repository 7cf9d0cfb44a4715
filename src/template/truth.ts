import { mapSize } from "./maps.ts";
import type { Payer } from "./pay.ts";
import { Complex, Content, Float64, kindOf, type List, SizedInt } from "./value.ts";

/**
 * Decides truth as Go's `template.IsTrue`: false are absent, nil, false, zero of any kind, and empty strings, lists and maps.
 * @param payer is charged for a big map, because JavaScript lists all its keys to see the first
 */
export function truth(value: unknown, payer?: Payer): boolean {
  switch (typeof value) {
    case "string":
      return value !== "";
    case "boolean":
      return value;
    case "number":
      return value !== 0;
    case "bigint":
      return value !== 0n;
    case "object":
      return value !== null && objectTruth(value, payer);
    case "function":
      return true;
    default:
      return false;
  }
}

function objectTruth(value: object, payer: Payer | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Float64) return value.value !== 0;
  if (value instanceof SizedInt) return value.value !== 0n;
  if (value instanceof Content) return value.text !== "";
  if (value instanceof Complex) return value.re !== 0 || value.im !== 0;
  switch (kindOf(value, "int")) {
    case "list":
      return value instanceof Set ? value.size > 0 : (value as List).length > 0;
    case "map": {
      const size = mapSize(value);
      if (size > 16) payer?.spend(size);
      return size > 0;
    }
    default:
      return true;
  }
}
