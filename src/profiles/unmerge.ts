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
import type { Fields, Merge } from "../store/index.ts";
import type { MergeRules, ProfileSettings } from "./settings.ts";

/**
 * Removes a merge's contribution from fields, as far as it is still there. A value that is unchanged since the merge
 * becomes what it was before, even if an update confirmed it since; other changes since then stay. From sums, unions and
 * appended lists, only the merge's part is removed.
 * @param current fields of the surviving profile, or of any that it was merged into since
 */
export function unmerge(current: Fields, { before, after }: Merge, { merge }: ProfileSettings): Fields {
  return unmergeMaps(before, after, current, merge);
}

function unmergeMaps(
  before: JsonObject,
  after: JsonObject,
  current: JsonObject,
  rules: MergeRules | undefined,
): JsonObject {
  let left: { [field: string]: Json } | undefined;
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const now = ownField(current, name);
    if (now === undefined) continue; // removed since, or in a part that never had it
    const value = unmergeValue(ownField(before, name), ownField(after, name), now, rules?.get(name));
    if (value === now) continue;
    left ??= { ...current };
    if (value === undefined) delete left[name];
    else setField(left, name, value);
  }
  return left ?? current;
}

/** Returns undefined for a value that the merge brought. */
function unmergeValue(
  before: Json | undefined,
  after: Json | undefined,
  now: Json,
  rule: string | MergeRules | undefined,
): Json | undefined {
  if (deepEqual(now, after)) return before;
  if (rule === "sum" && typeof now === "number" && typeof after === "number") {
    return now - (after - (typeof before === "number" ? before : 0));
  }
  if (rule === "union" && isArray(now) && isArray(after)) {
    const had = new Set(isArray(before) ? before.map(canonicalJson) : []);
    const came = new Set(after.map(canonicalJson).filter((key) => !had.has(key)));
    return now.filter((element) => !came.has(canonicalJson(element)));
  }
  if (rule === "append" && isArray(now) && isArray(after)) {
    // If the oldest elements are gone since, it is not known any more which profile brought which.
    if (!after.every((element, i) => deepEqual(element, now[i]))) return now;
    return [...(isArray(before) ? before : []), ...now.slice(after.length)];
  }
  if (typeof rule === "string" || !isObject(now) || !isObject(after)) return now;
  return unmergeMaps(before !== undefined && isObject(before) ? before : {}, after, now, rule);
}
