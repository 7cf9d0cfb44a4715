import type { Page } from "../base/page.ts";

export interface Membership {
  readonly audience: string;
  /** ms since 1970: when the profile entered. */
  readonly since: number;
}

export interface Member {
  /** Id of the profile. */
  readonly profile: string;
  readonly since: number;
}

/** Memberships of profiles in audiences, to read. */
export interface Memberships {
  /** Returns, for each profile, the audiences that it is in, sorted by name. */
  of(profiles: readonly string[]): Promise<readonly (readonly Membership[])[]>;
  /**
   * Returns a page of an audience's members, in the order of `Profiles.list`. Over all pages each member comes once, except that
   * one that enters or leaves meanwhile may be missing.
   */
  members(query: {
    readonly audience: string;
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<Page<Member>>;
  /** Returns the number of members of each audience that has any. Costs nothing per member: the numbers are maintained. */
  sizes(): Promise<ReadonlyMap<string, number>>;
}

/** Memberships within a transaction. */
export interface MembershipsWriter extends Memberships {
  /** Enters profiles into audiences, or takes them out (`since` undefined). Entering twice keeps the first `since`. */
  change(
    changes: readonly {
      readonly audience: string;
      readonly profile: string;
      readonly since: number | undefined;
    }[],
  ): Promise<void>;
  /** Ends at most `limit` memberships of an audience. @returns how many */
  clear(audience: string, limit: number): Promise<number>;
}
