import { type Limit, TemplateLimitError } from "../../../grammar/index.ts";
import type { ConditionResult } from "../../audiences/index.ts";
import type { Json } from "../../base/json.ts";
import type { MappedPayload } from "../../profiles/index.ts";
import type { TimeLimit } from "../../template/index.ts";
import type { Evaluable, Outcome, Source } from "./evaluation.ts";

/** Identifies what a transaction works on: the index of an item, or the id of a firing. */
export type ItemKey = number | string;

/**
 * An evaluation that time ended. Thrown through the transaction, so that nothing of it is kept; what it was about is then
 * evaluated elsewhere, see `Elsewhere`, and the transaction is run again.
 */
export class OverBudget extends Error {
  override readonly name = "OverBudget";
  readonly evaluable: Evaluable<unknown>;
  readonly subject: Json;
  readonly item: ItemKey;
  /** Says that this item alone exceeded its share; otherwise all items together took too much. */
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
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
  readonly limit: Limit | undefined;

  constructor(message: string, limit: Limit | undefined) {
    super(message);
    this.limit = limit;
  }
}

/** The limit that ended a template; undefined where it failed for another reason. */
export function limitOf(error: unknown): Limit | undefined {
  return error instanceof TemplateLimitError || error instanceof EvaluationError ? error.limit : undefined;
}

/** Keeps outcomes of evaluations in other threads. A profile or definition that changed meanwhile has another key, so it is evaluated anew. */
export class KnownOutcomes {
  readonly #outcomes = new Map<string, Outcome>();
  readonly #sources = new Set<string>();
  /** Stops asking other threads: what takes too long from here on fails. */
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
  /** ms for all evaluations together; undefined: each has the time limit of its template. */
  readonly total: number | undefined;
  /** ms that one item may take of it. */
  readonly each: number;
  readonly monotonicClock: () => number;
  readonly now: number;
  readonly known: KnownOutcomes;
}

/** The time that the evaluations of one transaction have, which others of this thread wait for. */
export class Budget {
  /** Names the item whose evaluations are counted. */
  item: ItemKey = 0;
  readonly #options: BudgetOptions;
  readonly #startedAt: number;
  #left: number;
  readonly #used = new Map<ItemKey, number>();
  /** While something is measured. */
  #limit: (TimeLimit & { readonly isItems: boolean }) | undefined;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#left = options.total ?? 0;
    this.#startedAt = options.monotonicClock();
  }

  /** Says how many items the next transaction should have, by what this one took, reading and writing included. */
  get next(): "more" | "same" | "fewer" {
    const { total, monotonicClock } = this.#options;
    if (total === undefined) return "more";
    const took = monotonicClock() - this.#startedAt;
    if (took > total) return "fewer";
    return took < total / 4 ? "more" : "same";
  }

  /** Counts what several evaluations of an item take, so that each of them need not be. @param work waits for nothing */
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

  /** @throws OverBudget; TemplateError, EvaluationError */
  evaluate<Result>(evaluable: Evaluable<Result>, subject: Json): Result {
    const { known } = this.#options;
    const outcome = known.get(evaluable.source, subject);
    if (outcome !== undefined) return unwrap(evaluable.source, outcome) as Result;
    return this.measure(this.item, () => this.#evaluate(evaluable, subject));
  }

  /**
   * Says whether what a channel composed, and time ended, has been tried often enough.
   * @throws OverBudget if not: it is tried again
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

/** Returns how many items to try after `count` took too long together. */
export const halfOf = (count: number): number => Math.max(1, Math.floor(count / 2));

/** Conditions and mappings do not throw. */
function lateness({ kind }: Source, result: unknown): { readonly problem?: string } {
  if (kind !== "condition" && kind !== "mapping") return {};
  const { limit, problem = "" } = result as ConditionResult & MappedPayload;
  return limit === "time" ? { problem } : {};
}

/** The result of an evaluation that was made before. @throws EvaluationError */
function unwrap({ kind }: Source, outcome: Outcome): unknown {
  if (outcome.kind === "result") return outcome.result;
  const limit = outcome.kind === "late" ? "time" : outcome.limit;
  const { message } = outcome;
  if (kind === "condition") return { matches: false, problem: message, ...(limit && { limit }) };
  if (kind === "mapping") return { problem: message, ...(limit && { limit }) };
  throw new EvaluationError(message, limit);
}
