import type { Fields, Identifier, Profile } from "../store/index.ts";

/** What somebody knows of a person: goes into the profile that has one of the identifiers, or into a new one. */
export interface Update {
  readonly identifiers: { readonly [kind: string]: string | number | readonly (string | number)[] };
  /** Merged into the fields by the declared rules; null removes a field, as in RFC 7396. @default {} */
  readonly fields?: Fields | undefined;
}

/** What an update came to. */
export interface Change {
  /** As it was; absent if it is new. Of several that were stitched: the one that stays. */
  readonly before?: Profile | undefined;
  readonly after: Profile;
  /** Profiles that are one with it from now on, as they were. */
  readonly mergedFrom: readonly Profile[];
  /** Names of the top-level fields that are not what they were. Nothing was written where `after` is `before`. */
  readonly changed: ReadonlySet<string>;
  /** Identifiers that it did not get, or that did not stitch, and why. */
  readonly refused: readonly Refused[];
  /** Protected fields that a stream without `identity: merge` may not change, and did not. Absent where there are none. */
  readonly withheld?: readonly string[] | undefined;
}

export interface Refused {
  readonly identifier: Identifier;
  readonly reason: string;
}
