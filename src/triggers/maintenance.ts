import type { Channel } from "../dispatch/index.ts";
import type { EngineStore, Run, RunKind } from "../store/index.ts";
import { AlarmRunner } from "./alarms/alarm-runner.ts";
import type { AudienceStatus, Catalog } from "./definition/catalog.ts";
import { statusJson, statusOf } from "./definition/trigger.ts";
import type { DefinitionError } from "./engine.ts";
import type { EngineTransactions } from "./engine-transactions.ts";
import { halfOf, OverBudget } from "./fire/budget.ts";
import { maxDue, reevaluationDue, settleDue, settleOne, startReevaluations, startScheduledRuns } from "./fire/due.ts";
import type { FiringContext } from "./fire/fire.ts";
import { EngineStops } from "./fire/off-thread.ts";
import { mergeRetention } from "./ingest/split.ts";
import { createRateLimiter, type RateLimiter } from "./runs/rate-limit.ts";
import { runStep } from "./runs/run-step.ts";

interface MaintenanceOptions {
  readonly store: EngineStore;
  readonly transactions: EngineTransactions;
  readonly channels: { readonly [name: string]: Channel };
  readonly clock: () => number;
  readonly onEnqueued: () => void;
  readonly onProblem: (problem: { readonly doing: string; readonly error: unknown }) => void;
}

/** Profiles that one step of a run takes: as many as fit in `ms`, so that live events are not held up. */
const stepSize = { first: 32, min: 8, max: 128, ms: 8 };
/** Sets the interval of looking for work that other processes started, in ms. */
const poll = 1_000;
const day = 86_400_000;
/**
 * Sets how often old data is pruned, and how long each kind is kept, in ms. Re-evaluations run every few minutes, so they
 * are kept briefly.
 */
const pruning = {
  every: 600_000,
  firings: 400 * day,
  reevaluations: 7 * day,
  idempotency: day,
  events: 7 * day,
  merges: mergeRetention,
  limit: 500,
};
/** Lets live events go first. */
const lowPriority = { lowPriority: true };
/** Sets the interval of evaluating alarms, in ms. */
const alarmInterval = 60_000;

/**
 * Returns the size of the next step if `count` profiles took `ms`. Moves half way, because one measurement says little.
 */
function adjustedStepSize(size: number, count: number, ms: number): number {
  if (count === 0) return size;
  const desired = (count * stepSize.ms) / Math.max(ms, 0.1);
  return Math.round(Math.min(stepSize.max, Math.max(stepSize.min, (size + desired) / 2)));
}

const keyOf = ({ kind, of, message }: DefinitionError): string => `${kind} ${of} ${message}`;

