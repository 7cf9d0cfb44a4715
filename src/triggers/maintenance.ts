import type { Channel } from "../dispatch/index.ts";
import type { EngineStore, Run, RunKind } from "../store/index.ts";
import { AlarmRunner } from "./alarms/alarm-runner.ts";
import type { AudienceStatus, Catalog } from "./definition/catalog.ts";
import { statusJson, statusOf } from "./definition/trigger.ts";
import type { DefinitionError } from "./engine.ts";
import type { EngineTransactions } from "./engine-transactions.ts";
import { halfOf, OverBudget } from "./fire/budget.ts";
import { maxDue, settleDue, settleOne, startBatches, startSweeps, sweepDue } from "./fire/due.ts";
import { EngineStops } from "./fire/elsewhere.ts";
import type { FiringContext } from "./fire/fire.ts";
import { mergeRetention } from "./ingest/split.ts";
import { createPace, type Pace } from "./runs/rate-limit.ts";
import { runStep } from "./runs/run-step.ts";

interface ClockworkOptions {
  readonly store: EngineStore;
  readonly sessions: EngineTransactions;
  readonly channels: { readonly [name: string]: Channel };
  readonly clock: () => number;
  readonly onSent: () => void;
  readonly onProblem: (problem: { readonly doing: string; readonly error: unknown }) => void;
}

/** Profiles that one piece of a run takes: as many as fit into so many ms, so that what happens now is not held up. */
const pieces = { first: 32, least: 8, most: 128, ms: 8 };
/** How often to look for what other processes started, in ms. */
const poll = 1_000;
const day = 86_400_000;
/** How often what is too old is removed, and how long each is kept, in ms. Sweeps come every few minutes. */
const pruning = {
  every: 600_000,
  firings: 400 * day,
  sweeps: 7 * day,
  answers: day,
  events: 7 * day,
  merges: mergeRetention,
  most: 500,
};
/** What happens now goes first. */
const lowPriority = { lowPriority: true };
/** How often alarms are judged, in ms. */
const alarmEvery = 60_000;

/** The size of the next piece, if `took` profiles took so many ms. Half way, since one measurement says little. */
function fitting(size: number, took: number, ms: number): number {
  if (took === 0) return size;
  const wanted = (took * pieces.ms) / Math.max(ms, 0.1);
  return Math.round(Math.min(pieces.most, Math.max(pieces.least, (size + wanted) / 2)));
}

const keyOf = ({ kind, of, message }: DefinitionError): string => `${kind} ${of} ${message}`;

/** Does what is due: firings that waited, schedules, sweeps, runs, alarms, and tidying up. */
export class Maintenance {
  readonly #options: ClockworkOptions;
  readonly #alarms: AlarmRunner;
  /** By run; `done` is how much of it they know. */
  readonly #paces = new Map<string, { readonly pace: Pace; done: number }>();
  #prunedAt = 0;
  #judgedAt = 0;
  #going = false;
  #loop: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #woken = false;
  readonly #told = new Set<string>();
  /** How many profiles a piece takes: a sweep's are cheaper. */
  readonly #sizes = new Map<RunKind, number>();
  /** The version of the program whose broken triggers are not active any more. */
  #failed: number | undefined;
  /** Runs take turns. */
  #last: string | undefined;
  /** Holds evaluations in other threads, by the id of their firing or run: nothing else waits for them. */
  readonly #aside = new Map<string, Promise<void>>();
  /** Limits how many due firings are taken at once. */
  #due = maxDue;

  constructor(options: ClockworkOptions) {
    this.#options = options;
    this.#alarms = new AlarmRunner(options);
  }

