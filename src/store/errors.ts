/**
 * `locked`: others hold the store for too long. `full`: no space. `readonly`: it may not be written. `corrupt`: not a
 * store, or a damaged one. `newer`: a later version of this package wrote it. `closed`: `close` was called.
 */
export type StoreProblem = "locked" | "full" | "readonly" | "corrupt" | "newer" | "missing" | "closed" | "other";

/** What the store could not do, in words: what, where, what to do. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly problem: StoreProblem;

  constructor(problem: StoreProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
