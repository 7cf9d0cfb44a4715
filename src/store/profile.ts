import type { Json } from "../base/json.ts";

/** What templates see as dot. Values are JSON; a field called `__proto__` is a field and no more. */
export type Fields = { readonly [field: string]: Json };

/** One of a person's identifiers: of a kind that the settings name, such as `email`, `user_id`, `device`. */
export interface Identifier {
  readonly kind: string;
  /** As its kind's rules write it: trimmed, folded. */
  readonly value: string;
}

/** The record of one customer. */
export interface Profile {
  /** `prf_` and letters and digits. */
  readonly id: string;
  readonly fields: Fields;
  /** No two profiles have one in common. */
  readonly identifiers: readonly Identifier[];
  /** ms since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** 1-based: how often it was written. */
  readonly version: number;
}
