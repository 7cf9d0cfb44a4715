import type { Skip } from "../store/index.ts";

/** Merges that are kept of one profile, at most, the newest: each holds up to three profiles. */
export const maxMerges = 100;

type Counted = Pick<Skip, "at" | "count">;

/**
 * Combines the skips of a profile and of those that were merged into it: adds their counts, and keeps the latest.
 * @param absorbed in the order in which their profiles were created; of skips of the same time, the last one is kept
 */
export function combineSkips<One extends Counted>(own: One | undefined, absorbed: readonly One[]): One | undefined {
  let latest = own;
  let count = own?.count ?? 0;
  for (const one of absorbed) {
    if (latest === undefined || one.at >= latest.at) latest = one;
    count += one.count;
  }
  return latest && { ...latest, count };
}
