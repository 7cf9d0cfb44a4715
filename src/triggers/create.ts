import type { TemplateOptions } from "../compile.ts";
import type { Channel } from "../dispatch/index.ts";
import type { EngineStore } from "../store/index.ts";
import { serviceLimits } from "../template/index.ts";
import type { Checker } from "./definition/check.ts";
import type { TriggerState } from "./definition/definition.ts";
import { Planner } from "./definition/plan.ts";
import { statusOf } from "./definition/trigger.ts";
import { type Collected, type Engine, type EngineEvent, NotFoundError, type Updated } from "./engine.ts";
import { EngineTransactions } from "./engine-transactions.ts";
import { explain } from "./explain.ts";
import type { CostOptions } from "./fire/costs.ts";
import type { Evaluate } from "./fire/off-thread.ts";
import { threadClock } from "./fire/thread-clock.ts";
import { forget } from "./ingest/forget.ts";
import type { IngestItem } from "./ingest/ingest.ts";
import { IngestQueue } from "./ingest/ingest-queue.ts";
import { split } from "./ingest/split.ts";
import { Maintenance } from "./maintenance.ts";
import { Backfills } from "./runs/backfill.ts";

export interface EngineOptions {
  readonly store: EngineStore;
  readonly channels: { readonly [name: string]: Channel };
  /** By channel: a template of the destination, for triggers that name none. @default {} */
  readonly to?: { readonly [channel: string]: string } | undefined;
  /**
   * Function sets, zone, locale and limits of conditions and templates. Their clock is `clock`. Their `monotonicClock`
   * is by default the CPU time of this thread, so that other processes make no evaluation late.
   */
  readonly templates: TemplateOptions;
  /** ms since 1970. @default Date.now */
  readonly clock?: (() => number) | undefined;
  /**
   * Time in ms that all evaluations of one transaction (mappings, conditions, templates) have together, by the
   * `monotonicClock` of `templates`, because the rest of this thread waits for them. A transaction that takes longer is
   * rolled back, and the slow evaluation is made with `evaluate`.
   * @default 20 with `evaluate`; without it no limit, and each evaluation has `limits.time` of `templates`
   */
  readonly budget?: number | undefined;
  /**
   * Evaluates in another thread, within the time that the request names. Without it, an evaluation that `limits.time`
   * of `templates` ended is tried again in this thread.
   */
  readonly evaluate?: Evaluate | undefined;
  /** Compiles, lints and tests in another thread for `plan`, `apply` and `explain`. @default in this one */
  readonly checker?: Checker | undefined;
  /**
   * Pauses a trigger of whose firings too many exceed a limit: its state is `failed` until it is activated again.
   * @default 20 of its last 100
   */
  readonly costs?: CostOptions | undefined;
  /** Waits `ms` before an evaluation that ran out of time is tried again. @default setTimeout */
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
  /** Is called after something was added to the outbox, so that a dispatcher can wake. Must not throw. */
  readonly onEnqueued?: (() => void) | undefined;
  /** Reports what the engine did, after the commit. Must not throw. */
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
  /** Reports what went wrong in the background. Must not throw. */
  readonly onProblem?: ((problem: { readonly doing: string; readonly error: unknown }) => void) | undefined;
}

export function createEngine(options: EngineOptions): Engine {
  const { store, channels, to = {}, onEnqueued = () => {}, onProblem = () => {} } = options;
  const clock = (): number => Math.floor((options.clock ?? Date.now)());
  const { monotonicClock = threadClock() } = options.templates;
  const templates: TemplateOptions = { ...options.templates, monotonicClock, clock: () => new Date(clock()) };
  const compileOptions = { templates, channels, to };
  const { evaluate, budget = evaluate === undefined ? undefined : 20, costs, sleep, onEvent } = options;
  const offThread = { evaluate, time: templates.limits?.time ?? serviceLimits.time, sleep };
  const transactions = new EngineTransactions({ store, compileOptions, clock, onEvent, budget, offThread, costs });
  const maintenance = new Maintenance({ store, transactions, clock, onEnqueued, onProblem, channels });
  const wake = (): void => maintenance.wake();
  const ingestQueue = new IngestQueue(transactions, () => {
    onEnqueued();
    wake();
  });
  const { checker } = options;
  const planner = new Planner({ store, transactions, compileOptions, clock, wake, checker });
  const backfills = new Backfills({ store, transactions, wake });

  return {
    update: async (updates) => {
      const items = updates.map((update): IngestItem => ({ kind: "update", update }));
      return (await ingestQueue.take(items)) as readonly Updated[];
    },
    async collect(stream, payloads, { keys = [], signed = false } = {}) {
      const { streams } = await transactions.current();
      if (!streams.has(stream)) throw new NotFoundError("stream", stream, streams.keys());
      const items = payloads.map(
        (payload, i): IngestItem => ({ kind: "event", stream, payload, key: keys[i], signed }),
      );
      return (await ingestQueue.take(items)) as readonly Collected[];
    },
    forget: (profile) => forget(store, clock, profile),
    async split(profile) {
      const result = await transactions.settle((context, catalog) => split(context, catalog, profile));
      wake();
      return result;
    },
    plan: (desired) => planner.plan(desired),
    apply: (desired, { fire = false } = {}) => planner.apply(desired, fire),
    setState: (trigger, state) => planner.setState(trigger, state),
    async broken({ failed = false } = {}) {
      const { broken } = await transactions.current();
      if (broken.length === 0) return [];
      const states: readonly TriggerState[] = failed ? ["active", "failed"] : ["active"];
      const inForce = (await store.definitions.all()).filter(
        ({ kind, status }) => kind !== "trigger" || states.includes(statusOf(status).state),
      );
      return broken.filter(({ kind, of }) => inForce.some((one) => one.kind === kind && one.name === of));
    },
    estimate: (trigger, asked) => backfills.estimate(trigger, asked),
    backfill: (trigger, asked) => backfills.start(trigger, asked),
    setRun: (run, state) => backfills.setRun(run, state),
    tick: () => maintenance.tick(),
    start: () => maintenance.start(),
    async stop() {
      transactions.stopping = true;
      await maintenance.stop();
      await ingestQueue.idle();
      transactions.stopping = false;
    },
    explain: (profile, trigger) => explain({ store, transactions, clock, checker }, profile, trigger),
  };
}
