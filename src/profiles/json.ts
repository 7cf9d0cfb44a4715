import { byteLength } from "../../grammar/index.ts";
import type { Json } from "../dispatch/index.ts";

/** How deep maps and lists may stand inside each other in a profile. */
export const deepest = 64;

const { hasOwn, getPrototypeOf, defineProperty } = Object;

/** What is wrong with a value that is to become part of a profile; undefined for JSON of bounded depth in well-formed text. */
export function objectionTo(value: unknown, path: string, depth = 0): string | undefined {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? undefined : `${path} is no well-formed text: it has half of a surrogate pair`;
    case "number":
      return Number.isFinite(value) ? undefined : `${path} is ${value}, which JSON does not have`;
    case "boolean":
      return undefined;
    case "object":
      break;
    default:
      return `${path} is no JSON, but ${typeof value === "undefined" ? "undefined" : `a ${typeof value}`}`;
  }
  if (value === null) return undefined;
  if (depth >= deepest)
    return `${shortened(path)} is too deep: at most ${deepest} maps and lists stand inside each other`;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const element: unknown = value[i];
      const objection = objectionTo(element, typeof element === "object" ? `${path}[${i}]` : path, depth + 1);
      if (objection) return objection;
    }
    return undefined;
  }
  const prototype: unknown = getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `${path} is no JSON, but an object of a class`;
  for (const [name, inner] of Object.entries(value)) {
    if (!name.isWellFormed()) return `${path} has a field whose name is no well-formed text`;
    if (isSimple(inner)) continue;
    const objection = objectionTo(inner, path === "" ? name : `${path}.${name}`, depth + 1);
    if (objection) return objection;
  }
  return undefined;
}

/** Most values are, and need no path. */
const isSimple = (value: unknown): boolean =>
  typeof value === "string"
    ? value.isWellFormed()
    : value === null || typeof value === "boolean" || Number.isFinite(value);

const shortened = (path: string): string => (path.length > 80 ? `${path.slice(0, 80)}…` : path);

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

/** Whether a value is more than so many bytes of JSON, and then how many. */
export function bytesBeyond(value: Json, most: number): number | undefined {
  const text = JSON.stringify(value);
  if (text.length * 3 <= most) return undefined;
  const bytes = byteLength(text);
  return bytes > most ? bytes : undefined;
}
