import type { Json } from "../base/json.ts";
import type { Page } from "../base/page.ts";

/**
 * Why a trigger fires for a profile. `enter`, `exit`: a transition of `audience`. `change`: `fields` are not what they were.
 * `event`: something came in on a stream; its payload is here only as long as the firing waits, and is kept with the event as
 * long as its stream says. `run`: a run came to a member of an audience.
 */
export type Cause =
  | { readonly kind: "enter" | "exit"; readonly audience: string }
  | { readonly kind: "change"; readonly fields: readonly string[]; readonly before: { readonly [field: string]: Json } }
  | { readonly kind: "event"; readonly stream: string; readonly event: string; readonly payload?: Json | undefined }
  | { readonly kind: "run"; readonly audience: string; readonly run: string; readonly backfill: boolean };

/**
 * `waiting`: for dwell time, the end of quiet hours or of a digest's window, until `due`. `sent`: deliveries are in the
 * outbox. `aborted`: the template said so. `skipped`: a rule said no. `failed`: it could not be rendered or handed over.
 */
export type FiringState = "waiting" | "sent" | "aborted" | "skipped" | "failed";

/** One trigger firing for one profile, and what became of it. */
export interface Firing {
  /** `fir_` and letters and digits. */
  readonly id: string;
  readonly trigger: string;
  readonly profile: string;
  readonly cause: Cause;
  /** When it fired, in ms since 1970. */
  readonly at: number;
  readonly state: FiringState;
  /** Of one that waits: until when. */
  readonly due?: number | undefined;
  /** Of one that waits: what for. */
  readonly waitsFor?: "dwell" | "quietHours" | "digest" | undefined;
  /** In words: what it waits for, why it was skipped, why it failed. */
  readonly reason?: string | undefined;
  /** When it stopped waiting. */
  readonly settledAt?: number | undefined;
  /** What the trigger's dedupe template gave. */
  readonly key?: string | undefined;
  /** Ids in the outbox; firings that went out as one digest have the same. */
  readonly deliveries: readonly string[];
  /** The run it is part of. */
  readonly run?: string | undefined;
}

/** That a trigger did not fire for a profile: the last time, and how often. Only this is kept. */
export interface Skip {
  readonly trigger: string;
  readonly profile: string;
  readonly at: number;
  readonly reason: string;
  readonly cause: Cause["kind"];
  /** So far. */
  readonly count: number;
}

export interface Firings {
  get(id: string): Promise<Firing | undefined>;
  /** Newest first: in the order in which they were added. */
  list(query: {
    readonly trigger?: string | undefined;
    readonly profile?: string | undefined;
    readonly state?: FiringState | undefined;
    readonly run?: string | undefined;
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<Page<Firing>>;
  lastSkip(trigger: string, profile: string): Promise<Skip | undefined>;
  /** When the next one that waits is due. */
  nextDue(): Promise<number | undefined>;
  /** How many fired at `since` or later, by what became of them. `last`: when the trigger last sent, at any time. */
  tally(
    trigger: string,
    since: number,
  ): Promise<{ readonly [state in FiringState]: number } & { readonly last?: number | undefined }>;
}

export interface FiringsWriter extends Pick<Firings, "get"> {
  /** Throws if one has the id of one that is kept. */
  add(firings: readonly Firing[]): Promise<void>;
  /**
   * Writes anew what is not who and when: cause, state, due, waitsFor, reason, settledAt, key, deliveries. One that is gone
   * stays gone.
   */
  update(firings: readonly Firing[]): Promise<void>;
  /** Those that wait until `now` or before, longest due first, then in the order they were added. */
  due(now: number, limit: number): Promise<readonly Firing[]>;
  /** Those of a trigger that wait for a profile, oldest first. */
  waiting(trigger: string, profile: string): Promise<readonly Firing[]>;
  /** Of those, the ones that wait for a digest: how many, and when the first is due. */
  gathered(trigger: string, profile: string): Promise<{ readonly count: number; readonly due?: number | undefined }>;
  /** Whether a firing with this key waits, or was sent at `since` or later (settled then). */
  hasKey(trigger: string, key: string, since: number): Promise<boolean>;
  /**
   * How many were sent after `since` (settled then; firings whose first delivery is the same, as in a digest, count once),
   * at most `limit`: to one profile, by one trigger, or both.
   */
  sent(query: {
    readonly trigger?: string | undefined;
    readonly profile?: string | undefined;
    readonly since: number;
    readonly limit: number;
  }): Promise<number>;
  /** Whether a run has come to the profile, and left a firing. */
  inRun(run: string, profile: string): Promise<boolean>;
  /** Counts; the last one given is the one that is kept. */
  skip(skips: readonly Omit<Skip, "count">[]): Promise<void>;
  /** Removes firings that do not wait and settled before `before`, at most `limit`. @returns how many */
  prune(before: number, limit: number): Promise<number>;
}
