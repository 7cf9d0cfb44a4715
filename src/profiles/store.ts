import type { Json, Page } from "../dispatch/index.ts";
import type { Identifier, Profile } from "./profile.ts";

/** Profiles, to read. */
export interface Profiles {
  /**
   * In the order of the ids; undefined where there is none. The id of a profile that was absorbed gives the one that it is
   * now.
   */
  get(ids: readonly string[]): Promise<readonly (Profile | undefined)[]>;
  /** For each identifier the id of the profile that has it. */
  find(identifiers: readonly Identifier[]): Promise<readonly (string | undefined)[]>;
  /** Oldest first; the order never changes, and one that is written meanwhile is neither left out nor given twice. */
  list(query: { readonly limit: number; readonly after?: string | undefined }): Promise<Page<Profile>>;
  count(): Promise<number>;
}

/** Within a transaction, where reads see what it wrote. */
export interface ProfilesWriter extends Pick<Profiles, "get" | "find" | "list"> {
  /**
   * Writes each as it is given, new or not; its identifiers are its own from then on, no longer another's, and those it
   * lost are free. Throws for the id of one that was absorbed.
   */
  put(profiles: readonly Profile[]): Promise<void>;
  /**
   * Ends profiles; what is kept of one (firings, skips, events) answers for `into`, and so does its id. Its memberships
   * end, and those identifiers that `put` has not given to others are free. Skips of both by one trigger are one: their
   * counts are added, and the later is kept. Throws if one of the two is not there.
   */
  absorb(pairs: readonly { readonly from: string; readonly into: string }[]): Promise<void>;
  /**
   * Ends profiles with everything that is kept under them: identifiers, memberships, firings, skips, events. @returns the ids of
   * deliveries that their firings made, for `Outbox.withdraw`
   */
  remove(ids: readonly string[]): Promise<readonly string[]>;
}

/** A payload that came in on a stream. */
export interface RawEvent {
  /** `evt_` and letters and digits. */
  readonly id: string;
  readonly stream: string;
  /** What the sender calls it: with the same key, it is the same event. Unique within a stream. */
  readonly key?: string | undefined;
  /** ms since 1970. */
  readonly receivedAt: number;
  readonly payload: Json;
  /** The profile it went into. */
  readonly profile?: string | undefined;
  /** Why it went into none. */
  readonly problem?: string | undefined;
}

export interface Events {
  /** Newest first: in the order in which they were added. */
  list(query: {
    readonly stream?: string | undefined;
    readonly profile?: string | undefined;
    /** Only those with a problem. @default false */
    readonly problems?: boolean | undefined;
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<Page<RawEvent>>;
}

export interface EventsWriter {
  /** Which keys the stream has. */
  known(stream: string, keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Keeps them. The caller has left out what is known: throws if a key or an id is kept already. */
  add(events: readonly RawEvent[]): Promise<void>;
  /** Removes those of a stream that came in before `before`, oldest first, or of all, at most `limit`. @returns how many */
  prune(stream: string | undefined, before: number, limit: number): Promise<number>;
}
