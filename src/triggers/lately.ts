import type { Firing } from "./firing.ts";
import type { ProgramStore } from "./store.ts";

/** What became of what a trigger fired. */
export interface Lately {
  /** Firings of the last 24 h, by state; `last`: when something was last sent, in ms since 1970. */
  readonly lastDay: { readonly [state in Firing["state"]]: number } & { readonly last?: number | undefined };
  /** The newest that failed, and why. */
  readonly failures: readonly Pick<Firing, "id" | "profile" | "at" | "reason">[];
}

const aDay = 86_400_000;
const told = 5;

/** @param now ms since 1970 */
export async function lately(
  { firings }: Pick<ProgramStore, "firings">,
  trigger: string,
  now: number,
): Promise<Lately> {
  const lastDay = await firings.tally(trigger, now - aDay);
  const { items } = await firings.list({ trigger, state: "failed", limit: told });
  return { lastDay, failures: items.map(({ id, profile, at, reason }) => ({ id, profile, at, reason })) };
}
