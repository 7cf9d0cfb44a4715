/**
 * Names what is wrong. `locked`: other processes hold the store for too long. `full`: no space is left. `readonly`: it may not be written. `corrupt`:
 * it is not a store, or a damaged one. `newer`: a later version of this package wrote it. `missing`: it cannot be opened.
 * `closed`: `close` was called. `other`: anything else, such as a cursor that no page has.
 */
export type StoreProblem = "locked" | "full" | "readonly" | "corrupt" | "newer" | "missing" | "closed" | "other";

/** Says what the store could not do, where, and what to do about it. Nothing that was part of the failed verb is kept. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly problem: StoreProblem;

  constructor(problem: StoreProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
