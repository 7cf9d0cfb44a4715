import type { Limits, TemplateOptions } from "../index.ts";

/** Returns the lower of two values for each limit. */
export function lowerLimits(limits: Limits, given: TemplateOptions["limits"] = {}): Limits {
  const lowest = Object.entries(limits).map(([name, limit]) => [
    name,
    Math.min(limit, given[name as keyof Limits] ?? Number.POSITIVE_INFINITY),
  ]);
  return Object.fromEntries(lowest);
}
