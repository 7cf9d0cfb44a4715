/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const { hasOwn, defineProperty } = Object;

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** Says whether a value is an object, and no array. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** Returns an own property: nothing that is inherited. */
export const ownField = (map: JsonObject, name: string): Json | undefined =>
  hasOwn(map, name) ? map[name] : undefined;

/** Sets an own property. `__proto__`, too, becomes a property and does not replace the prototype. */
export function setField(map: { [key: string]: Json }, name: string, value: Json): void {
  if (name === "__proto__") {
    defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
  } else map[name] = value;
}

/** Compares two values deeply; the order of properties does not matter. */
export function deepEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isArray(a) || isArray(b)) {
    if (!isArray(a) || !isArray(b) || a.length !== b.length) return false;
    return a.every((element, i) => deepEqual(element, b[i]));
  }
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => hasOwn(b, name) && deepEqual(a[name], b[name]));
}

/** Returns JSON with sorted names: two values have the same text exactly if {@link deepEqual} holds for them. */
export function canonicalJson(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const map = value;
  const names = Object.keys(map).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(map[name]!)}`).join()}}`;
}
