import { setImmediate as othersTurn, setTimeout as pause } from "node:timers/promises";
import type { OverBudget } from "./budget.ts";
import { type EvaluationRequest, type Outcome, outcomeOf } from "./evaluation.ts";

/**
 * Evaluates in another thread. `busy`: the evaluation was not begun; ask again later. If the promise rejects, nothing
 * of the transaction is committed.
 */
export type Evaluate = (request: EvaluationRequest) => Promise<Outcome | { readonly kind: "busy" }>;

export interface OffThreadOptions {
  readonly evaluate?: Evaluate | undefined;
  /** Time limit of one try, in ms. */
  readonly time: number;
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
}

/** Pauses before each try of an evaluation that ran out of time, in ms: one slow moment decides nothing. */
export const tries = [0, 100, 1_000];
/** Limits the wait for a free thread. */
const busy = { maxPauses: 60, pause: 1_000 };
/** Limits concurrent evaluations, so that others who use the same threads get their turn. */
const atOnce = 2;

/** Reports that the engine stopped before an evaluation in another thread: nothing of the transaction was committed. */
export class EngineStops extends Error {
  override readonly name = "EngineStops";

  constructor() {
    super("the engine stops: nothing of this was kept, send it again");
  }
}

/** Evaluates what took too long in a transaction: one evaluation alone, and in another thread if there is one. */
export class OffThreadEvaluator {
  readonly #options: OffThreadOptions;
  #running = 0;
  #waiting: { readonly resolve: () => void; readonly reject: (error: EngineStops) => void }[] = [];
  #stopping = false;

  constructor(options: OffThreadOptions) {
    this.#options = options;
  }

  /** If true, no further evaluation begins, and those that wait are rejected; those that run finish. */
  set stopping(stopping: boolean) {
    this.#stopping = stopping;
    if (!stopping) return;
    for (const { reject } of this.#waiting) reject(new EngineStops());
    this.#waiting = [];
  }

  /**
   * Evaluates in up to three tries.
   * @returns the outcome; `late` if no try ended in time @throws EngineStops, and what `evaluate` throws
   */
  async settle(over: OverBudget): Promise<Outcome> {
    if (this.#stopping) throw new EngineStops();
    if (this.#running >= atOnce) await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    else this.#running++;
    try {
      return await this.#try(over);
    } finally {
      // Hands the slot to the next evaluation that waits.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next.resolve();
    }
  }

  async #try(over: OverBudget): Promise<Outcome> {
    const { sleep = pause } = this.#options;
    const { source } = over.evaluable;
    if (source.kind === "compose") {
      // Running the transaction again is the next try.
      await sleep(tries[source.try]!);
      return { kind: "result", result: null };
    }
    let last: Outcome = { kind: "late", message: "not tried" };
    for (const ms of tries) {
      if (ms > 0) await sleep(ms);
      last = await this.#once(over);
      if (last.kind !== "late") return last;
    }
    return { kind: "late", message: `${last.message}; gave up after ${tries.length} tries` };
  }

  async #once({ evaluable, subject, now }: OverBudget): Promise<Outcome> {
    const { evaluate, time, sleep = pause } = this.#options;
    if (evaluate === undefined) {
      await othersTurn();
      return outcomeOf(() => evaluable.evaluate(subject, { time }));
    }
    const { source } = evaluable;
    for (let i = 0; i < busy.maxPauses; i++) {
      const outcome = await evaluate({ source, subject, now, time });
      if (outcome.kind !== "busy") return outcome;
      if (this.#stopping) throw new EngineStops();
      await sleep(busy.pause);
    }
    return { kind: "late", message: "all worker threads were busy" };
  }
}
