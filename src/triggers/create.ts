import type { TemplateOptions } from "../compile.ts";
import type { Channel } from "../dispatch/index.ts";
import { Backfills } from "./backfill.ts";
import { Clockwork } from "./clockwork.ts";
import type { Collected, Engine, EngineEvent, Updated } from "./engine.ts";
import { NotDeclared } from "./engine.ts";
import { explain } from "./explain.ts";
import { forget } from "./forget.ts";
import type { Item } from "./intake.ts";
import { Intake } from "./intake-queue.ts";
import { Planner } from "./plan.ts";
import { Sessions } from "./sessions.ts";
import { split } from "./split.ts";
import type { ProgramStore } from "./store.ts";
import { statusOf } from "./trigger.ts";

export interface EngineOptions {
  readonly store: ProgramStore;
  readonly channels: { readonly [name: string]: Channel };
  /** By channel: a template of where to, for triggers that say nothing of it. @default {} */
  readonly to?: { readonly [channel: string]: string } | undefined;
  /** What conditions and templates have: function sets, zone, locale. Their clock is `clock`. */
  readonly templates: TemplateOptions;
  /** ms since 1970. @default Date.now */
  readonly clock?: (() => number) | undefined;
  /** Something was handed over to the outbox: the dispatcher may wake. */
  readonly onSent?: (() => void) | undefined;
  /** Must not throw. */
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
  /** What went wrong where nobody waits for an answer. Must not throw. */
  readonly onProblem?: ((problem: { readonly doing: string; readonly error: unknown }) => void) | undefined;
}

export function createEngine(options: EngineOptions): Engine {
  const { store, channels, to = {}, onSent = () => {}, onProblem = () => {} } = options;
  const clock = (): number => Math.floor((options.clock ?? Date.now)());
  const templates: TemplateOptions = { ...options.templates, clock: () => new Date(clock()) };
  const surroundings = { templates, channels, to };
  const sessions = new Sessions(store, surroundings, clock, options.onEvent);
  const clockwork = new Clockwork({ store, sessions, clock, onSent, onProblem, channels });
  const wake = (): void => clockwork.wake();
  const intake = new Intake(sessions, () => {
    onSent();
    wake();
  });
  const planner = new Planner({ store, sessions, surroundings, clock, wake });
  const backfills = new Backfills({ store, sessions, wake });

  return {
    update: async (updates) => {
      const items = updates.map((update): Item => ({ kind: "update", update }));
      return (await intake.take(items)) as readonly Updated[];
    },
    async collect(stream, payloads, { keys = [], signed = false } = {}) {
      const { streams } = await sessions.current();
      if (!streams.has(stream)) throw new NotDeclared("stream", stream, streams.keys());
      const items = payloads.map((payload, i): Item => ({ kind: "event", stream, payload, key: keys[i], signed }));
      return (await intake.take(items)) as readonly Collected[];
    },
    forget: (profile) => forget(store, clock, profile),
    async split(profile) {
      const result = await sessions.run((moment, program) => split(moment, program, profile));
      wake();
      return result;
    },
    plan: (wanted) => planner.plan(wanted),
    apply: (wanted, { fire = false } = {}) => planner.apply(wanted, fire),
    setState: (trigger, state) => planner.setState(trigger, state),
    async broken() {
      const { broken } = await sessions.current();
      const inForce = (await store.definitions.all()).filter(
        ({ kind, status }) => kind !== "trigger" || statusOf(status).state === "active",
      );
      return broken.filter(({ kind, of }) => inForce.some((one) => one.kind === kind && one.name === of));
    },
    estimate: (trigger, asked) => backfills.estimate(trigger, asked),
    backfill: (trigger, asked) => backfills.start(trigger, asked),
    setRun: (run, state) => backfills.setRun(run, state),
    tick: () => clockwork.tick(),
    start: () => clockwork.start(),
    async stop() {
      await clockwork.stop();
      await intake.idle();
    },
    explain: (profile, trigger) => explain({ store, sessions, clock }, profile, trigger),
  };
}
