import type { Json } from "../base/json.ts";
import type { Change, RejectedUpdate, Update } from "../profiles/index.ts";
import type {
  Definition,
  DefinitionKind,
  Delivery,
  Firing,
  FiringState,
  Identifier,
  Profile,
  Run,
  Skip,
} from "../store/index.ts";

/**
 * Turns updates and events into profiles, transitions, firings and deliveries, all steps of one update in one
 * transaction. Each promise resolves once its effects are on disk.
 */
export interface Engine {
  /** Merges updates into profiles, in their order. Returns for each the change, or why it was rejected. */
  update(updates: readonly Update[]): Promise<readonly Updated[]>;
  /** Ingests payloads of a stream, in their order. @throws NotFoundError */
  collect(stream: string, payloads: readonly Json[], options?: CollectOptions): Promise<readonly Collected[]>;
  /**
   * Forgets a person: removes profile, identifiers, memberships and firings, erases contents and destinations of their
   * deliveries, and cancels those that wait in the outbox. Does all of it, or, if it throws, nothing except removing
   * idempotency records.
   * @returns undefined if there is no such profile
   */
  forget(profile: string): Promise<Forgotten | undefined>;

  /**
   * Undoes a merge of profiles. `profile` is the id of the profile that was merged into another, or of the surviving
   * one, whose latest merge is then undone. Each profile gets back what it had before (fields, identifiers, firings, events,
   * and so its caps); data received since stays with the survivor. Audiences of both are evaluated again without firing
   * triggers, and no later update merges the two again.
   * @returns undefined if there is no such profile @throws SplitError
   */
  split(profile: string): Promise<Split | undefined>;

  /** Returns what applying these definitions would change, and changes nothing. @throws DefinitionError */
  plan(desired: DesiredState): Promise<Plan>;
  /**
   * Applies definitions. They take effect at once; new and changed audiences are evaluated again: silently, or, with
   * `fire`, so that profiles that enter or leave because of this change fire triggers.
   */
  apply(desired: DesiredState, options?: { readonly fire?: boolean }): Promise<Plan>;
  /**
   * Sets the state of a trigger. While a trigger is not active, its waiting firings are skipped when they come due, and
   * its runs are paused until it is active again.
   * @throws NotFoundError; DefinitionError if the trigger cannot have the state
   */
  setState(trigger: string, state: "active" | "paused" | "draft"): Promise<void>;

  /**
   * Returns the definitions in force that cannot run with this engine's channels and functions: they miss the events
   * of that time.
   * @param options `failed`: also triggers that were set to failed for it, and are no longer in force @default false
   */
  broken(options?: { readonly failed?: boolean | undefined }): Promise<readonly DefinitionError[]>;

  /** Estimates whom a backfill would alert, and changes nothing. */
  estimate(trigger: string, options?: BackfillOptions): Promise<Estimate>;
  /**
   * Starts a backfill of an active trigger on enter: it fires for members whom the trigger never alerted.
   * @throws NotFoundError, DefinitionError
   */
  backfill(trigger: string, options?: BackfillOptions): Promise<Run>;
  /** Pauses, continues or cancels a run. @returns the run; undefined if there is none @throws RunStateError */
  setRun(run: string, to: "running" | "paused" | "cancelled"): Promise<Run | undefined>;

  /**
   * Does a part of what is due. @returns when to call again, in ms since 1970: past if there is more to do, undefined
   * if nothing is scheduled
   */
  tick(): Promise<number | undefined>;
  /** Ticks in the background from now on. */
  start(): void;
  /** Stops ticking; resolves when nothing is running. */
  stop(): Promise<void>;

  /** Explains why a trigger alerted a profile, or did not. @throws NotFoundError */
  explain(profile: string, trigger: string): Promise<Explanation>;
}

export type Updated = Pick<Change, "after" | "changed" | "refused"> | RejectedUpdate;

export interface CollectOptions {
  /** Keys given by the sender, one for each payload, for a stream without a template for its key. */
  readonly keys?: readonly (string | undefined)[] | undefined;
  /**
   * The payloads carried a signature that the stream's `verify` accepted: see the stream's `identity`. @default false
   */
  readonly signed?: boolean | undefined;
}

export interface Collected {
  /** Id of the event; undefined for a duplicate. */
  readonly id?: string | undefined;
  readonly profile?: string | undefined;
  readonly duplicate?: true | undefined;
  /** Why the event was mapped to no profile: the raw event is stored all the same. */
  readonly problem?: string | undefined;
  /** The problem reveals something about existing profiles. */
  readonly confidential?: true | undefined;
  /** Lists what was refused, and why: see `RawEvent`. */
  readonly refused?: readonly string[] | undefined;
}

