import type { Json } from "../base/json.ts";

/** Holds the data of a customer, which templates see as dot. A field called `__proto__` is an ordinary field. */
export type Fields = { readonly [field: string]: Json };

/** Identifies a profile by a value of a kind that the settings declare, such as `email`, `user_id`, `device`. */
export interface Identifier {
  readonly kind: string;
  /** The value after it was normalized by the rules of its kind (trimmed, case-folded). */
  readonly value: string;
}

/** Holds the record of one customer. */
export interface Profile {
  /** `prf_` and letters and digits. */
  readonly id: string;
  readonly fields: Fields;
  /** Each identifier belongs to one profile only. */
  readonly identifiers: readonly Identifier[];
  /** ms since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Counts how often the profile was written, 1-based. */
  readonly version: number;
}
