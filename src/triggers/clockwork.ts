import type { Channel } from "../dispatch/index.ts";
import { settleDue, startBatches, startSweeps, sweepDue } from "./due.ts";
import type { DefinitionError } from "./engine.ts";
import { nextOf, roomOf } from "./pace.ts";
import { type Piece, workPiece } from "./pieces.ts";
import type { AudienceStatus, Program } from "./program.ts";
import { Alarms } from "./ring.ts";
import type { Run } from "./run.ts";
import type { Sessions } from "./sessions.ts";
import type { ProgramStore } from "./store.ts";
import { statusJson, statusOf } from "./trigger.ts";

interface ClockworkOptions {
  readonly store: ProgramStore;
  readonly sessions: Sessions;
  readonly channels: { readonly [name: string]: Channel };
  readonly clock: () => number;
  readonly onSent: () => void;
  readonly onProblem: (problem: { readonly doing: string; readonly error: unknown }) => void;
}

/** Profiles that one piece of a run takes at first, at least and at most: as many as fit into so many ms, so that what happens now is not held up. */
const pieces = { first: 32, least: 8, most: 128, ms: 8 };
/** How often to look for what other processes started, in ms. */
const poll = 1_000;
/** How often what is too old is removed, and how long firings, answers are kept, in ms. */
const pruning = { every: 600_000, firings: 400 * 86_400_000, answers: 86_400_000, events: 7 * 86_400_000, most: 500 };
/** What happens now goes first. */
const yielding = { yields: true };
/** How often alarms are judged, in ms. */
const alarmEvery = 60_000;

/** How many profiles the next piece may take. */
const roomFor = ({ pace, went = [] }: Run, now: number, size: number): number =>
  pace === undefined ? size : Math.min(size, roomOf(pace, went, now));

/** The size of the next piece, if `took` profiles took so many ms. Half way, since one measurement says little. */
function fitting(size: number, took: number, ms: number): number {
  if (took === 0) return size;
  const wanted = (took * pieces.ms) / Math.max(ms, 0.1);
  return Math.round(Math.min(pieces.most, Math.max(pieces.least, (size + wanted) / 2)));
}

const keyOf = ({ kind, of, message }: DefinitionError): string => `${kind} ${of} ${message}`;

/** Does what is due: firings that waited, schedules, sweeps, runs, alarms, and tidying up. */
export class Clockwork {
  readonly #options: ClockworkOptions;
  readonly #alarms: Alarms;
  #prunedAt = 0;
  #judgedAt = 0;
  #going = false;
  #loop: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #woken = false;
  readonly #told = new Set<string>();
  #size = pieces.first;
  /** Runs take turns. */
  #last: string | undefined;

  constructor(options: ClockworkOptions) {
    this.#options = options;
    this.#alarms = new Alarms(options);
  }

  /** See `Engine.tick`. */
  async tick(): Promise<number | undefined> {
    const { store, clock, sessions } = this.#options;
    const now = clock();
    const program = await sessions.current();
    if (program.broken.length > 0) await this.#fail(program);
    const times: number[] = [];
    const firings = await store.firings.nextDue();
    if (firings !== undefined && firings <= now) {
      const { sent } = await sessions.run((moment, current) => settleDue(moment, current));
      if (sent) this.#options.onSent();
      return now;
    }
    if (firings !== undefined) times.push(firings);
    const planned = await this.#timetable(program, now);
    if (planned !== undefined && planned <= now) return now;
    if (planned !== undefined) times.push(planned);
    if (program.alarms.size > 0) {
      if (now - this.#judgedAt >= alarmEvery) {
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
        const next = await this.tick();
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

  /** A trigger that is active and cannot run says so, and is not active any more. */
  async #fail({ broken }: Program): Promise<void> {
    const { sessions, onProblem } = this.#options;
    const fresh = broken.filter((error) => !this.#told.has(keyOf(error)));
    if (fresh.length === 0) return;
    await sessions.run(async ({ transaction: { definitions } }) => {
      for (const { kind, name, status } of await definitions.all()) {
        const error = fresh.find((one) => one.kind === kind && one.of === name);
        const { state, activatedAt } = statusOf(status);
        if (kind !== "trigger" || error === undefined || state !== "active") continue;
        const reason = `${error.path.join(".")}: ${error.message}`;
        await definitions.setStatus(kind, name, statusJson({ state: "failed", reason, activatedAt }), true);
      }
    });
    for (const error of fresh) {
      this.#told.add(keyOf(error));
      onProblem({ doing: `reading the ${error.kind} ${error.of}`, error });
    }
  }

  /** Starts runs whose time has come. @returns when the next comes */
  async #timetable(program: Program, now: number): Promise<number | undefined> {
    const { store, sessions } = this.#options;
    const scheduled = [...program.triggers.values()].some(({ definition: { on } }) => "audience" in on);
    const timed = [...program.audiences.values()].some(({ condition }) => condition.timed);
    if (!scheduled && !timed) return undefined;
    let [batch, sweep] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const { kind, name, status } of await store.definitions.all()) {
      if (kind === "trigger") {
        const { state, next } = statusOf(status);
        if (state === "active" && next !== undefined) batch = Math.min(batch, next);
      } else if (kind === "audience" && program.audiences.has(name)) {
        const at = sweepDue(program.audiences.get(name)!, (status ?? {}) as AudienceStatus);
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
      if (roomFor(run, now, 1) < 1) {
        const at = nextOf(run.pace!, run.went ?? [], now);
        next = next === undefined ? at : Math.min(next, at);
        continue;
      }
      this.#last = run.id;
      const { sent } = await this.#piece(run, sessions);
      if (sent) this.#options.onSent();
      return now;
    }
    return next;
  }

  async #piece(run: Run, sessions: Sessions): Promise<Pick<Piece, "sent">> {
    return sessions.run(async (moment, program) => {
      const current = await moment.transaction.runs.get(run.id);
      if (current?.state !== "running") return { sent: false };
      // Another process may have taken what room there was.
      const room = roomFor(current, moment.now, this.#size);
      if (room < 1) return { sent: false };
      const started = performance.now();
      const piece = await workPiece(moment, program, current, room);
      this.#size = fitting(this.#size, piece.took, performance.now() - started);
      return piece;
    }, yielding);
  }

  /** @returns whether all of it was removed */
  async #prune(program: Program, now: number): Promise<boolean> {
    const { store } = this.#options;
    const { most } = pruning;
    let removed = await store.answers.prune(now - pruning.answers, most);
    removed += await store.transaction(async ({ events, firings }) => {
      let count = await firings.prune(now - pruning.firings, most);
      for (const { name, definition } of program.streams.values()) {
        count += await events.prune(name, now - (definition.keep ?? pruning.events), most);
      }
      return count;
    }, yielding);
    return removed === 0;
  }
}
