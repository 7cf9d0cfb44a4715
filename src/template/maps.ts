import { compareBytes } from "../../grammar/index.ts";
import type { Payer } from "./pay.ts";

/**
 * Reads maps: plain objects, `Map`s and class instances, seen as Go's `map[string]interface {}`. Only own enumerable fields
 * with string keys exist; number, bigint and boolean keys of a `Map` are read as their text, and keys of other types do not
 * exist.
 */

const isOwn = Object.prototype.propertyIsEnumerable;

/** Returns the value at `key`, `undefined` if there is none: a field set to `undefined` is absent too. */
export function mapGet(map: object, key: string): unknown {
  if (map instanceof Map) {
    const value: unknown = map.get(key);
    return value !== undefined || map.has(key) ? value : map.get(keyOfText(key, map));
  }
  return isOwn.call(map, key) ? (map as Record<string, unknown>)[key] : undefined;
}

/**
 * Returns keys and values in Go's order, by the keys' UTF-8 bytes.
 * @param payer is charged a step a key, and for the characters of long keys that comparisons may read
 */
export function sortedEntries(map: object, payer?: Payer): [key: string, value: unknown][] {
  const entries: [string, unknown][] = [];
  if (map instanceof Map) {
    for (const entry of textKeyed(map)) entries.push(entry);
  } else for (const key of keysOf(map)) entries.push([key, (map as Record<string, unknown>)[key]]);
  if (payer) payForSorting(payer, entries);
  return entries.sort(([a], [b]) => compareBytes(a, b));
}

function payForSorting(payer: Payer, entries: readonly (readonly [string, unknown])[]): void {
  let long = 0;
  for (const [key] of entries) if (key.length >= 64) long += key.length;
  payer.spend(entries.length + sortingCost(entries.length, long));
}

/** Returns the steps for the characters that a sort compares: all characters of each text, once for each level of merging. */
const sortingCost = (count: number, characters: number): number =>
  Math.ceil((characters * Math.ceil(Math.log2(count + 1))) / 64);

/** Indexes a `Map` by the text of its keys; a string key goes before another key of the same text. */
function textKeyed(map: ReadonlyMap<unknown, unknown>): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, value] of map) {
    const text = keyText(key);
    if (text !== undefined && value !== undefined && (typeof key === "string" || !values.has(text)))
      values.set(text, value);
  }
  return values;
}

export function mapSize(map: object): number {
  return keysOf(map).length;
}

function keysOf(map: object): string[] {
  if (map instanceof Map) return [...textKeyed(map).keys()];
  const keys = Object.keys(map);
  // A field set to `undefined` is absent. Checked first because it is rare and `filter` copies.
  return keys.some((key) => (map as Record<string, unknown>)[key] === undefined)
    ? keys.filter((key) => (map as Record<string, unknown>)[key] !== undefined)
    : keys;
}

/** Returns the number, bigint or boolean key that has this text. */
function keyOfText(text: string, map: ReadonlyMap<unknown, unknown>): unknown {
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  if (String(number) === text && map.has(number)) return number;
  return /^-?\d{1,400}$/.test(text) && String(BigInt(text)) === text ? BigInt(text) : undefined;
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