  /** See `Engine.tick`. */
  async tick(): Promise<number | undefined> {
    const next = await this.#step();
    if (this.#aside.size === 0 || (next !== undefined && next <= this.#options.clock())) return next;
    // There is nothing else to do.
    await Promise.race(this.#aside.values());
    return this.#options.clock();
  }

  /** Does not wait for evaluations in other threads: they wake it. */
  async #step(): Promise<number | undefined> {
    const { store, clock, sessions } = this.#options;
    const now = clock();
    const program = await sessions.current();
    if (program.broken.length > 0) await this.#fail(program);
    const times: number[] = [];
    const firings = await store.firings.nextDue();
    if (firings !== undefined && firings <= now) {
      if (await this.#settleDue()) return now;
    } else if (firings !== undefined) times.push(firings);
    const planned = await this.#timetable(program, now);
    if (planned !== undefined && planned <= now) return now;
    if (planned !== undefined) times.push(planned);
    if (program.alarms.size > 0) {
      if (Math.abs(now - this.#judgedAt) >= alarmEvery) {
        this.#judgedAt = now;
        await this.#alarms.judge(program, now);
      }
      times.push(this.#judgedAt + alarmEvery);
    }
    if (now - this.#prunedAt >= pruning.every && (await this.#prune(program, now))) this.#prunedAt = now;
    const runs = await this.#work(now);
    if (runs !== undefined) times.push(runs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  start(): void {
    if (this.#going) return;
    this.#going = true;
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#going = false;
    this.wake();
    await this.#loop;
    this.#loop = undefined;
    await Promise.all(this.#aside.values());
  }

  /** Something may be due earlier than it was. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    while (this.#going) {
      this.#woken = false;
      let wait = poll;
      try {
        const next = await this.#step();
        if (next !== undefined) wait = Math.min(poll, Math.max(0, next - this.#options.clock()));
      } catch (error) {
        this.#options.onProblem({ doing: "doing what is due", error });
      }
      if (this.#woken || !this.#going) continue;
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

  /** @returns whether there was any */
  async #settleDue(): Promise<boolean> {
    const { sessions, onSent } = this.#options;
    const most = this.#due;
    const aside = new Set(this.#aside.keys());
    try {
      const work = (moment: FiringContext, program: Catalog) => settleDue(moment, program, { most, aside });
      const { count, sent, next } = await sessions.run(work, { items: most });
      if (sent) onSent();
      if (next === "more") this.#due = Math.min(maxDue, most * 2);
      if (next === "fewer") this.#due = halfOf(count);
      return count > 0;
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
      const id = error.item as string;
      if (error.isCulprit || most === 1) {
        const one = (moment: FiringContext, program: Catalog) => settleOne(moment, program, id);
        this.#putAside(id, async () => {
          if ((await sessions.alone(error, one)).sent) onSent();
        });
      } else this.#due = halfOf(most);
      return true;
    }
  }

  #putAside(id: string, work: () => Promise<void>): void {
    const working = work()
      .catch((error: unknown) => {
        // It goes on after the next start.
        if (!(error instanceof EngineStops)) this.#options.onProblem({ doing: "evaluating what takes long", error });
      })
      .finally(() => {
        this.#aside.delete(id);
        this.wake();
      });
    this.#aside.set(id, working);
  }

  /** A trigger that is active and cannot run says so, and is not active any more. */
  async #fail({ broken, version }: Catalog): Promise<void> {
    const { sessions, onProblem } = this.#options;
    if (version === this.#failed) return;
    await sessions.run(async ({ transaction: { definitions } }) => {
      for (const { kind, name, status } of await definitions.all()) {
        const error = broken.find((one) => one.kind === kind && one.of === name);
        const { state, activatedAt } = statusOf(status);
        if (kind !== "trigger" || error === undefined || state !== "active") continue;
        const reason = `${error.path.join(".")}: ${error.message}`;
        await definitions.setStatus(kind, name, statusJson({ state: "failed", reason, activatedAt }), true);
      }
    });
    this.#failed = version;
    for (const error of broken) {
      if (this.#told.has(keyOf(error))) continue;
      this.#told.add(keyOf(error));
      onProblem({ doing: `reading the ${error.kind} ${error.of}`, error });
    }
  }

  /** Starts runs whose time has come. @returns when the next comes */
  async #timetable(program: Catalog, now: number): Promise<number | undefined> {
    const { store, sessions } = this.#options;
    const scheduled = [...program.triggers.values()].some(({ definition: { on } }) => "audience" in on);
    const timeDependent = [...program.audiences.values()].some(({ condition }) => condition.timeDependent);
    if (!scheduled && !timeDependent) return undefined;
    let [batch, sweep] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const { kind, name, status } of await store.definitions.all()) {
      if (kind === "trigger") {
        const { state, next } = statusOf(status);
        if (state === "active" && next !== undefined && program.triggers.has(name)) batch = Math.min(batch, next);
      } else if (kind === "audience" && program.audiences.has(name)) {
        const at = sweepDue(program.audiences.get(name)!, (status ?? {}) as AudienceStatus, now);
        if (at !== undefined) sweep = Math.min(sweep, at);
      }
    }
    if (batch <= now) await sessions.run(startBatches);
    if (sweep <= now) await sessions.run(startSweeps);
    const next = Math.min(batch, sweep);
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** A piece of the run whose turn it is. @returns when to come again */
  async #work(now: number): Promise<number | undefined> {
    const { store, sessions } = this.#options;
    const { items } = await store.runs.list({ state: "running", limit: 100 });
    if (items.length === 0) return undefined;
    const turns = [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
    const first = turns.findIndex(({ id }) => this.#last !== undefined && id > this.#last);
    let next: number | undefined;
    for (let i = 0; i < turns.length; i++) {
      const run = turns[(Math.max(0, first) + i) % turns.length]!;
      if (this.#aside.has(run.id)) continue;
      const pace = this.#paceOf(run);
      const size = this.#sizes.get(run.kind) ?? pieces.first;
      const room = pace === undefined ? size : Math.min(size, pace.room(now));
      if (room < 1) {
        const at = pace!.nextAt(now);
        next = next === undefined ? at : Math.min(next, at);
        continue;
      }
      this.#last = run.id;
      await this.#piece(run, room, sessions);
      return now;
    }
    return next;
  }

  async #piece(run: Run, room: number, sessions: EngineTransactions): Promise<void> {
    const { onSent } = this.#options;
    const pieceOf = (room: number) => async (moment: FiringContext, program: Catalog) => {
      const current = await moment.transaction.runs.get(run.id);
      if (current?.state !== "running") return false;
      // Another process went on with it: that room is not there any more.
      if (run.pace !== undefined && current.done !== run.done) return false;
      const started = performance.now();
      const { run: worked, sent } = await runStep(moment, program, current, room);
      const size = this.#sizes.get(run.kind) ?? pieces.first;
      this.#sizes.set(run.kind, fitting(size, worked.done - current.done, performance.now() - started));
      return sent;
    };
    try {
      if (await sessions.run(pieceOf(room), { ...lowPriority, items: room })) onSent();
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
      const before = error.item as number;
      // Those before it go first: it is the first of the next piece.
      if (before > 0) this.#sizes.set(run.kind, before);
      else {
        this.#putAside(run.id, async () => {
          if (await sessions.alone(error, pieceOf(1), lowPriority)) onSent();
        });
      }
    }
  }

  /** What was done of the run, by whichever process and before whichever restart, is taken from its pace. */
  #paceOf({ id, pace: promised, done, startedAt, updatedAt }: Run): Pace | undefined {
    if (promised === undefined) return undefined;
    if (this.#paces.size > 1_000) this.#paces.clear();
    const known = this.#paces.get(id) ?? { pace: createPace(promised, startedAt), done: 0 };
    this.#paces.set(id, known);
    if (done > known.done) known.pace.take(done - known.done, updatedAt);
    known.done = done;
    return known.pace;
  }

  /** @returns whether all of it was removed */
  async #prune(program: Catalog, now: number): Promise<boolean> {
    const { store } = this.#options;
    const { most } = pruning;
    let removed = await store.idempotency.prune(now - pruning.answers, most);
    removed += await store.transaction(async ({ events, firings, runs, profiles }) => {
      let count = await firings.prune(now - pruning.firings, most);
      count += await profiles.pruneMerges(now - pruning.merges, most);
      count += await runs.prune(["backfill", "batch"], now - pruning.firings, most);
      count += await runs.prune(["sweep", "clear"], now - pruning.sweeps, most);
      let longest = pruning.events;
      for (const { name, definition } of program.streams.values()) {
        const { keep = pruning.events } = definition;
        longest = Math.max(longest, keep);
        count += await events.prune(name, now - keep, most);
      }
      // How long those of a stream that cannot run are kept is not known.
      if (program.broken.some(({ kind }) => kind === "stream")) return count;
      // Those of streams that are declared no more.
      return count + (await events.prune(undefined, now - longest, most));
    }, lowPriority);
    return removed === 0;
  }
}
