/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const { hasOwn, defineProperty } = Object;

export type JsonMap = { readonly [key: string]: Json };

export const isMap = (value: unknown): value is JsonMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** A field that is its own: nothing is inherited. */
export const own = (map: JsonMap, name: string): Json | undefined => (hasOwn(map, name) ? map[name] : undefined);

/** `__proto__`, too, becomes a field and no more. */
export function setOwn(map: { [key: string]: Json }, name: string, value: Json): void {
  if (name === "__proto__") {
    defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
  } else map[name] = value;
}

/** The order of fields means nothing. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isList(a) || isList(b)) {
    if (!isList(a) || !isList(b) || a.length !== b.length) return false;
    return a.every((element, i) => isSame(element, b[i]));
  }
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => hasOwn(b, name) && isSame(a[name], b[name]));
}

/** Two values have the same one where {@link isSame} holds. */
export function keyOf(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(keyOf).join()}]`;
  const map = value;
  const names = Object.keys(map).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${keyOf(map[name]!)}`).join()}}`;
}