export interface Split {
  /** The profile that had been merged, restored. */
  readonly profile: Profile;
  /** The profile that it had been merged into. */
  readonly from: Profile;
  /** Identifiers of the restored profile that another profile has by now, and keeps. */
  readonly reassigned: readonly Identifier[];
}

export interface Forgotten {
  /** Number of deliveries whose contents and destinations were erased. */
  readonly erased: number;
  /** Deliveries that are being attempted now: they are erased when the attempt ends, and not retried. */
  readonly inFlight: readonly string[];
}

/** Reports what the engine did, after the commit. Never names a profile. */
export type EngineEvent =
  /** A trigger fired, or a waiting firing continued; for a digest, the firing that carries it. */
  | {
      readonly type: "fired";
      readonly trigger: string;
      readonly state: FiringState;
      readonly reason?: string | undefined;
    }
  /** A trigger was paused because too many of its firings exceeded a limit. */
  | { readonly type: "trigger-failed"; readonly trigger: string; readonly reason: string }
  /** A condition ran out of time three times: memberships stay as they are. */
  | { readonly type: "undecided"; readonly audience: string; readonly reason: string }
  /** An update (without `stream`) or an event was ingested. */
  | {
      readonly type: "ingested";
      readonly stream?: string | undefined;
      readonly result: "kept" | "duplicate" | "problem";
    };

/** Definitions by kind and name, as written; null removes one. */
export interface DesiredState {
  readonly origin: "file" | "api";
  readonly definitions: { readonly [kind in DefinitionKind]?: { readonly [name: string]: Json | null } };
  /** States to set, by trigger. */
  readonly states?: { readonly [trigger: string]: "active" | "paused" | "draft" } | undefined;
  /** With origin `file`: removes definitions that the file no longer has. @default false */
  readonly complete?: boolean | undefined;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Findings of the linter in conditions and templates, checked against stored profiles. */
  readonly findings: readonly { readonly where: string; readonly severity: string; readonly message: string }[];
}

export interface Step {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly action: "create" | "change" | "remove" | "state";
  readonly before?: Definition | undefined;
  /** For an audience: who would enter and leave, counted over `sampled` of `of` profiles. */
  readonly members?:
    | {
        readonly now: number;
        readonly enter: number;
        readonly leave: number;
        readonly errors: number;
        readonly sampled: number;
        readonly of: number;
        /** At most five of each. */
        readonly entering: readonly Profile[];
        readonly leaving: readonly Profile[];
      }
    | undefined;
  /** Describes the step in one sentence. */
  readonly effect: string;
}

export interface BackfillOptions {
  readonly limit?: number | undefined;
  readonly sample?: number | undefined;
  readonly rateLimit?: { readonly count: number; readonly per: number } | undefined;
}

export interface Estimate {
  readonly members: number;
  /** Number of members that were evaluated for the estimate. */
  readonly sampled: number;
  /** Numbers extrapolated to all members. */
  readonly sent: number;
  readonly skipped: number;
  readonly aborted: number;
  readonly failed: number;
  /** Duration in ms at the given rate; absent without one. */
  readonly duration?: number | undefined;
  readonly problems: readonly { readonly profile: string; readonly problem: string }[];
}

export interface Explanation {
  /** One sentence: alerted or not, and why. */
  readonly answer: string;
  readonly alerted: boolean;
  /** From the profile to the last attempt, in order. */
  readonly steps: readonly { readonly what: string; readonly ok: boolean | undefined; readonly detail: string }[];
  readonly firings: readonly Firing[];
  readonly skip?: Skip | undefined;
  readonly deliveries: readonly Pick<Delivery, "id">[];
}

/** Reports that a trigger, stream or profile does not exist. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";

  /** @param names the existing ones */
  constructor(what: string, name: string, names?: Iterable<string>) {
    const existing = names && [...names].join(", ");
    const others = existing === "" ? "none are defined yet" : `there are: ${existing}`;
    super(existing === undefined ? `no ${what} named ${name}` : `no ${what} named ${name}; ${others}`);
  }
}

/** Reports that a profile has no merge that can be undone. */
export class SplitError extends Error {
  override readonly name = "SplitError";
}

/** Reports that the run's state or kind does not allow what was asked for. */
export class RunStateError extends Error {
  override readonly name = "RunStateError";
}

/** Reports an invalid definition: the problem, its place, and what to write instead. */
export class DefinitionError extends Error {
  override readonly name = "DefinitionError";
  readonly kind: DefinitionKind;
  readonly of: string;
  /** Place in the body of the definition. */
  readonly path: readonly (string | number)[];

  constructor(message: string, place: { kind: DefinitionKind; name: string; path: readonly (string | number)[] }) {
    super(message);
    this.kind = place.kind;
    this.of = place.name;
    this.path = place.path;
  }
}
