import { compareBytes } from "../../grammar/index.ts";

/**
 * Maps: plain objects, `Map`s and class instances, seen as Go's `map[string]interface {}`. Only own enumerable fields with
 * string keys count; a `Map`'s number, bigint and boolean keys are read as their text, keys of other types do not exist.
 */

const hasOwn = Object.hasOwn;

/** The value at `key`, `undefined` when there is none: a field set to `undefined` is absent too. */
export function mapGet(map: object, key: string): unknown {
  if (map instanceof Map) {
    const value: unknown = map.get(key);
    if (value !== undefined || map.has(key)) return value;
    for (const [k, v] of map) if (typeof k !== "string" && keyText(k) === key) return v;
    return undefined;
  }
  return hasOwn(map, key) ? (map as Record<string, unknown>)[key] : undefined;
}

/** Keys in Go's order, by UTF-8 bytes. */
export function sortedKeys(map: object): string[] {
  return keysOf(map).sort(compareBytes);
}

export function mapSize(map: object): number {
  return keysOf(map).length;
}

export function isEmptyMap(map: object): boolean {
  if (map instanceof Map) return keysOf(map).length === 0;
  for (const key in map) if (hasOwn(map, key) && (map as Record<string, unknown>)[key] !== undefined) return false;
  return true;
}

function keysOf(map: object): string[] {
  if (map instanceof Map) {
    const keys = new Set<string>();
    for (const [key, value] of map) {
      const text = keyText(key);
      if (text !== undefined && value !== undefined) keys.add(text);
    }
    return [...keys];
  }
  const keys = Object.keys(map);
  // A field set to `undefined` is absent. Checked first because it is rare and `filter` copies.
  return keys.some((key) => (map as Record<string, unknown>)[key] === undefined)
    ? keys.filter((key) => (map as Record<string, unknown>)[key] !== undefined)
    : keys;
}

function keyText(key: unknown): string | undefined {
  switch (typeof key) {
    case "string":
      return key;
    case "number":
    case "bigint":
    case "boolean":
      return String(key);
    default:
      return undefined;
  }
}
