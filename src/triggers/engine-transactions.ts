import type { Definition, EngineStore, EngineTransaction, TransactionOptions } from "../store/index.ts";
import { type Catalog, Compiler } from "./definition/catalog.ts";
import type { CompileOptions } from "./definition/trigger.ts";
import type { DefinitionError, EngineEvent } from "./engine.ts";
import { Budget, KnownOutcomes, OverBudget } from "./fire/budget.ts";
import { type CostOptions, Costs } from "./fire/costs.ts";
import type { FiringContext } from "./fire/fire.ts";
import { OffThreadEvaluator, type OffThreadOptions } from "./fire/off-thread.ts";

export interface EngineTransactionsOptions {
  readonly store: EngineStore;
  readonly compileOptions: CompileOptions;
  readonly clock: () => number;
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
  /** See `EngineOptions.budget`. */
  readonly budget: number | undefined;
  readonly offThread: OffThreadOptions;
  readonly costs?: CostOptions | undefined;
}

export interface RunOptions extends TransactionOptions {
  /** Number of items in the transaction: no single one may use up the time of all. @default 1 */
  readonly items?: number | undefined;
  /**
   * Outcomes of off-thread evaluations for a transaction that is run again, and the time of its first run, which the
   * evaluations depend on.
   */
  readonly again?: { readonly known: KnownOutcomes; readonly now: number } | undefined;
}

type Work<Result> = (context: FiringContext, catalog: Catalog) => Promise<Result>;

/** Limits the share of the total time that one of several items may use. */
const share = 1 / 4;
/** Limits the off-thread evaluations for one item, after which it fails. */
const maxOffThread = 100;

/** Runs transactions with the catalog that is in force in them, whichever process applied it. */
export class EngineTransactions {
  readonly #options: EngineTransactionsOptions;
  readonly #compiler: Compiler;
  readonly #offThread: OffThreadEvaluator;
  readonly #costs: Costs;
  readonly #monotonicClock: () => number;
  #catalog: Catalog | undefined;

  constructor(options: EngineTransactionsOptions) {
    this.#options = options;
    this.#compiler = new Compiler(options.compileOptions);
    this.#offThread = new OffThreadEvaluator(options.offThread);
    this.#costs = new Costs(options.costs);
    this.#monotonicClock = options.compileOptions.templates.monotonicClock ?? (() => performance.now());
  }

  /** If true, no further off-thread evaluation begins. */
  set stopping(stopping: boolean) {
    this.#offThread.stopping = stopping;
  }

  /** Returns the catalog outside of a transaction; each transaction reads its own. */
  current(): Promise<Catalog> {
    return this.#catalogOf(this.#options.store.definitions);
  }

  /** Compiles definitions that are not in force. @param onBroken may throw the error it gets */
  compile(definitions: readonly Definition[], onBroken: (error: DefinitionError) => void): Catalog {
    return new Compiler(this.#options.compileOptions, this.#compiler).catalog(-1, definitions, onBroken);
  }

  /** Compiles new definitions before they come into force, so that the event loop gets its turn in between. */
  prepare(definitions: readonly Definition[]): Promise<void> {
    return this.#compiler.prepare(definitions);
  }

  /**
   * Runs a transaction. @throws OverBudget if evaluations took too long: nothing is committed; continue with `alone`
   */
  async run<Result>(work: Work<Result>, options: RunOptions = {}): Promise<Result> {
    const { store, onEvent = () => {} } = this.#options;
    let kept: FiringContext | undefined;
    const result = await store.transaction(async (transaction: EngineTransaction) => {
      const catalog = await this.#catalogOf(transaction.definitions);
      // Created inside, because a store may run it twice.
      kept = this.#contextFor(transaction, options);
      return work(kept, catalog);
    }, options);
    kept!.costs.keep();
    for (const event of kept!.pendingEvents) onEvent(event);
    return result;
  }

  /**
   * Runs a transaction for one item until it is committed. Slow evaluations are made off-thread, and their outcomes
   * count if the profile and the definitions are still the same when the transaction is run again. Other work continues
   * meanwhile.
   */
  async alone<Result>(first: OverBudget, work: Work<Result>, options: RunOptions = {}): Promise<Result> {
    const known = new KnownOutcomes();
    const { now } = first;
    for (let over = first, i = 1; ; i++) {
      known.add(over, await this.#offThread.settle(over));
      known.isFull = i >= maxOffThread;
      try {
        return await this.run(work, { ...options, items: 1, again: { known, now } });
      } catch (error) {
        if (!(error instanceof OverBudget)) throw error;
        over = error;
      }
    }
  }

  /** Runs a transaction for one item, as often as it takes. */
  async settle<Result>(work: Work<Result>, options: RunOptions = {}): Promise<Result> {
    try {
      return await this.run(work, options);
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
      return this.alone(error, work, options);
    }
  }

  #contextFor(transaction: EngineTransaction, { items = 1, again }: RunOptions): FiringContext {
    const { budget: total, compileOptions, clock } = this.#options;
    const now = again?.now ?? clock();
    const each = items === 1 || total === undefined ? Number.POSITIVE_INFINITY : total * share;
    const known = again?.known ?? new KnownOutcomes();
    const budget = new Budget({ total, each, monotonicClock: this.#monotonicClock, now, known });
    return {
      transaction,
      channels: compileOptions.channels,
      now,
      pendingEvents: [],
      budget,
      costs: this.#costs.begin(),
    };
  }

  async #catalogOf(definitions: EngineStore["definitions"]): Promise<Catalog> {
    const version = await definitions.version();
    if (this.#catalog?.version !== version) {
      this.#catalog = this.#compiler.catalog(version, await definitions.all(), () => {});
    }
    return this.#catalog;
  }
}
