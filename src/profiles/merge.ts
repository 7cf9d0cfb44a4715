import {
  canonicalJson,
  deepEqual,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  ownField,
  setField,
} from "../base/json.ts";
import type { Fields } from "../store/index.ts";
import type { MergeRule } from "./definition.ts";
import type { MergeRules, ProfileSettings } from "./settings.ts";
import { maxDepth } from "./validate.ts";

/** Reports a value that its field's rule cannot merge. */
export class MergeError extends Error {
  override readonly name = "MergeError";
}

/** Limits the elements of a list that is appended to. */
const maxAppended = 1000;

/**
 * Merges a patch into fields, by the rules of the settings; without a rule, maps are merged and everything else is
 * replaced, as in RFC 7396. Null removes, whatever the rule. Shares unchanged values with `before`, and returns
 * `before` itself if nothing changes.
 * @throws MergeError for a value that is too deep or does not fit its rule: `sum` takes numbers, `max` and `min`
 * numbers or text
 */
export function mergeFields(before: Fields, patch: Fields, settings: ProfileSettings): Fields {
  return mergeMaps(before, patch, { rules: settings.merge, strict: true, path: "", depth: 0 });
}

/**
 * Merges the fields of two profiles, as `mergeFields` does with `younger` as the patch. A value of `younger` that does
 * not fit its rule is dropped.
 */
export function mergeProfiles(older: Fields, younger: Fields, settings: ProfileSettings): Fields {
  return mergeMaps(older, younger, { rules: settings.merge, strict: false, path: "", depth: 0 });
}

interface MergeOptions {
  readonly rules: MergeRules | undefined;
  /** Throws for a value that does not fit its rule. */
  readonly strict: boolean;
  readonly path: string;
  readonly depth: number;
}

function mergeMaps(before: JsonObject, patch: JsonObject, options: MergeOptions): JsonObject {
  let merged: { [key: string]: Json } | undefined;
  for (const name of Object.keys(patch)) {
    const old = ownField(before, name);
    const given = patch[name]!;
    if (given === null) {
      if (old === undefined) continue;
      merged ??= { ...before };
      delete merged[name];
      continue;
    }
    const value = mergeValue(old, given, name, options);
    if (value === old) continue;
    merged ??= { ...before };
    setField(merged, name, value);
  }
  return merged ?? before;
}

/** Returns `old` itself if nothing changes. */
function mergeValue(old: Json | undefined, given: Json, name: string, options: MergeOptions): Json {
  const rule = options.rules?.get(name);
  if (typeof rule === "string") return mergeByRule[rule](old, given, (what) => misfit(old, given, name, options, what));
  if (!isObject(given)) return old !== undefined && deepEqual(old, given) ? old : given;
  if (options.depth + 1 >= maxDepth) {
    throw new MergeError(`too deep: at most ${maxDepth} maps and lists stand inside each other`);
  }
  const inner: MergeOptions = { ...options, rules: rule, path: `${options.path}${name}.`, depth: options.depth + 1 };
  return mergeMaps(old !== undefined && isObject(old) ? old : {}, given, inner);
}

type OnMisfit = (takes: string) => Json;

function misfit(old: Json | undefined, given: Json, name: string, { strict, path }: MergeOptions, takes: string): Json {
  if (!strict) return old ?? given;
  const shown = JSON.stringify(given);
  throw new MergeError(`${path}${name} ${takes}, not ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`);
}

type Merge = (old: Json | undefined, given: Json, misfit: OnMisfit) => Json;

const mergeByRule: Readonly<Record<MergeRule, Merge>> = {
  last: (old, given) => {
    const value = isObject(given) ? withoutNulls(given) : given;
    return old !== undefined && deepEqual(old, value) ? old : value;
  },
  first: (old, given) => old ?? (isObject(given) ? withoutNulls(given) : given),
  union: (old, given) => {
    const list = old === undefined ? [] : asList(old);
    const known = new Set(list.map(canonicalJson));
    const kept = known.size === list.length ? list : unique(list);
    const added = unique(asList(given)).filter((element) => !known.has(canonicalJson(element)));
    return added.length === 0 && kept === old ? old : [...kept, ...added];
  },
  append: (old, given) => {
    const added = asList(given);
    if (added.length === 0 && isArray(old)) return old;
    return [...(old === undefined ? [] : asList(old)), ...added].slice(-maxAppended);
  },
  max: (old, given, misfit) => extreme(old, given, misfit, (a, b) => a > b),
  min: (old, given, misfit) => extreme(old, given, misfit, (a, b) => a < b),
  sum: (old, given, misfit) => {
    if (typeof given !== "number") return misfit("is a sum and takes numbers");
    if (typeof old !== "number") return given;
    if (given === 0) return old;
    const sum = old + given;
    return Number.isFinite(sum) ? sum : misfit("is a sum, which would be more than a number can be");
  },
};

function extreme(
  old: Json | undefined,
  given: Json,
  misfit: OnMisfit,
  wins: (a: number | string, b: number | string) => boolean,
): Json {
  if (typeof given !== "number" && typeof given !== "string") return misfit("is compared and takes numbers or text");
  if ((typeof old !== "number" && typeof old !== "string") || typeof old !== typeof given) return given;
  return wins(given, old) ? given : old;
}

const asList = (value: Json): readonly Json[] => (isArray(value) ? value : [value]);

function unique(list: readonly Json[]): readonly Json[] {
  const byKey = new Map<string, Json>();
  for (const element of list) {
    const key = canonicalJson(element);
    if (!byKey.has(key)) byKey.set(key, element);
  }
  return [...byKey.values()];
}

/** Returns the map that a patch makes of nothing. */
const withoutNulls = (given: JsonObject): JsonObject =>
  mergeMaps({}, given, { rules: undefined, strict: true, path: "", depth: 1 });

/** Returns the names of the top-level fields that differ. */
export function changedFields(before: Fields, after: Fields): ReadonlySet<string> {
  const changed = new Set<string>();
  if (before === after) return changed;
  for (const name of Object.keys(after)) {
    // Mostly it is the very same value; an inherited property never is.
    if (before[name] !== after[name] && !deepEqual(ownField(before, name), after[name])) changed.add(name);
  }
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) changed.add(name);
  return changed;
}
