import { isArray, isObject, type Json, type JsonObject, ownField, setField } from "../base/json.ts";
import type { Fields } from "../store/index.ts";

/** Holds names by level; undefined: everything below. */
type PathTree = Map<string, PathTree | undefined>;

/** Caches trees, because the same lists of paths are used again and again. */
const pathTrees = new WeakMap<readonly string[], PathTree>();

/**
 * Returns nothing but these fields. A path has a dot between levels (`plan.seats`) and goes through lists: `items.sku`
 * is the `sku` of each item. Missing fields are left out.
 */
export function pick(fields: Fields, paths: readonly string[]): Fields {
  const wanted = pathTrees.get(paths) ?? pathTreeOf(paths);
  pathTrees.set(paths, wanted);
  return pickFrom(fields, wanted);
}

function pathTreeOf(paths: readonly string[]): PathTree {
  const top: PathTree = new Map();
  for (const path of paths) {
    const names = path.split(".");
    const last = names.pop()!;
    let level: PathTree | undefined = top;
    for (const name of names) {
      const inner: PathTree | undefined = level.has(name) ? level.get(name) : new Map();
      level.set(name, inner);
      level = inner;
      if (!level) break; // more of it is picked already
    }
    level?.set(last, undefined);
  }
  return top;
}

function pickFrom(map: JsonObject, wanted: PathTree): JsonObject {
  const picked: { [key: string]: Json } = {};
  for (const [name, inner] of wanted) {
    const value = ownField(map, name);
    if (value === undefined) continue;
    const part = inner === undefined ? value : pickPart(value, inner);
    if (part !== undefined) setField(picked, name, part);
  }
  return picked;
}

function pickPart(value: Json, wanted: PathTree): Json | undefined {
  if (isArray(value)) return value.map((element) => pickPart(element, wanted)).filter((part) => part !== undefined);
  return isObject(value) ? pickFrom(value, wanted) : undefined;
}
