import type { Memberships, MembershipsWriter } from "../audiences/store.ts";
import type { Json, Manner, Page, Store, Transaction } from "../dispatch/index.ts";
import type { Events, EventsWriter, Profiles, ProfilesWriter } from "../profiles/store.ts";
import type { Firing, FiringState, Skip } from "./firing.ts";
import type { Run, RunKind, RunState } from "./run.ts";

/**
 * A store that keeps what fires alerts beside the deliveries: profiles, memberships, firings, all behind one transaction.
 * What is JSON is kept as it is. Of other text (identifiers, keys, reasons) a lone surrogate becomes U+FFFD. A profile is
 * named by its id, or the id of one that it absorbed; what is written for one that is not there throws. A list's `after` is
 * `next` of the page before; a store throws StoreError for any other text.
 */
export interface ProgramStore extends Store {
  readonly profiles: Profiles;
  readonly events: Events;
  readonly memberships: Memberships;
  readonly definitions: Definitions;
  readonly firings: Firings;
  readonly runs: Runs;
  readonly keys: ApiKeys;
  readonly answers: Answers;
  transaction<Result>(work: (transaction: ProgramTransaction) => Promise<Result>, manner?: Manner): Promise<Result>;
}

export interface ProgramTransaction extends Transaction {
  readonly profiles: ProfilesWriter;
  readonly events: EventsWriter;
  readonly memberships: MembershipsWriter;
  readonly definitions: DefinitionsWriter;
  readonly firings: FiringsWriter;
  readonly runs: RunsWriter;
}

/** What is declared: an audience, a trigger, a stream, an alarm, or the settings of profiles (whose name is `profiles`). */
export type DefinitionKind = "profiles" | "stream" | "audience" | "trigger" | "alarm";

export interface Definition {
  readonly kind: DefinitionKind;
  /** Unique within its kind. */
  readonly name: string;
  /** As it was written, checked. */
  readonly body: Json;
  /** Who declared it: a file's are changed by applying a file. */
  readonly origin: "file" | "api";
  readonly createdAt: number;
  readonly updatedAt: number;
  /** What changes while it runs: a trigger's state, when its schedule comes next, when an audience was swept, an alarm's. */
  readonly status: Json;
}

export interface Definitions {
  /** Counts up with every `put`, every `remove` of one that is there, and `setStatus` that says so. */
  version(): Promise<number>;
  /** In the order in which they were first put. */
  all(): Promise<readonly Definition[]>;
}

export interface DefinitionsWriter extends Definitions {
  /** Writes each as it is given, new or not. */
  put(definitions: readonly Definition[]): Promise<void>;
  /** Writes the status alone; does nothing if there is no such definition. @param counts whether `version` counts up @default false */
  setStatus(kind: DefinitionKind, name: string, status: Json, counts?: boolean): Promise<void>;
  /** With a trigger go its firings that wait and its skips; an audience's memberships stay until cleared. */
  remove(kind: DefinitionKind, name: string): Promise<void>;
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

/** Scopes: `collect` posts events, `read` looks, `write` changes and sends. */
export type Scope = "collect" | "read" | "write";

export interface ApiKey {
  /** `key_` and letters and digits; the secret is not kept. */
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the secret, hexadecimal. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly revokedAt?: number | undefined;
}

export interface ApiKeys {
  /** Writes it as it is given, new or not. Throws if another key has the hash. */
  put(key: ApiKey): Promise<void>;
  byHash(hash: string): Promise<ApiKey | undefined>;
  /** Oldest first. */
  list(): Promise<readonly ApiKey[]>;
}

/** What was answered to a request with an idempotency key. */
export interface Answer {
  /** With whose key, on what route. */
  readonly key: string;
  /** Of the request, so that another with the same key is refused. */
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
  readonly at: number;
}

export interface Answers {
  get(key: string): Promise<Answer | undefined>;
  /** The first with a key stays. */
  put(answer: Answer): Promise<void>;
  /** Removes those before `before`, oldest first, at most `limit`. @returns how many */
  prune(before: number, limit: number): Promise<number>;
  /** Removes those that tell of a profile or delivery with one of these ids. */
  forget(ids: ReadonlySet<string>): Promise<void>;
}
