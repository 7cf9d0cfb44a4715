import type { Fields, Identifier, Profile } from "../store/index.ts";

/** Holds new data about a person. It is merged into the profile that has one of the identifiers, or into a new one. */
export interface Update {
  readonly identifiers: { readonly [kind: string]: string | number | readonly (string | number)[] };
  /** Merged into the fields by the declared rules; null removes a field, as in RFC 7396. @default {} */
  readonly fields?: Fields | undefined;
}

/** Describes what an update did. */
export interface Change {
  /** The profile before; absent if it is new. If several were merged: the surviving one. */
  readonly before?: Profile | undefined;
  readonly after: Profile;
  /** Profiles that were merged into it, as they were. */
  readonly mergedFrom: readonly Profile[];
  /** Names of the top-level fields that changed. Nothing was written if `after` is `before`. */
  readonly changed: ReadonlySet<string>;
  /** Identifiers that the profile did not get, or that did not merge two profiles, and why. */
  readonly refused: readonly Refused[];
  /** Protected fields that a stream without `identity: merge` tried to change. Absent if there are none. */
  readonly withheld?: readonly string[] | undefined;
}

export interface Refused {
  readonly identifier: Identifier;
  readonly reason: string;
}
