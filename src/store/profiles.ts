import type { Page } from "../base/page.ts";
import type { Fields, Identifier, Profile } from "./profile.ts";

/** Profiles, to read. */
export interface Profiles {
  /**
   * In the order of the ids; undefined where there is none. The id of a profile that was absorbed gives the one that it is
   * now.
   */
  get(ids: readonly string[]): Promise<readonly (Profile | undefined)[]>;
  /** For each identifier the id of the profile that has it. */
  find(identifiers: readonly Identifier[]): Promise<readonly (string | undefined)[]>;
  /**
   * Oldest first; the order never changes, and one that is written meanwhile is neither left out nor given twice. A page of large
   * ones may have fewer than `limit`; `next` says whether there are more.
   */
  list(query: { readonly limit: number; readonly after?: string | undefined }): Promise<Page<Profile>>;
  count(): Promise<number>;
  /** The merges of the profile that this id stands for now, and of those that are part of it, so far as they are kept (at most 100), oldest first. */
  merges(id: string): Promise<readonly Merge[]>;
  /** Of the profiles that these ids stand for now: from whom they were split. */
  splitPairs(ids: readonly string[]): Promise<readonly SplitPair[]>;
}

/** Records a merge, so that it can be undone for a while. */
export interface Merge {
  /** The one that ended, as it was. */
  readonly profile: Profile;
  /** Id of the one that it became part of: that one may have ended since. */
  readonly into: string;
  /** ms since 1970. */
  readonly at: number;
  /** Top-level fields of the one that stays that the merge changed, as they were. */
  readonly before: Fields;
  /** Holds these fields as the merge made them. */
  readonly after: Fields;
  readonly memberships: MemberSince;
  /** Holds the memberships of the surviving profile before the merge. */
  readonly intoMemberships: MemberSince;
}

/** By audience: since when, in ms since 1970. */
export type MemberSince = { readonly [audience: string]: number };

/** Records that two profiles were split, and must not be merged again by what comes in. */
export interface SplitPair {
  /** Ids of the profiles as they are now. */
  readonly one: string;
  readonly other: string;
  /** ms since 1970. */
  readonly at: number;
}

/** Within a transaction, where reads see what it wrote. */
export interface ProfilesWriter extends Pick<Profiles, "get" | "find" | "list" | "merges" | "splitPairs"> {
  /**
   * Writes each as it is given, new or not; its identifiers are its own from then on, no longer another's, and those it
   * lost are free. Throws for the id of one that was absorbed.
   */
  put(profiles: readonly Profile[]): Promise<void>;
  /**
   * Ends profiles; what is kept of one (firings, skips, events) answers for `into`, and so does its id. Its memberships
   * end, and those identifiers that `put` has not given to others are free. Skips of both by one trigger are one: their
   * counts are added, and the later is kept. Throws if one of the two is not there.
   * @param pairs done in their order; `merge` is kept, for `split`
   */
  absorb(pairs: readonly Absorption[]): Promise<void>;
  /**
   * Undoes an `absorb`: the profile is there again, as it is given and at its place in lists; firings, skips and events that
   * it had when it ended, and ids that answered for it, are its own again. What was kept under either of the two since stays
   * with the other. From then on the two are `splitPairs`; its merge is kept no longer. Its memberships are the caller's to
   * write. Throws for one whose merge is not kept.
   * @param merges are kept instead of those of the same profiles
   */
  split(profile: Profile, at: number, merges?: readonly Merge[]): Promise<void>;
  /** Forgets merges from before `before`, oldest first, at most `limit`: they cannot be undone any more. @returns how many */
  pruneMerges(before: number, limit: number): Promise<number>;
  /**
   * Ends profiles with everything that is kept under them: identifiers, memberships, firings, skips, events, merges. @returns the ids of
   * deliveries that their firings made, for `Outbox.withdraw`
   */
  remove(ids: readonly string[]): Promise<readonly string[]>;
}

export interface Absorption {
  readonly from: string;
  readonly into: string;
  readonly merge?: Merge | undefined;
}
