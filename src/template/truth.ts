import { isEmptyMap } from "./maps.ts";
import { Complex, Float64, kindOf, type List, SizedInt } from "./value.ts";

/** Go's `template.IsTrue`: false are absent, nil, false, zero of any kind, and empty strings, lists and maps. */
export function truth(value: unknown): boolean {
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
      return value !== null && objectTruth(value);
    case "function":
      return true;
    default:
      return false;
  }
}

function objectTruth(value: object): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Float64) return value.value !== 0;
  if (value instanceof SizedInt) return value.value !== 0n;
  if (value instanceof Complex) return value.re !== 0 || value.im !== 0;
  switch (kindOf(value, "int")) {
    case "list":
      return value instanceof Set ? value.size > 0 : (value as List).length > 0;
    case "map":
      return !isEmptyMap(value);
    default:
      return true;
  }
}
