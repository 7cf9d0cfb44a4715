import { byteLength } from "../../grammar/index.ts";
import type { Json } from "../base/json.ts";

/** Limits the depth of maps and lists in a profile. */
export const maxDepth = 64;

/**
 * Returns the problem of a value that is to become part of a profile; undefined for JSON of bounded depth in
 * well-formed text.
 */
export function validationError(value: unknown, path: string, depth = 0): string | undefined {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? undefined : `${path} is not well-formed Unicode: it has half of a surrogate pair`;
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
  if (depth >= maxDepth)
    return `${shortened(path)} is too deep: at most ${maxDepth} maps and lists stand inside each other`;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const element: unknown = value[i];
      const problem = validationError(element, typeof element === "object" ? `${path}[${i}]` : path, depth + 1);
      if (problem) return problem;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `${path} is no JSON, but an object of a class`;
  for (const [name, inner] of Object.entries(value)) {
    if (!name.isWellFormed()) return `${path} has a field whose name is not well-formed Unicode`;
    if (isSimple(inner)) continue;
    const problem = validationError(inner, path === "" ? name : `${path}.${name}`, depth + 1);
    if (problem) return problem;
  }
  return undefined;
}

/** Reports whether a value is valid by itself: most are, and need no path. */
const isSimple = (value: unknown): boolean =>
  typeof value === "string"
    ? value.isWellFormed()
    : value === null || typeof value === "boolean" || Number.isFinite(value);

const shortened = (path: string): string => (path.length > 80 ? `${path.slice(0, 80)}…` : path);

/** Returns the size of a value in bytes of JSON if it is more than `max`; undefined otherwise. */
export function bytesBeyond(value: Json, most: number): number | undefined {
  const text = JSON.stringify(value);
  if (text.length * 3 <= most) return undefined;
  const bytes = byteLength(text);
  return bytes > most ? bytes : undefined;
}
