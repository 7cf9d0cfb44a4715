import { type EngineTransaction, maxRuns } from "../../store/index.ts";
import type { MembershipChanges } from "./transitions.ts";

/**
 * Queues merged profiles for a revisit. A run pages through members by position. If a member is merged into a profile
 * that the run has already passed, the run would miss it: the surviving profile is visited again. A profile that the
 * run has not reached yet is then seen twice; `isLeftOut` skips it the second time.
 * @param merged ids of profiles that others were merged into
 */
export async function queueRevisits(
  { runs }: Pick<EngineTransaction, "runs">,
  merged: ReadonlySet<string>,
  membershipChanges: MembershipChanges,
): Promise<void> {
  for (const state of ["running", "paused"] as const) {
    for (const run of (await runs.list({ state, limit: maxRuns })).items) {
      const { kind, cursor, audiences, startedAt, revisit = [] } = run;
      if ((kind !== "backfill" && kind !== "scheduled") || cursor === undefined) continue;
      const since = (id: string): number => membershipChanges.of(id).get(audiences[0]!) ?? Number.POSITIVE_INFINITY;
      const added = [...merged].filter((id) => since(id) <= startedAt);
      if (added.length > 0) await runs.put({ ...run, revisit: [...new Set([...revisit, ...added])] });
    }
  }
}
