import type { TemplateOptions } from "../compile.ts";
import type { Channel } from "../dispatch/index.ts";
import type { EngineStore } from "../store/index.ts";
import { serviceLimits } from "../template/index.ts";
import type { Checker } from "./definition/check.ts";
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
  /** By channel: a template of where to, for triggers that say nothing of it. @default {} */
  readonly to?: { readonly [channel: string]: string } | undefined;
  /**
   * What conditions and templates have: function sets, zone, locale, limits. Their clock is `clock`; their `monotonicClock` is
   * the time that this thread has worked, unless it is given: what others on the machine do makes no evaluation late.
   */
  readonly templates: TemplateOptions;
  /** ms since 1970. @default Date.now */
  readonly clock?: (() => number) | undefined;
  /**
   * ms that all evaluations of one transaction (mappings, conditions, templates) have together, by the `monotonicClock` of
   * `templates`: others of this thread wait for them. What takes longer is taken back, and evaluated with `evaluate`.
   * @default 20 with `evaluate`; without it none, and each has `limits.time` of `templates`
   */
  readonly budget?: number | undefined;
  /**
   * Evaluates in another thread, within the time that the request says. Without it, what `limits.time` of `templates` ended
   * is tried again in this one.
   */
  readonly evaluate?: Evaluate | undefined;
  /** Compiles, lints and tests what `plan`, `apply` and `explain` are about in another thread. @default in this one */
  readonly checker?: Checker | undefined;
  /** Says when a trigger whose firings exceed a limit is paused: its state is `failed` until it is activated again. @default 20 of its last 100 */
  readonly costs?: CostOptions | undefined;
  /** Waits so many ms before what time ended is tried again. @default setTimeout */
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
  /** Something was handed over to the outbox: the dispatcher may wake. */
  readonly onEnqueued?: (() => void) | undefined;
  /** Must not throw. */
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
  /** What went wrong where nobody waits for an answer. Must not throw. */
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
    plan: (wanted) => planner.plan(wanted),
    apply: (wanted, { fire = false } = {}) => planner.apply(wanted, fire),
    setState: (trigger, state) => planner.setState(trigger, state),
    async broken() {
      const { broken } = await transactions.current();
      const inForce = (await store.definitions.all()).filter(
        ({ kind, status }) => kind !== "trigger" || statusOf(status).state === "active",
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
