import { setImmediate as othersTurn } from "node:timers/promises";
import type { Json } from "../../base/json.ts";
import type { TemplateOptions } from "../../compile.ts";
import type { Channel } from "../../dispatch/index.ts";
import type { Update } from "../../profiles/index.ts";
import type { Definition, EngineStore } from "../../store/index.ts";
import { createEngine } from "../create.ts";
import type { AudienceStatus } from "../definition/catalog.ts";
import { type TriggerDefinition, triggerDefinition } from "../definition/definition.ts";
import { nextTime } from "../definition/schedule.ts";
import { statusJson, statusOf } from "../definition/trigger.ts";
import type { DesiredState, Engine } from "../engine.ts";
import { isScheduled } from "../fire/due.ts";
import { recordingStore, type SimulationEvent } from "./record.ts";

/** Adds the time of arrival to an update or event, in ms since 1970. */
export type Timed =
  | { readonly at: number; readonly update: Update }
  | { readonly at: number; readonly stream: string; readonly payload: Json };

export interface SimulateOptions {
  /** A copy of the real store, because the simulation writes to it. */
  readonly store: EngineStore;
  /** Check and compose; nothing is sent. */
  readonly channels: { readonly [name: string]: Channel };
  /** See `EngineOptions.to`. */
  readonly to?: { readonly [channel: string]: string } | undefined;
  readonly templates: TemplateOptions;
  /** Time to simulate, in ms since 1970, both ends included. */
  readonly from: number;
  readonly until: number;
  /** Definitions that are applied at the start. */
  readonly desired?: DesiredState | undefined;
  /** Triggers that are active from the start, whatever their state is now. */
  readonly activate?: readonly string[] | undefined;
  /** Triggers that are backfilled at the start. */
  readonly backfill?: readonly string[] | undefined;
  /** Lists the updates and events that arrive, in order of time. */
  readonly updates?: AsyncIterable<Timed> | Iterable<Timed> | undefined;
  /** Ends the simulation early. */
  readonly signal?: AbortSignal | undefined;
}

/** Sets after how many ticks the event loop gets its turn. */
const turn = 32;

/**
 * Simulates schedules, quiet hours, waits, re-evaluations and arriving updates, on a clock that jumps from one due time
 * to the next. Schedules run as they would from `from` on, whether that is in the past or the future; firings that wait
 * for a time before `from` continue at once.
 * @throws RangeError if `until` is before `from` or `updates` are out of order; NotFoundError, DefinitionError
 */
export async function* simulate(options: SimulateOptions): AsyncGenerator<SimulationEvent> {
  const { store, channels, to, templates, from, until: end, desired, activate = [], backfill = [], signal } = options;
  if (!(from <= end)) throw new RangeError("a simulation cannot end before it begins");
  let now = from;
  const pending: SimulationEvent[] = [];
  const record = (event: SimulationEvent): void => {
    pending.push(event);
  };
  const problem = (reason: string): void => record({ kind: "problem", at: now, reason });
  const engine = createEngine({
    store: recordingStore(store, () => now, record),
    channels,
    to,
    templates,
    clock: () => now,
    onProblem: ({ doing, error }) => problem(`${doing}: ${(error as Error).message}`),
  });

  /** Does everything that is due until `time`, then moves the clock there. */
  async function* until(time: number): AsyncGenerator<SimulationEvent> {
    for (let i = 1; signal?.aborted !== true; i++) {
      const next = await engine.tick();
      yield* pending.splice(0);
      if (next === undefined || next > time) break;
      now = Math.max(now, next);
      if (i % turn === 0) await othersTurn();
    }
    now = time;
  }

  await resetTo(store, from);
  await begin(engine, desired, activate);
  // Audiences are populated before anything else happens.
  yield* until(from);
  for (const trigger of backfill) await engine.backfill(trigger);
  for await (const one of options.updates ?? []) {
    if (one.at < now) throw new RangeError(`updates are out of order: ${iso(one.at)} comes after ${iso(now)}`);
    if (one.at > end || signal?.aborted) break;
    yield* until(one.at);
    if ("update" in one) {
      const [result] = await engine.update([one.update]);
      if ("problem" in result!) problem(`an update was rejected: ${result.problem}`);
    } else {
      const [result] = await engine.collect(one.stream, [one.payload]);
      if (result?.problem !== undefined)
        problem(`an event of ${one.stream} was mapped to no profile: ${result.problem}`);
    }
    yield* pending.splice(0);
  }
  yield* until(end);
}

const iso = (at: number): string => new Date(at).toISOString();

async function begin(engine: Engine, desired: DesiredState | undefined, activate: readonly string[]): Promise<void> {
  const states = Object.fromEntries(activate.map((name) => [name, "active" as const]));
  if (desired !== undefined) await engine.apply({ ...desired, states: { ...desired.states, ...states } });
  else if (activate.length > 0) await engine.apply({ origin: "api", definitions: {}, states });
}

/** Sets the state back to `from`: schedules come next after it, and no re-evaluation was later. */
async function resetTo(store: EngineStore, from: number): Promise<void> {
  await store.transaction(async ({ definitions }) => {
    for (const { kind, name, body, status } of await definitions.all()) {
      if (kind === "trigger") {
        const then = comingFrom({ body, status }, from);
        if (then !== status) await definitions.setStatus(kind, name, then, true);
      }
      if (kind !== "audience") continue;
      const { reevaluatedAt, ...rest } = (status ?? {}) as AudienceStatus;
      if (reevaluatedAt !== undefined && reevaluatedAt > from) {
        await definitions.setStatus(kind, name, statusJson({ ...rest, reevaluatedAt: from }), true);
      }
    }
  });
}

function comingFrom({ body, status }: Pick<Definition, "body" | "status">, from: number): Json {
  const read = triggerDefinition.safeParse(body);
  const { next: _next, ...current } = statusOf(status);
  const on: TriggerDefinition["on"] | undefined = read.data?.on;
  if (on === undefined || current.state !== "active" || !isScheduled(on)) return status;
  const next = nextTime(on, from - 1, Math.min(current.activatedAt ?? from, from));
  return statusJson({ ...current, ...(next !== undefined && { next }) });
}

/** Counts the firings of one trigger on one day. */
export interface DayOfTrigger {
  /** `2026-03-02`, in the summary's zone. */
  readonly day: string;
  readonly trigger: string;
  readonly sent: number;
  readonly waiting: number;
  readonly skipped: number;
  readonly aborted: number;
  readonly failed: number;
}

/** Counts simulated firings by day and trigger. */
export class Summary {
  readonly #days = new Map<string, { -readonly [key in keyof DayOfTrigger]: DayOfTrigger[key] }>();
  readonly #format: Intl.DateTimeFormat;

  /** @param zone an IANA name @default UTC */
  constructor(zone = "UTC") {
    this.#format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" });
  }

  add(event: SimulationEvent): void {
    if (event.kind === "alarm" || event.kind === "problem") return;
    const { at, trigger, kind } = event;
    const day = this.#format.format(at);
    const key = `${day} ${trigger}`;
    const counts = this.#days.get(key) ?? { day, trigger, sent: 0, waiting: 0, skipped: 0, aborted: 0, failed: 0 };
    this.#days.set(key, counts);
    counts[kind]++;
  }

  /** Returns the counts, by day, then by trigger. */
  days(): readonly DayOfTrigger[] {
    return [...this.#days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, day]) => day);
  }
}