/** Does everything that is due: waiting firings, schedules, re-evaluations, runs, alarms and pruning. */
export class Maintenance {
  readonly #options: MaintenanceOptions;
  readonly #alarms: AlarmRunner;
  /** By run; `done` is the run's progress that the limiter has counted. */
  readonly #rateLimiters = new Map<string, { readonly rateLimiter: RateLimiter; done: number }>();
  #prunedAt = 0;
  #alarmsEvaluatedAt = 0;
  #running = false;
  #loop: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #woken = false;
  readonly #reported = new Set<string>();
  /** Profiles in a step, by kind of run, because a re-evaluation's profiles are cheaper. */
  readonly #sizes = new Map<RunKind, number>();
  /** Version of the catalog whose broken triggers have been set to failed. */
  #failedVersion: number | undefined;
  /** Run that took the last step, because runs take turns. */
  #lastRun: string | undefined;
  /** Evaluations in other threads, by the id of their firing or run: nothing else waits for them. */
  readonly #offThread = new Map<string, Promise<void>>();
  /** Limits the due firings of one transaction. */
  #dueLimit = maxDue;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
    this.#alarms = new AlarmRunner(options);
  }

  /** Implements `Engine.tick`. */
  async tick(): Promise<number | undefined> {
    const next = await this.#work();
    if (this.#offThread.size === 0 || (next !== undefined && next <= this.#options.clock())) return next;
    // There is nothing else to do until one of them ends.
    await Promise.race(this.#offThread.values());
    return this.#options.clock();
  }

  /** Does what is due without waiting for evaluations in other threads, which wake the loop. */
  async #work(): Promise<number | undefined> {
    const { store, clock, transactions } = this.#options;
    const now = clock();
    const catalog = await transactions.current();
    if (catalog.broken.length > 0) await this.#failBroken(catalog);
    const times: number[] = [];
    const firings = await store.firings.nextDue();
    if (firings !== undefined && firings <= now) {
      if (await this.#settleDue()) return now;
    } else if (firings !== undefined) times.push(firings);
    const planned = await this.#startScheduled(catalog, now);
    if (planned !== undefined && planned <= now) return now;
    if (planned !== undefined) times.push(planned);
    if (catalog.alarms.size > 0) {
      if (Math.abs(now - this.#alarmsEvaluatedAt) >= alarmInterval) {
        this.#alarmsEvaluatedAt = now;
        await this.#alarms.evaluate(catalog, now);
      }
      times.push(this.#alarmsEvaluatedAt + alarmInterval);
    }
    if (now - this.#prunedAt >= pruning.every && (await this.#prune(catalog, now))) this.#prunedAt = now;
    const runs = await this.#stepRuns(now);
    if (runs !== undefined) times.push(runs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.wake();
    await this.#loop;
    this.#loop = undefined;
    await Promise.all(this.#offThread.values());
  }

  /** Looks at once, because something may be due earlier than it was. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    while (this.#running) {
      this.#woken = false;
      let wait = poll;
      try {
        const next = await this.#work();
        if (next !== undefined) wait = Math.min(poll, Math.max(0, next - this.#options.clock()));
      } catch (error) {
        this.#options.onProblem({ doing: "running due work", error });
      }
      if (this.#woken || !this.#running) continue;
      if (wait === 0) await new Promise(setImmediate);
      else {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, wait);
          this.#wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        this.#wake = undefined;
      }
    }
  }

  /** Settles due firings. @returns whether there were any */
  async #settleDue(): Promise<boolean> {
    const { transactions, onEnqueued } = this.#options;
    const limit = this.#dueLimit;
    const offThread = new Set(this.#offThread.keys());
    try {
      const work = (context: FiringContext, catalog: Catalog) => settleDue(context, catalog, { limit, offThread });
      const { count, enqueued, next } = await transactions.run(work, { items: limit });
      if (enqueued) onEnqueued();
      if (next === "more") this.#dueLimit = Math.min(maxDue, limit * 2);
      if (next === "fewer") this.#dueLimit = halfOf(count);
      return count > 0;
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
      const id = error.item as string;
      if (error.isCulprit || limit === 1) {
        const one = (context: FiringContext, catalog: Catalog) => settleOne(context, catalog, id);
        this.#evaluateOffThread(id, async () => {
          if ((await transactions.alone(error, one)).enqueued) onEnqueued();
        });
      } else this.#dueLimit = halfOf(limit);
      return true;
    }
  }

  #evaluateOffThread(id: string, work: () => Promise<void>): void {
    const working = work()
      .catch((error: unknown) => {
        // It continues after the next start.
        if (!(error instanceof EngineStops)) this.#options.onProblem({ doing: "evaluating in another thread", error });
      })
      .finally(() => {
        this.#offThread.delete(id);
        this.wake();
      });
    this.#offThread.set(id, working);
  }

  /** Sets active triggers that cannot run to failed, with the reason. */
  async #failBroken({ broken, version }: Catalog): Promise<void> {
    const { transactions, onProblem } = this.#options;
    if (version === this.#failedVersion) return;
    await transactions.run(async ({ transaction: { definitions } }) => {
      for (const { kind, name, status } of await definitions.all()) {
        const error = broken.find((one) => one.kind === kind && one.of === name);
        const { state, activatedAt } = statusOf(status);
        if (kind !== "trigger" || error === undefined || state !== "active") continue;
        const reason = `${error.path.join(".")}: ${error.message}`;
        await definitions.setStatus(kind, name, statusJson({ state: "failed", reason, activatedAt }), true);
      }
    });
    this.#failedVersion = version;
    for (const error of broken) {
      if (this.#reported.has(keyOf(error))) continue;
      this.#reported.add(keyOf(error));
      onProblem({ doing: `reading the ${error.kind} ${error.of}`, error });
    }
  }

  /** Starts the runs whose time has come. @returns when the next one comes, in ms since 1970 */
  async #startScheduled(catalog: Catalog, now: number): Promise<number | undefined> {
    const { store, transactions } = this.#options;
    const scheduled = [...catalog.triggers.values()].some(({ definition: { on } }) => "audience" in on);
    const timeDependent = [...catalog.audiences.values()].some(({ condition }) => condition.timeDependent);
    if (!scheduled && !timeDependent) return undefined;
    let [nextScheduled, nextReevaluation] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const { kind, name, status } of await store.definitions.all()) {
      if (kind === "trigger") {
        const { state, next } = statusOf(status);
        if (state === "active" && next !== undefined && catalog.triggers.has(name))
          nextScheduled = Math.min(nextScheduled, next);
      } else if (kind === "audience" && catalog.audiences.has(name)) {
        const at = reevaluationDue(catalog.audiences.get(name)!, (status ?? {}) as AudienceStatus, now);
        if (at !== undefined) nextReevaluation = Math.min(nextReevaluation, at);
      }
    }
    if (nextScheduled <= now) await transactions.run(startScheduledRuns);
    if (nextReevaluation <= now) await transactions.run(startReevaluations);
    const next = Math.min(nextScheduled, nextReevaluation);
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** Takes a step of the run whose turn it is. @returns when to come again, in ms since 1970 */
  async #stepRuns(now: number): Promise<number | undefined> {
    const { store, transactions } = this.#options;
    const { items } = await store.runs.list({ state: "running", limit: 100 });
    if (items.length === 0) return undefined;
    const turns = [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
    const first = turns.findIndex(({ id }) => this.#lastRun !== undefined && id > this.#lastRun);
    let next: number | undefined;
    for (let i = 0; i < turns.length; i++) {
      const run = turns[(Math.max(0, first) + i) % turns.length]!;
      if (this.#offThread.has(run.id)) continue;
      const rateLimiter = this.#rateLimiterFor(run);
      const size = this.#sizes.get(run.kind) ?? stepSize.first;
      const limit = rateLimiter === undefined ? size : Math.min(size, rateLimiter.available(now));
      if (limit < 1) {
        const at = rateLimiter!.nextAt(now);
        next = next === undefined ? at : Math.min(next, at);
        continue;
      }
      this.#lastRun = run.id;
      await this.#runStep(run, limit, transactions);
      return now;
    }
    return next;
  }

  async #runStep(run: Run, limit: number, transactions: EngineTransactions): Promise<void> {
    const { onEnqueued } = this.#options;
    const stepOf = (limit: number) => async (context: FiringContext, catalog: Catalog) => {
      const current = await context.transaction.runs.get(run.id);
      if (current?.state !== "running") return undefined;
      // Another process has taken a step since: the limit that was worked out for this one is used up.
      if (run.rateLimit !== undefined && current.done !== run.done) return undefined;
      const startedAt = performance.now();
      const { run: next, enqueued } = await runStep(context, catalog, current, limit);
      return { enqueued, count: next.done - current.done, ms: performance.now() - startedAt };
    };
    const finish = (step: Awaited<ReturnType<ReturnType<typeof stepOf>>>): void => {
      if (step === undefined) return;
      this.#sizes.set(run.kind, adjustedStepSize(this.#sizes.get(run.kind) ?? stepSize.first, step.count, step.ms));
      if (step.enqueued) onEnqueued();
    };
    try {
      finish(await transactions.run(stepOf(limit), { ...lowPriority, items: limit }));
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
      const before = error.item as number;
      // The profiles before the slow one go first, so that it is the first of the next step.
      if (before > 0) this.#sizes.set(run.kind, before);
      else this.#evaluateOffThread(run.id, async () => finish(await transactions.alone(error, stepOf(1), lowPriority)));
    }
  }

  /**
   * Returns the rate limiter of a run. It counts the run's progress, whichever process made it and before whichever
   * restart.
   */
  #rateLimiterFor({ id, rateLimit: promised, done, startedAt, updatedAt }: Run): RateLimiter | undefined {
    if (promised === undefined) return undefined;
    if (this.#rateLimiters.size > 1_000) this.#rateLimiters.clear();
    const known = this.#rateLimiters.get(id) ?? { rateLimiter: createRateLimiter(promised, startedAt), done: 0 };
    this.#rateLimiters.set(id, known);
    if (done > known.done) known.rateLimiter.take(done - known.done, updatedAt);
    known.done = done;
    return known.rateLimiter;
  }

  /** Removes old data. @returns whether all of it is removed */
  async #prune(catalog: Catalog, now: number): Promise<boolean> {
    const { store } = this.#options;
    const { limit } = pruning;
    let removed = await store.idempotency.prune(now - pruning.idempotency, limit);
    removed += await store.transaction(async ({ events, firings, runs, profiles }) => {
      let count = await firings.prune(now - pruning.firings, limit);
      count += await profiles.pruneMerges(now - pruning.merges, limit);
      count += await runs.prune(["backfill", "scheduled"], now - pruning.firings, limit);
      count += await runs.prune(["reevaluate", "cleanup"], now - pruning.reevaluations, limit);
      let longestRetention = pruning.events;
      for (const { name, definition } of catalog.streams.values()) {
        const { retention = pruning.events } = definition;
        longestRetention = Math.max(longestRetention, retention);
        count += await events.prune(name, now - retention, limit);
      }
      // The retention of a stream that cannot run is unknown, so its events are kept.
      if (catalog.broken.some(({ kind }) => kind === "stream")) return count;
      // Removes events of streams that are not defined any more.
      return count + (await events.prune(undefined, now - longestRetention, limit));
    }, lowPriority);
    return removed === 0;
  }
}
