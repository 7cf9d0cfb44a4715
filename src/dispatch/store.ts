import type { Outbox } from "./outbox.ts";

/** What is kept, behind one transaction. */
export interface Store {
  readonly outbox: Outbox;
  /**
   * What is done through `transaction` is kept as a whole, or not at all if `work` throws. `work` awaits nothing but what
   * it does through `transaction`: others wait for it.
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>, manner?: Manner): Promise<Result>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export interface Manner {
  /** Others that wait go first, so far as a store can have them; but not for ever. @default false */
  readonly yields?: boolean | undefined;
}

export interface Transaction {
  readonly outbox: Pick<Outbox, "add" | "withdraw">;
}

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
