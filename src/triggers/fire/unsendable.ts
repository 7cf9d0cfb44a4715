import type { Limit } from "../../../grammar/index.ts";
import { limitOf, OverBudget } from "./budget.ts";

/** Reports what fails for this profile alone, in a template or channel. A store that fails does so for all: nothing is kept. */
export class Unsendable extends Error {
  /** The limit that ended a template. */
  readonly limit: Limit | undefined;

  constructor(cause: unknown) {
    super((cause as Error).message, { cause });
    this.limit = limitOf(cause);
  }
}

/** @throws Unsendable instead of what rendering throws; OverBudget */
export function rendering<T>(render: () => T): T {
  try {
    return render();
  } catch (error) {
    throw asUnsendable(error);
  }
}

/** @throws OverBudget, which is about the transaction */
export function asUnsendable(error: unknown): Unsendable {
  if (error instanceof OverBudget) throw error;
  return error instanceof Unsendable ? error : new Unsendable(error);
}
