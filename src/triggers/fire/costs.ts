import type { Trigger } from "../definition/trigger.ts";

export interface CostOptions {
  /** Pauses a trigger when a limit stopped this many of its last `window` firings. @default 20 */
  readonly limit?: number | undefined;
  /** Number of latest firings that count. @default 100 */
  readonly window?: number | undefined;
}

/** Keeps the latest firings of one activation of a trigger, oldest first: true where a limit stopped it. */
interface History {
  readonly activatedAt: number | undefined;
  readonly costly: readonly boolean[];
}

/**
 * Counts for each trigger the firings that a limit stopped, so that a trigger whose template is too costly for many
 * profiles is paused. In memory: each process counts the firings that it makes itself.
 */
export class Costs {
  readonly #limit: number;
  readonly #window: number;
  readonly #histories = new Map<string, History>();

  constructor({ limit = 20, window = 100 }: CostOptions = {}) {
    this.#limit = limit;
    this.#window = window;
  }

  /** Starts counting for one transaction; a rollback discards the counts. */
  begin(): TransactionCosts {
    return new TransactionCosts(this.#limit, this.#window, this.#histories);
  }
}

export class TransactionCosts {
  readonly #limit: number;
  readonly #window: number;
  readonly #before: Map<string, History>;
  readonly #after = new Map<string, History>();
  /** Triggers that this transaction pauses, each with the reason. */
  readonly paused = new Map<string, string>();

  constructor(limit: number, window: number, before: Map<string, History>) {
    this.#limit = limit;
    this.#window = window;
    this.#before = before;
  }

  /**
   * Counts a firing. @param costs the reason, if a limit ended the firing @returns why the trigger is paused, if this
   * firing is the one too many
   */
  note({ name, status: { activatedAt } }: Trigger, costs: string | undefined): string | undefined {
    const known = this.#after.get(name) ?? this.#before.get(name);
    const before = known !== undefined && known.activatedAt === activatedAt ? known.costly : [];
    if (costs === undefined && before.length === 0) return undefined;
    const costly = [...before, costs !== undefined].slice(-this.#window);
    this.#after.set(name, { activatedAt, costly });
    const count = costly.filter((one) => one).length;
    if (costs === undefined || count < this.#limit || this.paused.has(name)) return undefined;
    const reason = `${count} of its last ${costly.length} firings exceeded a limit: ${costs}; correct the trigger, then activate it again`;
    this.paused.set(name, reason);
    return reason;
  }

  /** Keeps the counts once the transaction is committed. */
  keep(): void {
    for (const [name, history] of this.#after) this.#before.set(name, history);
    // A trigger that is activated again starts from zero, even if the clock has not moved on since.
    for (const name of this.paused.keys()) this.#before.delete(name);
  }
}
