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

/** Who is in which audience, to read. */
export interface Memberships {
  /** For each profile the audiences it is in, in the order of their names. */
  of(profiles: readonly string[]): Promise<readonly (readonly Membership[])[]>;
  /** In the order of `Profiles.list`: one that enters or leaves meanwhile may be left out or not, all others come once. */
  members(query: {
    readonly audience: string;
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<Page<Member>>;
  /** Of each audience that has any. Kept, not counted. */
  sizes(): Promise<ReadonlyMap<string, number>>;
}

export interface MembershipsWriter extends Memberships {
  /** `since` undefined: leaves. Entering where it is, or leaving where it is not, changes nothing. */
  change(
    changes: readonly {
      readonly audience: string;
      readonly profile: string;
      readonly since: number | undefined;
    }[],
  ): Promise<void>;
  /** Ends memberships of an audience, at most `limit`. @returns how many */
  clear(audience: string, limit: number): Promise<number>;
}
