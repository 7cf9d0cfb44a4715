import type { Trigger } from "../definition/trigger.ts";

export interface CostOptions {
  /** Pauses a trigger when a limit stopped so many of its last `window` firings. @default 20 */
  readonly limit?: number | undefined;
  /** Number of latest firings that are counted. @default 100 */
  readonly window?: number | undefined;
}

/** Keeps the latest firings of one activation of a trigger, oldest first: true where a limit stopped it. */
interface History {
  readonly activatedAt: number | undefined;
  readonly costly: readonly boolean[];
}

/**
 * Remembers how many of each trigger's firings cost too much, so that a template that does so for many stops. In memory: each
 * process counts what it fires itself.
 */
export class Costs {
  readonly #limit: number;
  readonly #window: number;
  readonly #histories = new Map<string, History>();

  constructor({ limit = 20, window = 100 }: CostOptions = {}) {
    this.#limit = limit;
    this.#window = window;
  }

  /** Starts counting for one transaction; if that is rolled back, nothing is counted. */
  begin(): TransactionCosts {
    return new TransactionCosts(this.#limit, this.#window, this.#histories);
  }
}

export class TransactionCosts {
  readonly #limit: number;
  readonly #window: number;
  readonly #before: Map<string, History>;
  readonly #after = new Map<string, History>();
  /** Triggers that are paused by this transaction, and why. */
  readonly paused = new Map<string, string>();

  constructor(limit: number, window: number, before: Map<string, History>) {
    this.#limit = limit;
    this.#window = window;
    this.#before = before;
  }

  /** @param costs the reason, where a limit ended it @returns why the trigger has to be paused, if it has to now */
  note({ name, status: { activatedAt } }: Trigger, costs: string | undefined): string | undefined {
    const known = this.#after.get(name) ?? this.#before.get(name);
    const before = known !== undefined && known.activatedAt === activatedAt ? known.costly : [];
    if (costs === undefined && before.length === 0) return undefined;
    const costly = [...before, costs !== undefined].slice(-this.#window);
    this.#after.set(name, { activatedAt, costly });
    const count = costly.filter((one) => one).length;
    if (costs === undefined || count < this.#limit || this.paused.has(name)) return undefined;
    const reason = `${count} of its last ${costly.length} firings cost too much: ${costs}; mend it, then activate it again`;
    this.paused.set(name, reason);
    return reason;
  }

  /** The transaction is kept. */
  keep(): void {
    for (const [name, history] of this.#after) this.#before.set(name, history);
    // Whoever activates it again begins anew, though the clock has not moved on.
    for (const name of this.paused.keys()) this.#before.delete(name);
  }
}
