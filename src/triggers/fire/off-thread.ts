import { setImmediate as othersTurn, setTimeout as pause } from "node:timers/promises";
import type { OverBudget } from "./budget.ts";
import { type EvaluationRequest, type Outcome, outcomeOf } from "./evaluation.ts";

/** Evaluates in another thread. `busy`: it was not begun; ask again later. If it rejects, nothing of the transaction is kept. */
export type Evaluate = (request: EvaluationRequest) => Promise<Outcome | { readonly kind: "busy" }>;

export interface OffThreadOptions {
  readonly evaluate?: Evaluate | undefined;
  /** ms that one try may take. */
  readonly time: number;
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
}

/** Lists the tries of an evaluation that time stopped, by the pause before each, in ms: one slow moment decides nothing. */
export const tries = [0, 100, 1_000];
/** Limits the wait for a free thread, in pauses of so many ms. */
const busy = { maxPauses: 60, pause: 1_000 };
/** Evaluations that are under way at once. Others of the same threads get their turn. */
const atOnce = 2;

/** Reports that the engine stops before an evaluation in another thread: nothing of the transaction is kept. */
export class EngineStops extends Error {
  override readonly name = "EngineStops";

  constructor() {
    super("the engine stops: nothing of this was kept, send it again");
  }
}

/** Evaluates what took too long where others wait: alone, and in another thread if there is one. */
export class OffThreadEvaluator {
  readonly #options: OffThreadOptions;
  #running = 0;
  #waiting: { readonly resolve: () => void; readonly reject: (error: EngineStops) => void }[] = [];
  #stopping = false;

  constructor(options: OffThreadOptions) {
    this.#options = options;
  }

  /** From now on nothing more is begun, until it is told otherwise; what is under way ends. */
  set stopping(stopping: boolean) {
    this.#stopping = stopping;
    if (!stopping) return;
    for (const { reject } of this.#waiting) reject(new EngineStops());
    this.#waiting = [];
  }

  /**
   * Tries it up to three times.
   * @returns what it came to; of the kind `late` if none of them ended in time @throws EngineStops, what `evaluate` throws
   */
  async settle(over: OverBudget): Promise<Outcome> {
    if (this.#stopping) throw new EngineStops();
    if (this.#running >= atOnce) await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    else this.#running++;
    try {
      return await this.#try(over);
    } finally {
      // Whoever waits takes the place.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next.resolve();
    }
  }

  async #try(over: OverBudget): Promise<Outcome> {
    const { sleep = pause } = this.#options;
    const { source } = over.evaluable;
    if (source.kind === "compose") {
      // The next run of the transaction is the next try.
      await sleep(tries[source.try]!);
      return { kind: "result", result: null };
    }
    let last: Outcome = { kind: "late", message: "it was never tried" };
    for (const ms of tries) {
      if (ms > 0) await sleep(ms);
      last = await this.#once(over);
      if (last.kind !== "late") return last;
    }
    return { kind: "late", message: `${last.message}; it was tried ${tries.length} times` };
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
    return { kind: "late", message: "others kept all worker threads busy" };
  }
}
