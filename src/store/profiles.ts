import type { Page } from "../base/page.ts";
import type { Fields, Identifier, Profile } from "./profile.ts";

/** Reads profiles. */
export interface Profiles {
  /** Returns a profile for each id, or undefined. The id of a merged profile gives the profile that it was merged into. */
  get(ids: readonly string[]): Promise<readonly (Profile | undefined)[]>;
  /** Returns, for each identifier, the id of the profile that has it, or undefined. */
  find(identifiers: readonly Identifier[]): Promise<readonly (string | undefined)[]>;
  /**
   * Returns a page of profiles, oldest first. The order never changes: over all pages, a profile that is written meanwhile is
   * neither left out nor given twice. A page of large profiles may have fewer than `limit`; `next` says whether there are more.
   */
  list(query: { readonly limit: number; readonly after?: string | undefined }): Promise<Page<Profile>>;
  /** Returns the number of profiles. */
  count(): Promise<number>;
  /** Returns the merges that are kept (at most 100) of the profile that this id stands for and of those merged into it, oldest first. */
  merges(id: string): Promise<readonly Merge[]>;
  /** Returns the profiles from which the profiles that these ids stand for were split. */
  splitPairs(ids: readonly string[]): Promise<readonly SplitPair[]>;
}

/** Records a merge, so that it can be undone for a while. */
export interface Merge {
  /** The profile that ended, as it was. */
  readonly profile: Profile;
  /** Id of the surviving profile, which may have been merged into another since. */
  readonly into: string;
  /** ms since 1970. */
  readonly at: number;
  /** Top-level fields of the surviving profile that the merge changed, as they were. */
  readonly before: Fields;
  /** Holds these fields as the merge made them. */
  readonly after: Fields;
  /** Holds the memberships of the profile that ended. */
  readonly memberships: MemberSince;
  /** Holds the memberships of the surviving profile before the merge. */
  readonly intoMemberships: MemberSince;
}

/** Maps audiences to when the profile entered, in ms since 1970. */
export type MemberSince = { readonly [audience: string]: number };

/** Records that two profiles were split, so that ingested data must not merge them again. */
export interface SplitPair {
  /** Ids of the profiles, after merges since. */
  readonly one: string;
  readonly other: string;
  /** ms since 1970. */
  readonly at: number;
}

/** Profiles within a transaction. */
export interface ProfilesWriter extends Pick<Profiles, "get" | "find" | "list" | "merges" | "splitPairs"> {
  /**
   * Inserts or replaces profiles. Identifiers of a profile are taken from whichever profile had them, and those that the profile no
   * longer lists are freed. Throws for the id of a profile that was merged into another.
   */
  put(profiles: readonly Profile[]): Promise<void>;
  /**
   * Merges each `from` into `into`: moves its firings, skips and events, makes its id an alias, drops its memberships, and frees every
   * identifier that `put` has not reassigned. If a trigger skipped both, their skips become one: the counts are added, and the later
   * reason is kept. Throws if one of the two does not exist.
   * @param pairs are merged in their order; a `merge` is kept for `split`
   */
  absorb(pairs: readonly Absorption[]): Promise<void>;
  /**
   * Undoes an `absorb`. The profile exists again, as it is given and at its place in lists, and gets back the firings, skips, events
   * and aliases that it had when it ended. Everything that was written since stays with the surviving profile. The two become a split
   * pair, and the merge is no longer kept. The caller writes the memberships. Throws if the merge is not kept.
   * @param merges replace the kept merges of the same profiles
   */
  split(profile: Profile, at: number, merges?: readonly Merge[]): Promise<void>;
  /** Removes at most `limit` merges from before `before`, oldest first, which can then no longer be undone. @returns how many */
  pruneMerges(before: number, limit: number): Promise<number>;
  /**
   * Removes profiles with everything that is kept under them: identifiers, memberships, firings, skips, events, merges.
   * @returns the ids of deliveries that their firings made, for `Outbox.expunge`
   */
  remove(ids: readonly string[]): Promise<readonly string[]>;
}

/** Records that one profile was merged into another. */
export interface Absorption {
  readonly from: string;
  readonly into: string;
  readonly merge?: Merge | undefined;
}
