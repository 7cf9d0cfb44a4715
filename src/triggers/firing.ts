import type { Json } from "../dispatch/index.ts";

/**
 * Why a trigger fires for a profile. `enter`, `exit`: a transition of `audience`. `change`: `fields` are not what they were.
 * `event`: something came in on a stream; its payload is here only as long as the firing waits, and is kept with the event as
 * long as its stream says. `member`: a run came to a member of an audience.
 */
export type Cause =
  | { readonly kind: "enter" | "exit"; readonly audience: string }
  | { readonly kind: "change"; readonly fields: readonly string[]; readonly before: { readonly [field: string]: Json } }
  | { readonly kind: "event"; readonly stream: string; readonly event: string; readonly payload?: Json | undefined }
  | { readonly kind: "member"; readonly audience: string; readonly run: string; readonly backfill: boolean };

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
  readonly waitsFor?: "dwell" | "quiet" | "digest" | undefined;
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
