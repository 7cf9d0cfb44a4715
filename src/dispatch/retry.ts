/** When to try again: one of two ways, within limits. */
export interface RetryPolicy {
  /**
   * `"exponential"`: full jitter, `random() * min(cap, base * 2 ** (attempt - 1))` ms. A list: ms to wait after the first
   * attempt, the second, …; the list's end is the end of trying.
   */
  readonly wait?: { readonly base: number; readonly cap: number } | readonly number[] | undefined;
  /** Share of a listed wait that is added or taken away by chance. @default 0.1 */
  readonly jitter?: number | undefined;
  /** @default unlimited for exponential waiting, the list's length + 1 otherwise */
  readonly maxAttempts?: number | undefined;
  /** ms since hand-over after which no attempt starts. @default 3 days */
  readonly maxAge?: number | undefined;
  /** Bounds of a receiver's `Retry-After`, in ms. @default 1 s … 24 h */
  readonly retryAfter?: { readonly min: number; readonly max: number } | undefined;
}
