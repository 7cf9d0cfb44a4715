import { sortedEntries } from "./maps.ts";
import type { Payer } from "./pay.ts";
import { elementsOf, goType, goTypeOf, kindOf } from "./value.ts";

/**
 * Copies a profile so that a template may change it: lists and maps become arrays and objects without a prototype, each copied
 * once however often it occurs. All other values are shared. Each element costs a step.
 */
export function copyProfile(profile: unknown, payer: Payer): unknown {
  const copies = new Map<object, object>();
  function copy(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const known = copies.get(value);
    if (known) return known;
    const kind = kindOf(value, "int");
    if (ArrayBuffer.isView(value) || (kind !== "list" && kind !== "map")) return value;
    const type = goTypeOf(value);
    if (kind === "list") {
      const list: unknown[] = type ? Object.assign([], { [goType]: type }) : [];
      copies.set(value, list);
      const elements = elementsOf(value);
      payer.spend(elements.length);
      for (let i = 0; i < elements.length; i++) list.push(copy(elements[i]));
      return list;
    }
    const map: Record<string, unknown> = Object.create(null);
    if (type) Object.defineProperty(map, goType, { value: type });
    copies.set(value, map);
    const entries = sortedEntries(value, payer);
    for (const [key, element] of entries) map[key] = copy(element);
    return map;
  }
  return copy(profile);
}
