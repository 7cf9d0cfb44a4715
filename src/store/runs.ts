import type { Page } from "../base/page.ts";

/**
 * Kinds of work over many profiles, which is done in steps. `backfill`: visits members who were there before their trigger.
 * `scheduled`: started by a schedule, an interval or a date. `reevaluate`: evaluates audiences for every profile. `cleanup`: removes the
 * memberships of an audience that was removed.
 */
export type RunKind = "backfill" | "scheduled" | "reevaluate" | "cleanup";

export type RunState = "running" | "paused" | "done" | "cancelled" | "failed";

export interface Run {
  /** `run_` and letters and digits. */
  readonly id: string;
  readonly kind: RunKind;
  readonly state: RunState;
  /** The trigger of a backfill or a scheduled run. */
  readonly trigger?: string | undefined;
  /** The audience whose members are visited; for a re-evaluation, the audiences that are evaluated. */
  readonly audiences: readonly string[];
  /** Fires triggers for profiles that enter or leave in a re-evaluation. @default false */
  readonly fire?: boolean | undefined;
  /** Profiles that a backfill alerts, at most. */
  readonly limit?: number | undefined;
  /** Fraction of the members that a backfill visits, above 0 up to 1. It visits the same members each time for the same trigger. */
  readonly sample?: number | undefined;
  /** Limits the run to `count` profiles in any `per` ms. */
  readonly rateLimit?: { readonly count: number; readonly per: number } | undefined;
  /** When a scheduled run should have started, in ms since 1970. */
  readonly scheduledFor?: number | undefined;
  /** Cursor of the next page. Absent at the start. */
  readonly cursor?: string | undefined;
  /** Ids of profiles to visit again, because profiles were merged into them after the run had passed them: see `queueRevisits`. */
  readonly revisit?: readonly string[] | undefined;
  /** Number of members at the start; for a re-evaluation, of profiles. */
  readonly total: number;
  /** Number of profiles visited so far, and what came of them. For a re-evaluation `sent` counts profiles that entered or left. */
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

/** Runs of one state, at most: an audience has one re-evaluation, a trigger a few runs. */
export const maxRuns = 10_000;

/** Reads runs. */
export interface Runs {
  get(id: string): Promise<Run | undefined>;
  /** Returns a page of runs, newest first. */
  list(query: {
    readonly state?: RunState | undefined;
    readonly trigger?: string | undefined;
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<Page<Run>>;
}

/** Runs within a transaction. */
export interface RunsWriter extends Runs {
  /** Inserts or replaces a run. A replaced run keeps its place in lists. */
  put(run: Run): Promise<void>;
  /** Removes at most `limit` runs of these kinds that ended before `before`, of each kind the oldest first. @returns how many */
  prune(kinds: readonly RunKind[], before: number, limit: number): Promise<number>;
}
