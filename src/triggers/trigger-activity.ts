import type { EngineStore, Firing } from "../store/index.ts";

/** Describes a firing that failed, and why. */
export type Failure = Pick<Firing, "id" | "profile" | "at" | "reason">;

const day = 86_400_000;
const maxFailures = 5;

/** Returns the newest failed firings of a trigger. */
export async function recentFailures({ firings }: Pick<EngineStore, "firings">, trigger: string): Promise<Failure[]> {
  const { items } = await firings.list({ trigger, state: "failed", limit: maxFailures });
  return items.map(({ id, profile, at, reason }) => ({ id, profile, at, reason }));
}

/**
 * Counts the firings of the last 24 h by state, and lists recent failures. Takes a few 100 ms for a million firings.
 * @param now ms since 1970
 */
export async function recentActivity(store: Pick<EngineStore, "firings">, trigger: string, now: number) {
  return { lastDay: await store.firings.tally(trigger, now - day), failures: await recentFailures(store, trigger) };
}
