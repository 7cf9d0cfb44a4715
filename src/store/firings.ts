import type { Json } from "../base/json.ts";
import type { Page } from "../base/page.ts";

/**
 * Says why a trigger fires for a profile. `enter`, `exit`: the profile entered or left `audience`. `change`: `fields` changed.
 * `event`: an event was received; its payload is kept here only while the firing waits, and with the event as long as its stream says.
 * `run`: a run visited a member of an audience.
 */
export type Cause =
  | { readonly kind: "enter" | "exit"; readonly audience: string }
  | { readonly kind: "change"; readonly fields: readonly string[]; readonly before: { readonly [field: string]: Json } }
  | { readonly kind: "event"; readonly stream: string; readonly event: string; readonly payload?: Json | undefined }
  | { readonly kind: "run"; readonly audience: string; readonly run: string; readonly backfill: boolean };

/**
 * Names the states. `waiting`: for its dwell time, the end of quiet hours or the end of a digest's window, until `due`. `sent`: its deliveries are in
 * the outbox. `aborted`: by its template. `skipped`: by a rule. `failed`: it could not be rendered or added to the outbox.
 */
export type FiringState = "waiting" | "sent" | "aborted" | "skipped" | "failed";

/** Records that a trigger fired for a profile, and what became of it. */
export interface Firing {
  /** `fir_` and letters and digits. */
  readonly id: string;
  readonly trigger: string;
  readonly profile: string;
  readonly cause: Cause;
  /** When it fired, in ms since 1970. */
  readonly at: number;
  readonly state: FiringState;
  /** Until when a waiting firing waits. */
  readonly due?: number | undefined;
  /** The stage that a waiting firing waits in. */
  readonly waitsFor?: "dwell" | "quietHours" | "digest" | undefined;
  /** Says in words what it waits for, or why it was skipped or failed. */
  readonly reason?: string | undefined;
  /** When it stopped waiting, in ms since 1970. */
  readonly settledAt?: number | undefined;
  /** The text that the trigger's dedupe template rendered. */
  readonly key?: string | undefined;
  /** Ids of its deliveries. Firings of one digest have the same. */
  readonly deliveries: readonly string[];
  /** The run it is part of. */
  readonly run?: string | undefined;
}

/** Records when a trigger last skipped a profile, and how often it has. Nothing else is kept of skips. */
export interface Skip {
  readonly trigger: string;
  readonly profile: string;
  readonly at: number;
  readonly reason: string;
  readonly cause: Cause["kind"];
  /** Number of skips so far. */
  readonly count: number;
}

/** Reads firings. */
export interface Firings {
  get(id: string): Promise<Firing | undefined>;
  /** Returns a page of firings, the last added first. */
  list(query: {
    readonly trigger?: string | undefined;
    readonly profile?: string | undefined;
    readonly state?: FiringState | undefined;
    readonly run?: string | undefined;
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<Page<Firing>>;
  /** Returns the last skip of a profile by a trigger. */
  lastSkip(trigger: string, profile: string): Promise<Skip | undefined>;
  /** Returns when the next waiting firing is due. */
  nextDue(): Promise<number | undefined>;
  /** Counts firings of a trigger at `since` or later, by state. `last` is when the trigger last sent, at any time. */
  tally(
    trigger: string,
    since: number,
  ): Promise<{ readonly [state in FiringState]: number } & { readonly last?: number | undefined }>;
}

/** Firings within a transaction. */
export interface FiringsWriter extends Pick<Firings, "get"> {
  /** Adds firings. Throws if an id is kept already. */
  add(firings: readonly Firing[]): Promise<void>;
  /**
   * Replaces cause, state, due, waitsFor, reason, settledAt, key and deliveries of firings; id, trigger, profile, time and run stay as
   * they are. Ignores firings that do not exist.
   */
  update(firings: readonly Firing[]): Promise<void>;
  /** Returns at most `limit` waiting firings that are due at `now`, longest due first, then in the order they were added. */
  due(now: number, limit: number): Promise<readonly Firing[]>;
  /** Returns the waiting firings of a trigger for a profile, oldest first. */
  waiting(trigger: string, profile: string): Promise<readonly Firing[]>;
  /** Counts those of `waiting` that wait for a digest, and says when the first of them is due. */
  gathered(trigger: string, profile: string): Promise<{ readonly count: number; readonly due?: number | undefined }>;
  /** Says whether a firing with this key waits, or was sent (settled) at `since` or later. */
  hasKey(trigger: string, key: string, since: number): Promise<boolean>;
  /**
   * Counts, up to `limit`, firings that were sent (settled) after `since` to one profile, by one trigger, or both. Firings that share
   * their first delivery, such as those of a digest, count once.
   */
  sent(query: {
    readonly trigger?: string | undefined;
    readonly profile?: string | undefined;
    readonly since: number;
    readonly limit: number;
  }): Promise<number>;
  /** Says whether a run has visited the profile and left a firing. */
  inRun(run: string, profile: string): Promise<boolean>;
  /** Counts skips. The last one of a trigger and a profile is kept. */
  skip(skips: readonly Omit<Skip, "count">[]): Promise<void>;
  /** Removes at most `limit` firings that settled before `before`. @returns how many */
  prune(before: number, limit: number): Promise<number>;
}
