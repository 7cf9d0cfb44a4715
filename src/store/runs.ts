import type { Page } from "../base/page.ts";

/**
 * Work over many profiles, a piece at a time. `backfill`: the members that were there before their trigger. `scheduled`: what a
 * schedule, an interval or a date started. `reevaluate`: audiences evaluated anew for every profile. `cleanup`: memberships of an
 * audience that is no more.
 */
export type RunKind = "backfill" | "scheduled" | "reevaluate" | "cleanup";

export type RunState = "running" | "paused" | "done" | "cancelled" | "failed";

export interface Run {
  /** `run_` and letters and digits. */
  readonly id: string;
  readonly kind: RunKind;
  readonly state: RunState;
  /** Of a backfill or scheduled run. */
  readonly trigger?: string | undefined;
  /** The audience that is gone through; of a re-evaluation those that are evaluated. */
  readonly audiences: readonly string[];
  /** Of a re-evaluation: who enters or leaves fires triggers. @default false */
  readonly fire?: boolean | undefined;
  /** Of a backfill: at most so many are alerted. */
  readonly limit?: number | undefined;
  /** Of a backfill: the fraction of members that is taken at all, above 0 up to 1; the same members for the same trigger. */
  readonly sample?: number | undefined;
  /** At most `count` profiles in any `per` ms. */
  readonly rateLimit?: { readonly count: number; readonly per: number } | undefined;
  /** Of a scheduled run: when it should have started, in ms since 1970. */
  readonly scheduledFor?: number | undefined;
  /** Where to go on: `next` of the last page. Absent at the start. */
  readonly cursor?: string | undefined;
  /** Profiles to come back to: see `comeBackTo`. */
  readonly revisit?: readonly string[] | undefined;
  /** How many there were at the start; of a re-evaluation profiles. */
  readonly total: number;
  /** Gone through so far, and what came of it; of a re-evaluation `sent` counts who entered or left. */
  readonly done: number;
  readonly sent: number;
  readonly skipped: number;
  readonly failed: number;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly endedAt?: number | undefined;
  /** Its trigger is not active: the run goes on once the trigger is. Absent if it was paused by hand. */
  readonly pausedByTrigger?: true | undefined;
  /** Why it is paused, cancelled or failed. */
  readonly reason?: string | undefined;
}

/** There are never more of one state: an audience has one re-evaluation, a trigger a few runs. */
export const maxRuns = 10_000;

export interface Runs {
  get(id: string): Promise<Run | undefined>;
  /** Newest first. */
  list(query: {
    readonly state?: RunState | undefined;
    readonly trigger?: string | undefined;
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<Page<Run>>;
}

export interface RunsWriter extends Runs {
  /** Writes it as it is given, new or not; it keeps its place. */
  put(run: Run): Promise<void>;
  /** Removes runs of these kinds that ended before `before`, of each kind the oldest first, at most `limit`. @returns how many */
  prune(kinds: readonly RunKind[], before: number, limit: number): Promise<number>;
}
