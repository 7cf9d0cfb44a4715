import type { EngineStore, Firing } from "../store/index.ts";

/** A firing that came to nothing, and why. */
export type Failure = Pick<Firing, "id" | "profile" | "at" | "reason">;

const day = 86_400_000;
const maxFailures = 5;

/** The newest firings of a trigger that failed. */
export async function recentFailures({ firings }: Pick<EngineStore, "firings">, trigger: string): Promise<Failure[]> {
  const { items } = await firings.list({ trigger, state: "failed", limit: maxFailures });
  return items.map(({ id, profile, at, reason }) => ({ id, profile, at, reason }));
}

/**
 * What became of what a trigger fired within 24 h, which takes the longer the more that is: a few 100 ms for a million.
 * @param now ms since 1970
 */
export async function recentActivity(store: Pick<EngineStore, "firings">, trigger: string, now: number) {
  return { lastDay: await store.firings.tally(trigger, now - day), failures: await recentFailures(store, trigger) };
}
