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
 * Updates and events → profiles → transitions → firings → deliveries, each step of one update in one transaction. Every
 * promise resolves when what it did is on disk.
 */
export interface Engine {
  /** Merges updates into profiles, in their order. For each what it came to, or why it could not be taken. */
  update(updates: readonly Update[]): Promise<readonly Updated[]>;
  /** Takes in payloads of a stream, in their order. @throws NotDeclared */
  collect(stream: string, payloads: readonly Json[], options?: CollectOptions): Promise<readonly Collected[]>;
  /**
   * Forgets a person: profile, identifiers, memberships, firings, what their deliveries said and where they went; what waits
   * in the outbox is cancelled. All of it, or nothing but answers kept for idempotency keys if it throws. @returns undefined if there is no such profile
   */
  forget(profile: string): Promise<Forgotten | undefined>;

  /**
   * Undoes a merge of profiles. `profile` is the id of the one that ended, or of the one that stayed, whose latest merge is
   * then undone. What either had before is its own again: fields, identifiers, firings, events, and so its caps; what came
   * since stays with the one that stayed. Audiences of both are evaluated anew, which fires nothing, and nothing that comes
   * in makes them one again. @returns undefined if there is no such profile @throws SplitError
   */
  split(profile: string): Promise<Split | undefined>;

  /** What a change of definitions would do; changes nothing. @throws DefinitionError */
  plan(wanted: DesiredState): Promise<Plan>;
  /**
   * Does it. Definitions that are not what they were take effect at once; audiences that are new or changed are evaluated anew:
   * silently, or with `fire` so that who enters or leaves by it fires triggers.
   */
  apply(wanted: DesiredState, options?: { readonly fire?: boolean }): Promise<Plan>;
  /**
   * While a trigger is not active, what waits for it and comes due is skipped, and its runs are paused; they go on once it is
   * active again. @throws NotDeclared, DefinitionError where the state does not allow it
   */
  setState(trigger: string, state: "active" | "paused" | "draft"): Promise<void>;

  /** What is in force and cannot run with what this engine has: what happens meanwhile is lost to it. */
  broken(): Promise<readonly DefinitionError[]>;

  /** Whom a backfill would alert; changes nothing. */
  estimate(trigger: string, options?: BackfillOptions): Promise<Estimate>;
  /** Starts one for an active trigger on enter: members that the trigger never alerted. @throws NotDeclared, DefinitionError */
  backfill(trigger: string, options?: BackfillOptions): Promise<Run>;
  /** @returns the run as it is now; undefined if there is none @throws RunStateError */
  setRun(run: string, to: "running" | "paused" | "cancelled"): Promise<Run | undefined>;

  /** Does a piece of what is due. @returns when to come again, in ms since 1970: past if there is more, absent if nothing waits */
  tick(): Promise<number | undefined>;
  /** Ticks from now on. */
  start(): void;
  /** Resolves when nothing is under way. */
  stop(): Promise<void>;

  /** Why a trigger alerted a person, or did not. @throws NotDeclared */
  explain(profile: string, trigger: string): Promise<Explanation>;
}

export type Updated = Pick<Change, "after" | "changed" | "refused"> | RejectedUpdate;

export interface CollectOptions {
  /** What the sender calls each payload, for a stream that has no template for its key. */
  readonly keys?: readonly (string | undefined)[] | undefined;
  /** The payloads came signed, as the stream's `verify` asks: see the stream's `identity`. @default false */
  readonly signed?: boolean | undefined;
}

export interface Collected {
  /** The event's; of one that is known, undefined. */
  readonly id?: string | undefined;
  readonly profile?: string | undefined;
  readonly duplicate?: true | undefined;
  /** Why it went into no profile: the raw event is kept all the same. */
  readonly problem?: string | undefined;
  /** The problem tells something of who is known. */
  readonly confidential?: true | undefined;
  /** Lists what was refused, and why: see `RawEvent`. */
  readonly refused?: readonly string[] | undefined;
}

