import type { Gap, Type } from "./type.ts";

/** `missing in 2 of 8 samples`, `null in 1 of 8 samples`, `not required by the schema`. */
export function describeGap({ absent, nil, empty, of, from }: Gap): string {
  if (from === "schema") return absent > 0 ? "not required by the schema" : "null by the schema at times";
  const samples = of === 1 ? "sample" : "samples";
  const parts = [];
  if (absent > 0) parts.push(`missing in ${absent} of ${of} ${samples}`);
  if (nil > 0) parts.push(`null in ${nil} of ${of} ${samples}`);
  const more = empty > 0 ? `, and empty in ${empty}` : "";
  return parts.join(" and ") + more;
}

/** A path as a person writes it: `.user.name`, `.items[].price`. */
export function showPath(path: string): string {
  if (!path.startsWith("$")) return path;
  const shown = path.slice(1).replaceAll(/\[[^\]]*\]/g, "[]");
  return shown.startsWith(".") ? shown : `.${shown}`;
}

/** `Is .email or .phone meant?` */
export function isMeant(names: readonly string[]): string {
  return names.length === 0 ? "" : `Is ${names.join(" or ")} meant?`;
}

/** The value as the data has it: `.items[].price`, else what it is. */
export const named = ({ path }: Type, otherwise: string): string =>
  path?.startsWith("$") && path !== "$" ? showPath(path) : otherwise;
