import {
  type Context,
  elementsOf,
  goType,
  goTypeOf,
  kindOf,
  LimitReached,
  sortedEntries,
} from "../../template/index.ts";
import { newMap, payForList } from "./value.ts";
import { Version } from "./version.ts";

/** Copies lists and maps, however deep; other values are shared. */
export function copyOf(value: unknown, context: Context, depth = 0): unknown {
  if (depth > context.limits.depth) throw new LimitReached("depth");
  const kind = kindOf(value, context.numbers);
  // Go copies none of the private fields of a version.
  if (value instanceof Version) return new Version([0n, 0n, 0n], "", "", "");
  if (kind !== "list" && kind !== "map") return value;
  const type = goTypeOf(value);
  if (kind === "list") {
    const elements = elementsOf(value);
    payForList(context, elements.length);
    const list = Array.from(elements, (element) => copyOf(element ?? null, context, depth + 1));
    return type ? Object.assign(list, { [goType]: type }) : list;
  }
  const entries = sortedEntries(value as object, context);
  context.grow(entries.length);
  const map = newMap(entries.map(([key, element]) => [key, copyOf(element, context, depth + 1)] as const));
  return type ? Object.defineProperty(map, goType, { value: type }) : map;
}
