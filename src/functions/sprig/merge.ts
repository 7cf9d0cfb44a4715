import { type Context, kindOf, LimitReached, mapGet, sortedEntries, truth } from "../../template/index.ts";

/**
 * Merges dicts as the Go package mergo (0.3): `into` is changed. Keys that it lacks, or has empty, come from `from`; where
 * both have a dict, the dicts are merged. Lists are taken whole.
 */
export function merge(
  context: Context,
  into: Record<string, unknown>,
  from: Record<string, unknown>,
  overwrite: boolean,
  depth = 0,
): void {
  if (depth > context.limits.depth) throw new LimitReached("depth");
  const { numbers } = context;
  const entries = sortedEntries(from, context);
  for (const [key, value] of entries) {
    const old = mapGet(into, key);
    if (value === null) {
      if (overwrite) into[key] = null;
      continue;
    }
    const kind = kindOf(value, numbers);
    const oldKind = kindOf(old, numbers);
    if (kind === "map" && oldKind === "map" && into !== from) {
      merge(context, old as Record<string, unknown>, value as Record<string, unknown>, overwrite, depth + 1);
    }
    const filled = old !== undefined && !isEmpty(old, context);
    if (filled && kind === "map" && oldKind === "map") continue;
    if (filled && kind === "list" && !overwrite) continue;
    if (overwrite || !filled) into[key] = value;
  }
}

/** Tells empty values as mergo does, for which times and functions are never empty. */
const isEmpty = (value: unknown, context: Context): boolean => value === null || !truth(value, context);
