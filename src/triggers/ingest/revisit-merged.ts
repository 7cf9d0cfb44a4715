import { type EngineTransaction, maxRuns } from "../../store/index.ts";
import type { MembershipChanges } from "./transitions.ts";

/**
 * Who was stitched into a profile that a run has passed would not be come to any more, although they were members when it
 * started: the run comes back to them. To those that it has not passed it then comes twice, and leaves them out once.
 * @param stitched profiles that absorbed others
 */
export async function queueRevisits(
  { runs }: Pick<EngineTransaction, "runs">,
  stitched: ReadonlySet<string>,
  membershipChanges: MembershipChanges,
): Promise<void> {
  for (const state of ["running", "paused"] as const) {
    for (const run of (await runs.list({ state, limit: maxRuns })).items) {
      const { kind, cursor, audiences, startedAt, revisit = [] } = run;
      if ((kind !== "backfill" && kind !== "scheduled") || cursor === undefined) continue;
      const since = (id: string): number => membershipChanges.of(id).get(audiences[0]!) ?? Number.POSITIVE_INFINITY;
      const added = [...stitched].filter((id) => since(id) <= startedAt);
      if (added.length > 0) await runs.put({ ...run, revisit: [...new Set([...revisit, ...added])] });
    }
  }
}
