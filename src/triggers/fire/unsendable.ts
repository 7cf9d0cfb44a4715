import type { Limit } from "../../../grammar/index.ts";
import { limitOf, OverBudget } from "./budget.ts";

/**
 * Reports a failure that concerns this profile alone, in a template or channel. A failure of the store concerns all:
 * nothing is committed.
 */
export class Unsendable extends Error {
  /** Limit that ended a template. */
  readonly limit: Limit | undefined;

  constructor(cause: unknown) {
    super((cause as Error).message, { cause });
    this.limit = limitOf(cause);
  }
}

/** Runs a step of rendering. @throws Unsendable in place of the step's own errors; OverBudget as it is */
export function rendering<T>(render: () => T): T {
  try {
    return render();
  } catch (error) {
    throw asUnsendable(error);
  }
}

/** Wraps an error. @throws OverBudget as it is, because it concerns the whole transaction */
export function asUnsendable(error: unknown): Unsendable {
  if (error instanceof OverBudget) throw error;
  return error instanceof Unsendable ? error : new Unsendable(error);
}