export interface Split {
  /** The one that had ended, and is there again. */
  readonly profile: Profile;
  /** The one that it was part of. */
  readonly from: Profile;
  /** Identifiers that it had and somebody else has by now: they stay there. */
  readonly reassigned: readonly Identifier[];
}

export interface Forgotten {
  /** Deliveries whose texts and addresses were erased. */
  readonly erased: number;
  /** Deliveries that are being attempted right now: they are erased once that ends, and not tried again. */
  readonly inFlight: readonly string[];
}

/** What the engine did, said once it is kept. Names no profile. */
export type EngineEvent =
  /** A trigger fired, or went on after it had waited; of a digest, the one that carries it. */
  | {
      readonly type: "fired";
      readonly trigger: string;
      readonly state: FiringState;
      readonly reason?: string | undefined;
    }
  /** A trigger is paused, since too many of its firings cost too much. */
  | { readonly type: "trigger-failed"; readonly trigger: string; readonly reason: string }
  /** The clock ended a condition, three times: who was in the audience stays in, who was not stays out. */
  | { readonly type: "undecided"; readonly audience: string; readonly reason: string }
  /** Something came in. @param stream absent of an update */
  | {
      readonly type: "ingested";
      readonly stream?: string | undefined;
      readonly result: "kept" | "duplicate" | "problem";
    };

/** Definitions by kind and name, as they are written; null removes. */
export interface DesiredState {
  readonly origin: "file" | "api";
  readonly definitions: { readonly [kind in DefinitionKind]?: { readonly [name: string]: Json | null } };
  /** States that triggers shall have. */
  readonly states?: { readonly [trigger: string]: "active" | "paused" | "draft" } | undefined;
  /** Of origin `file`: what the file no longer has is removed. @default false */
  readonly complete?: boolean | undefined;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Findings of the linter in conditions and templates, against what profiles look like. */
  readonly findings: readonly { readonly where: string; readonly severity: string; readonly message: string }[];
}

export interface Step {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly action: "create" | "change" | "remove" | "state";
  readonly before?: Definition | undefined;
  /** Of an audience: who would enter and leave, counted over all profiles, or over `looked` of `of`. */
  readonly members?:
    | {
        readonly now: number;
        readonly enter: number;
        readonly leave: number;
        readonly errors: number;
        readonly sampled: number;
        readonly of: number;
        /** Up to five of each. */
        readonly entering: readonly Profile[];
        readonly leaving: readonly Profile[];
      }
    | undefined;
  /** In words, one sentence. */
  readonly effect: string;
}

export interface BackfillOptions {
  readonly limit?: number | undefined;
  readonly sample?: number | undefined;
  readonly rateLimit?: { readonly count: number; readonly per: number } | undefined;
}

export interface Estimate {
  readonly members: number;
  /** Looked at, to work out the rest. */
  readonly sampled: number;
  /** Of all members, as far as can be told: alerted, held back by a rule, aborted, failing. */
  readonly sent: number;
  readonly skipped: number;
  readonly aborted: number;
  readonly failed: number;
  /** ms, by the rate limit; absent without one. */
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

/** There is no such trigger, stream, profile. */
export class NotFoundError extends Error {
  override readonly name = "NotDeclared";

  /** @param names those that there are */
  constructor(what: string, name: string, names?: Iterable<string>) {
    const others = names === undefined ? "" : `; there are: ${[...names].join(", ") || "none"}`;
    super(`there is no ${what} ${name}${others}`);
  }
}

/** Reports that a profile has no merge that can be undone. */
export class SplitError extends Error {
  override readonly name = "SplitError";
}

/** A run is in no state to do what is asked, or is of a kind that never does. */
export class RunStateError extends Error {
  override readonly name = "RunStateError";
}

/** What is declared cannot be: what, where in it, and what would be right. */
export class DefinitionError extends Error {
  override readonly name = "DefinitionError";
  readonly kind: DefinitionKind;
  readonly of: string;
  /** Where in its body. */
  readonly path: readonly (string | number)[];

  constructor(message: string, place: { kind: DefinitionKind; name: string; path: readonly (string | number)[] }) {
    super(message);
    this.kind = place.kind;
    this.of = place.name;
    this.path = place.path;
  }
}
