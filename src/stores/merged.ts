import type { Skip } from "../store/index.ts";

/** At most so many merges of one profile are kept, the newest: each has up to three profiles in it. */
export const maxMerges = 100;

type Counted = Pick<Skip, "at" | "count">;

/**
 * Skips of a profile and of those that it absorbed as one: counted together, the latest kept.
 * @param absorbed in the order in which their profiles came to be; of the same time, the last one is kept
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
