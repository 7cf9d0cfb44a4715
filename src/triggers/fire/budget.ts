import { type Limit, TemplateLimitError } from "../../../grammar/index.ts";
import type { ConditionResult } from "../../audiences/index.ts";
import type { Json } from "../../base/json.ts";
import type { MappedPayload } from "../../profiles/index.ts";
import type { TimeLimit } from "../../template/index.ts";
import type { Evaluable, Outcome, Source } from "./evaluation.ts";

/** Identifies what a transaction works on: the index of an item, or the id of a firing. */
export type ItemKey = number | string;

/**
 * Reports an evaluation that ran out of time. Thrown through the transaction, so that nothing of it is committed; the
 * evaluation is then made off-thread (see `OffThreadEvaluator`), and the transaction is run again.
 */
export class OverBudget extends Error {
  override readonly name = "OverBudget";
  readonly evaluable: Evaluable<unknown>;
  readonly subject: Json;
  readonly item: ItemKey;
  /** True if this item alone exceeded its share; false if all items together took too long. */
  readonly isCulprit: boolean;
  /** Time of the transaction, in ms since 1970. */
  readonly now: number;

  constructor(at: Pick<OverBudget, "evaluable" | "subject" | "item" | "isCulprit" | "now">) {
    super(`the time for evaluations is used up by ${at.evaluable.source.kind} of ${at.item}`);
    this.evaluable = at.evaluable;
    this.subject = at.subject;
    this.item = at.item;
    this.isCulprit = at.isCulprit;
    this.now = at.now;
  }
}

/** Reports an evaluation that failed in another thread, or after several tries. */
class EvaluationError extends Error {
  override readonly name = "EvaluationError";
  readonly limit: Limit | undefined;

  constructor(message: string, limit: Limit | undefined) {
    super(message);
    this.limit = limit;
  }
}

/** Returns the limit that ended a template; undefined if it failed for another reason. */
export function limitOf(error: unknown): Limit | undefined {
  return error instanceof TemplateLimitError || error instanceof EvaluationError ? error.limit : undefined;
}

/** Keeps outcomes of evaluations in other threads. A profile or definition that changed meanwhile has another key, so it is evaluated anew. */
export class KnownOutcomes {
  readonly #outcomes = new Map<string, Outcome>();
  readonly #sources = new Set<string>();
  /** If true, nothing more is evaluated in other threads: an evaluation that takes too long fails. */
  isFull = false;

  add({ evaluable: { source }, subject }: Pick<OverBudget, "evaluable" | "subject">, outcome: Outcome): void {
    const name = JSON.stringify(source);
    this.#sources.add(name);
    this.#outcomes.set(keyOf(name, subject), outcome);
  }

  get(source: Source, subject: Json): Outcome | undefined {
    if (this.#sources.size === 0) return undefined;
    const name = JSON.stringify(source);
    return this.#sources.has(name) ? this.#outcomes.get(keyOf(name, subject)) : undefined;
  }
}

const keyOf = (source: string, subject: Json): string => `${source} ${JSON.stringify(subject)}`;

interface BudgetOptions {
  /** ms for all evaluations together; undefined: each evaluation has the time limit of its template. */
  readonly total: number | undefined;
  /** ms of `total` that one item may take. */
  readonly each: number;
  readonly monotonicClock: () => number;
  readonly now: number;
  readonly known: KnownOutcomes;
}

/**
 * Holds the time that the evaluations of one transaction may take together, because the rest of this thread waits for
 * them.
 */
export class Budget {
  /** Names the item whose evaluations are counted. */
  item: ItemKey = 0;
  readonly #options: BudgetOptions;
  readonly #startedAt: number;
  #left: number;
  readonly #used = new Map<ItemKey, number>();
  /** Is set while an item is measured. */
  #limit: (TimeLimit & { readonly isItems: boolean }) | undefined;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#left = options.total ?? 0;
    this.#startedAt = options.monotonicClock();
  }

  /**
   * Returns how many items the next transaction should have, by the time that this one took, reading and writing
   * included.
   */
  get next(): "more" | "same" | "fewer" {
    const { total, monotonicClock } = this.#options;
    if (total === undefined) return "more";
    const took = monotonicClock() - this.#startedAt;
    if (took > total) return "fewer";
    return took < total / 4 ? "more" : "same";
  }

  /** Measures several evaluations of an item at once, which is cheaper than measuring each. @param work synchronous */
  measure<Result>(item: ItemKey, work: () => Result): Result {
    this.item = item;
    const { total, each, monotonicClock } = this.#options;
    if (total === undefined || this.#limit !== undefined) return work();
    const since = monotonicClock();
    const used = this.#used.get(item) ?? 0;
    this.#limit = { time: Math.min(this.#left, each - used), since, isItems: each - used <= this.#left };
    try {
      return work();
    } finally {
      this.#limit = undefined;
      const took = monotonicClock() - since;
      this.#left -= took;
      this.#used.set(item, used + took);
    }
  }

  /**
   * Evaluates within the time that is left, or returns the known outcome. @throws OverBudget, TemplateError,
   * EvaluationError
   */
  evaluate<Result>(evaluable: Evaluable<Result>, subject: Json): Result {
    const { known } = this.#options;
    const outcome = known.get(evaluable.source, subject);
    if (outcome !== undefined) return unwrap(evaluable.source, outcome) as Result;
    return this.measure(this.item, () => this.#evaluate(evaluable, subject));
  }

  /**
   * Checks that composing with a channel, which ran out of time, has been tried often enough.
   * @throws OverBudget if not, so that composing is tried again
   */
  composed(channel: string, subject: Json, tries: number): void {
    const { known, now } = this.#options;
    for (let i = 1; i < tries && !known.isFull; i++) {
      const source = { kind: "compose", channel, try: i } as const;
      if (known.get(source, subject) !== undefined) continue;
      const evaluable = { source, evaluate: () => undefined };
      throw new OverBudget({ evaluable, subject, item: this.item, isCulprit: true, now });
    }
  }

  #evaluate<Result>(evaluable: Evaluable<Result>, subject: Json): Result {
    let result: Result;
    let problem: string | undefined;
    try {
      result = evaluable.evaluate(subject, this.#limit);
      ({ problem } = lateness(evaluable.source, result));
    } catch (error) {
      if (limitOf(error) !== "time") throw error;
      problem = (error as Error).message;
    }
    if (problem === undefined) return result!;
    const { known, now } = this.#options;
    if (known.isFull) return unwrap(evaluable.source, { kind: "late", message: problem }) as Result;
    throw new OverBudget({ evaluable, subject, item: this.item, isCulprit: this.#limit?.isItems ?? true, now });
  }
}

/** Returns how many items to try after `count` items took too long together. */
export const halfOf = (count: number): number => Math.max(1, Math.floor(count / 2));

/** Returns the problem of a condition or mapping that ran out of time: those two report it instead of throwing. */
function lateness({ kind }: Source, result: unknown): { readonly problem?: string } {
  if (kind !== "condition" && kind !== "mapping") return {};
  const { limit, problem = "" } = result as ConditionResult & MappedPayload;
  return limit === "time" ? { problem } : {};
}

/** Returns the result of an evaluation that was made before. @throws EvaluationError */
function unwrap({ kind }: Source, outcome: Outcome): unknown {
  if (outcome.kind === "result") return outcome.result;
  const limit = outcome.kind === "late" ? "time" : outcome.limit;
  const { message } = outcome;
  if (kind === "condition") return { matches: false, problem: message, ...(limit && { limit }) };
  if (kind === "mapping") return { problem: message, ...(limit && { limit }) };
  throw new EvaluationError(message, limit);
}
