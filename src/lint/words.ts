import type { Gap, Type } from "./type.ts";

/** Describes how often a value is missing: `missing in 2 and null in 1 of 8 samples`, `not required by the schema`. */
export function describeGap({ absent, nil, empty, of, from }: Gap): string {
  if (from === "schema") return absent > 0 ? "not required by the schema" : "null at times, by the schema";
  const counts = [
    ["missing", absent],
    ["null", nil],
    ["empty", empty],
  ] as const;
  const parts = counts.flatMap(([what, count]) => (count > 0 ? [`${what} in ${number(count)}`] : []));
  return `${listed(parts)} of ${number(of)} ${of === 1 ? "sample" : "samples"}`;
}

const number = (count: number): string => count.toLocaleString("en");

const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;

/** Says which of the profiles that {@link describeGap} counts lack the value. */
export function describeAffected({ absent, nil, empty, from }: Gap): string {
  if (from === "schema") return absent > 0 ? "where it is missing" : "where it is null";
  if (empty === 0) return "for those profiles";
  return absent > 0 && nil > 0 ? "for the first two" : "for the first";
}

/** Shows a path as a person writes it: `.user.name`, `.items[].price`. */
export function showPath(path: string): string {
  if (!path.startsWith("$")) return path;
  const shown = path.slice(1).replaceAll(/\[[^\]]*\]/g, "[]");
  return shown.startsWith(".") ? shown : `.${shown}`;
}

/** Asks `Did you mean .email or .phone?`. */
export function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? "" : `Did you mean ${names.join(" or ")}?`;
}

/** Names a value by its path in the data, `.items[].price`, or else as given. */
export const named = ({ path }: Type, otherwise: string): string =>
  path?.startsWith("$") && path !== "$" ? showPath(path) : otherwise;
