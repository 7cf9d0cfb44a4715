import { type Delims, quote } from "../../grammar/index.ts";
import type { FunctionSet, TemplateFunction } from "./function.ts";

/** Checks delimiters; an empty one means its default, as in Go. */
export function checkDelims(delims: readonly [left: string, right: string] | undefined): Delims {
  if (delims === undefined) return ["{{", "}}"];
  if (!Array.isArray(delims) || delims.length !== 2 || delims.some((delim) => typeof delim !== "string")) {
    throw new TypeError("delims are two texts, the left and the right delimiter");
  }
  return [delims[0] || "{{", delims[1] || "}}"];
}

const identifier = /^[\p{L}_][\p{L}\p{Nd}_]*$/u;

/** Collects functions by name; those of later sets win. */
export function collectFunctions(sets: readonly FunctionSet[]): Map<string, TemplateFunction> {
  const functions = new Map<string, TemplateFunction>();
  if (!(Symbol.iterator in sets)) throw new TypeError("functions are a list of function sets");
  for (const set of sets) {
    for (const [name, fn] of Object.entries(set)) {
      if (!identifier.test(name)) throw new TypeError(`function name ${quote(name)} is not a valid identifier`);
      if (typeof fn !== "function") throw new TypeError(`value for ${name} not a function`);
      functions.set(name, fn);
    }
  }
  return functions;
}
