import { isDeepStrictEqual } from "node:util";
import type { ConditionResult } from "../../audiences/index.ts";
import type { Json } from "../../base/json.ts";
import {
  type Definition,
  type DefinitionKind,
  type EngineStore,
  type EngineTransaction,
  type Fields,
  maxRuns,
  type Profile,
  type Runs,
} from "../../store/index.ts";
import { DefinitionError, type DesiredState, NotFoundError, type Plan, type Step } from "../engine.ts";
import type { EngineTransactions } from "../engine-transactions.ts";
import { firstTime } from "../fire/due.ts";
import { newRun, resumePausedRuns, startReevaluation } from "../runs/run-step.ts";
import { type Audience, type Catalog, checkAlarmTargets } from "./catalog.ts";
import { brokenError, type Checker } from "./check.ts";
import { type TriggerState, triggerDefinition } from "./definition.ts";
import { findingsOf, type Samples, samplesFor } from "./findings.ts";
import { streamIdentity } from "./stream-identity.ts";
import { type CompileOptions, checkTargets, statusOf } from "./trigger.ts";
import { checkBody } from "./validate.ts";

interface PlannerOptions {
  readonly store: EngineStore;
  readonly transactions: EngineTransactions;
  readonly compileOptions: CompileOptions;
  readonly clock: () => number;
  readonly wake: () => void;
  readonly checker: Checker | undefined;
}

/** Orders kinds: later ones refer to earlier ones. */
const kinds: readonly DefinitionKind[] = ["profiles", "stream", "audience", "trigger", "alarm"];

/** Limits the profiles that a plan evaluates to count who would enter and leave. */
const maxSampled = 100_000;
const pageSize = 500;
/** Limits pages that another thread tests, because each page is sent there as text. */
const offThreadPage = 100;
/**
 * Limits the time for counting in the other thread, in ms. The result says how many profiles were sampled until then.
 */
const maxCountingTime = 10_000;
const maxShown = 5;

/** Implements `Engine.plan`, `apply` and `setState`. */
export class Planner {
  readonly #options: PlannerOptions;

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  async plan(desired: DesiredState): Promise<Plan> {
    const { store, transactions, compileOptions, clock } = this.#options;
    const before = await store.definitions.all();
    const { steps, after } = changesOf(desired, before, await runningTriggers(store.runs), clock());
    const reject = rejectUnlessKnown(steps, after, await transactions.current());
    const samples = await samplesFor(store, after, steps);
    const explained: Step[] = [];
    if (this.#options.checker === undefined) {
      const catalog = transactions.compile(after, reject);
      const tester = ({ name }: Step): Tester | undefined => {
        const condition = catalog.audiences.get(name)?.condition;
        return condition && { where: condition.where, test: async (all) => all.map((one) => condition.test(one)) };
      };
      for (const step of steps) explained.push(await this.#withMembers(step, tester(step)));
      return { steps: explained, findings: findingsOf(samples, catalog, steps, compileOptions.templates) };
    }
    const { broken, findings } = await this.#check(steps, after, reject, samples);
    const tester = this.#offThreadTester(this.#options.checker, after, broken);
    for (const step of steps) explained.push(await this.#withMembers(step, tester(step)));
    return { steps: explained, findings };
  }

  /**
   * Compiles in another thread, and asks channels in this one. @throws DefinitionError, and why the other thread was
   * ended
   */
  async #check(
    steps: readonly Step[],
    after: readonly Definition[],
    reject: (error: DefinitionError) => void,
    samples: Samples = { profiles: [], events: {} },
  ): Promise<{ readonly broken: readonly DefinitionError[]; readonly findings: Plan["findings"] }> {
    const { channels, to } = this.#options.compileOptions;
    const found = after.flatMap((one) => {
      if (one.kind === "trigger") return errorsOf(() => checkTargets(one, { channels, to }));
      return one.kind === "alarm" ? errorsOf(() => checkAlarmTargets(one, channels)) : [];
    });
    found.forEach(reject);
    const { broken, findings } = await this.#options.checker!.check({
      definitions: after,
      channels: Object.keys(channels),
      to,
      steps: steps.map(({ kind, name, action }) => ({ kind, name, action })),
      samples,
    });
    const errors = broken.map(brokenError);
    errors.forEach(reject);
    return { broken: errors, findings };
  }

  #offThreadTester(
    checker: Checker,
    after: readonly Definition[],
    broken: readonly DefinitionError[],
  ): (step: Step) => Tester | undefined {
    return ({ kind, name }) => {
      if (kind !== "audience" || broken.some((one) => one.kind === kind && one.of === name)) return undefined;
      const found = after.find((one) => one.kind === kind && one.name === name);
      const where = (found?.body as { readonly where?: Json } | undefined)?.where;
      if (typeof where !== "string") return undefined;
      const test = (all: readonly Fields[]) =>
        checker.test(
          where,
          all.map((one) => JSON.stringify(one)),
        );
      return { where, test, pageSize: offThreadPage, time: maxCountingTime };
    };
  }

  async apply(desired: DesiredState, fire: boolean): Promise<Plan> {
    const { transactions, store, wake } = this.#options;
    const total = await store.profiles.count();
    await this.#prepare(desired);
    const steps = await transactions.run(async ({ transaction, now }, current) => {
      const before = await transaction.definitions.all();
      const { steps, after } = changesOf(desired, before, await runningTriggers(transaction.runs), now);
      const catalog = transactions.compile(after, rejectUnlessKnown(steps, after, current));
      await this.#write(transaction, { steps, after, catalog, current, fire, now, total });
      return steps;
    });
    wake();
    return { steps, findings: [] };
  }

  /** Compiles new definitions before the transaction, where nobody waits for it, and reports their problems. */
  async #prepare(desired: DesiredState): Promise<void> {
    const { checker, transactions, store, clock } = this.#options;
    if (checker === undefined || Object.values(desired.definitions).every((some) => Object.keys(some).length === 0))
      return;
    const before = await store.definitions.all();
    const { steps, after } = changesOf(desired, before, await runningTriggers(store.runs), clock());
    await this.#check(steps, after, rejectUnlessKnown(steps, after, await transactions.current()));
    await transactions.prepare(after);
  }

  async setState(trigger: string, state: "active" | "paused" | "draft"): Promise<void> {
    const all = await this.#options.store.definitions.all();
    const triggers = all.filter(({ kind }) => kind === "trigger");
    const found = triggers.find(({ name }) => name === trigger);
    if (found === undefined) throw noTrigger(trigger, triggers);
    await this.apply({ origin: found.origin, definitions: {}, states: { [trigger]: state } }, false);
  }

  async #write(
    transaction: EngineTransaction,
    {
      steps,
      after,
      catalog,
      current,
      fire,
      now,
      total,
    }: {
      readonly steps: readonly Step[];
      readonly after: readonly Definition[];
      readonly catalog: Catalog;
      readonly current: Catalog;
      readonly fire: boolean;
      readonly now: number;
      readonly total: number;
    },
  ): Promise<void> {
    const { definitions, runs } = transaction;
    const find = (step: Step) => after.find(({ kind, name }) => kind === step.kind && name === step.name)!;
    const put = steps.filter(({ action }) => action === "create" || action === "change").map(find);
    if (put.length > 0) await definitions.put(put);
    for (const step of steps) {
      if (step.action === "state") {
        const { status } = find(step);
        await definitions.setStatus("trigger", step.name, status, true);
        if (statusOf(status).state === "active") await resumePausedRuns(transaction, step.name, now);
      }
      if (step.action !== "remove") continue;
      await definitions.remove(step.kind, step.name);
      if (step.kind !== "audience") continue;
      await runs.put(newRun("cleanup", { audiences: [step.name], total: 0, now }));
    }
    const affected = steps.filter((step) => needsEvaluation(step, catalog, current));
    for (const [names, fires] of [
      [affected.filter(({ action }) => action === "create"), false],
      [affected.filter(({ action }) => action === "change"), fire],
    ] as const) {
      if (names.length > 0)
        await startReevaluation(
          transaction,
          names.map(({ name }) => name),
          { fire: fires, total, now },
        );
    }
  }

  /** Counts who would enter and leave an audience. */
  async #withMembers(step: Step, tester: Tester | undefined): Promise<Step> {
    const { store, compileOptions } = this.#options;
    if (step.kind !== "audience" || step.action === "remove" || tester === undefined) return step;
    const before = (step.before?.body as { where?: Json } | undefined)?.where;
    if (before === tester.where) return step;
    const { monotonicClock = () => performance.now() } = compileOptions.templates;
    const until = monotonicClock() + (tester.time ?? Number.POSITIVE_INFINITY);
    const found = { enter: 0, leave: 0, errors: 0, sampled: 0 };
    const [entering, leaving]: [Profile[], Profile[]] = [[], []];
    let cursor: string | undefined;
    do {
      const { items, next } = await store.profiles.list({ limit: tester.pageSize ?? pageSize, after: cursor });
      const memberships = await store.memberships.of(items.map(({ id }) => id));
      const tested = await tester.test(items.map(({ fields }) => fields));
      items.forEach((profile, i) => {
        const was = memberships[i]!.some((one) => one.audience === step.name);
        const { matches, problem } = tested[i]!;
        if (problem !== undefined) found.errors++;
        if (matches === was) return;
        found[matches ? "enter" : "leave"]++;
        const some = matches ? entering : leaving;
        if (some.length < maxShown) some.push(profile);
      });
      found.sampled += items.length;
      cursor = next;
      // Gives the event loop its turn.
      await new Promise(setImmediate);
    } while (cursor !== undefined && found.sampled < maxSampled && monotonicClock() < until);
    const now = (await store.memberships.sizes()).get(step.name) ?? 0;
    const of = await store.profiles.count();
    const fails = found.errors === 0 ? "" : `; its condition fails for ${found.errors}, which counts as no match`;
    const effect = `${step.effect}: of ${found.sampled} profiles ${found.enter} enter and ${found.leave} leave${fails}`;
    return { ...step, effect, members: { now, ...found, of, entering, leaving } };
  }
}

/** Tests a condition on many profiles. */
interface Tester {
  readonly where: string;
  test(all: readonly Fields[]): Promise<readonly ConditionResult[]>;
  /** Profiles in one test. @default 500 */
  readonly pageSize?: number;
  /** ms for all tests together. @default Infinity */
  readonly time?: number;
}

function errorsOf(check: () => void): DefinitionError[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof DefinitionError) return [error];
    throw error;
  }
}

/** Returns a function that throws an error, unless the definition had it before and is left unchanged or stopped. */
function rejectUnlessKnown(
  steps: readonly Step[],
  after: readonly Definition[],
  { broken }: Catalog,
): (error: DefinitionError) => void {
  return (error) => {
    const is = ({ kind, name }: Pick<Definition, "kind" | "name">) => kind === error.kind && name === error.of;
    const known = broken.some(({ kind, of }) => is({ kind, name: of }));
    const active = after.some((one) => is(one) && statusOf(one.status).state === "active");
    const touched = steps.some((step) => is(step) && (step.action !== "state" || active));
    if (!known || touched) throw error;
  };
}

/** Reports whether a step gives an audience a new condition. */
function needsEvaluation(step: Step, catalog: Catalog, current: Catalog): boolean {
  if (step.kind !== "audience" || (step.action !== "create" && step.action !== "change")) return false;
  const audience: Audience | undefined = catalog.audiences.get(step.name);
  return audience?.definition.where !== current.audiences.get(step.name)?.definition.where;
}

const noTrigger = (name: string, triggers: readonly Definition[]): NotFoundError =>
  new NotFoundError(
    "trigger",
    name,
    triggers.map((one) => one.name),
  );

/** Returns the triggers with runs that have not ended. */
async function runningTriggers(runs: Pick<Runs, "list">): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const state of ["running", "paused"] as const) {
    for (const { trigger } of (await runs.list({ state, limit: maxRuns })).items) if (trigger) names.add(trigger);
  }
  return names;
}

/**
 * Compares the current definitions with the desired state. Returns the steps between the two, in order, and the
 * definitions after them.
 */
function changesOf(
  { origin, definitions, states = {}, complete = false }: DesiredState,
  before: readonly Definition[],
  runningTriggers: ReadonlySet<string>,
  now: number,
): { readonly steps: readonly Step[]; readonly after: readonly Definition[] } {
  const steps: Step[] = [];
  const after: Definition[] = [];
  const kept = new Map(before.map((one) => [`${one.kind} ${one.name}`, one]));
  for (const kind of kinds) {
    const desired = definitions[kind] ?? {};
    const names = new Set([
      ...before.filter((one) => one.kind === kind).map(({ name }) => name),
      ...Object.keys(desired),
    ]);
    for (const name of names) {
      const old = kept.get(`${kind} ${name}`);
      const what = kind === "profiles" ? "profiles (identifiers and merge rules)" : `${kind} ${name}`;
      const mentioned = Object.hasOwn(desired, name);
      const body = mentioned ? desired[name]! : old!.body;
      const gone = mentioned ? desired[name] === null : complete && old!.origin === origin;
      if (gone) {
        if (old !== undefined) steps.push({ kind, name, action: "remove", before: old, effect: `${what} is removed` });
        continue;
      }
      const identity = kind === "stream" ? streamIdentity(body, old) : undefined;
      // A new version may read an old definition differently, although its text is the same.
      const reread = identity?.effect !== undefined && (mentioned || complete);
      const same = old !== undefined && isDeepStrictEqual(old.body, body) && !reread;
      const changed = same ? old : definitionOf(kind, name, body, mentioned ? origin : old!.origin, old, now);
      const definition = same || identity === undefined ? changed : { ...changed, status: identity.status };
      const state = own(states, name);
      // A file still says `active` for a trigger that runs once and is done.
      const past = complete && state === "active" && isDone(old, body);
      const firstOf = (one: Definition) => nextOf(one, runningTriggers.has(name), now);
      const [put, step] =
        kind === "trigger"
          ? withState(definition, past ? undefined : state, old, now, firstOf)
          : [definition, undefined];
      after.push(put);
      if (old === undefined) steps.push({ kind, name, action: "create", effect: `${what} is new` });
      else if (!same) {
        const more = identity?.effect === undefined ? "" : `: ${identity.effect}`;
        steps.push({ kind, name, action: "change", before: old, effect: `${what} changes${more}` });
      }
      if (step !== undefined) steps.push(step);
    }
  }
  const triggers = after.filter(({ kind }) => kind === "trigger");
  for (const name of Object.keys(states)) {
    if (!triggers.some((one) => one.name === name)) throw noTrigger(name, triggers);
  }
  return { steps, after };
}

const onOf = (body: Json | undefined): Json | undefined => (body as { on?: Json } | undefined)?.on;

const isDone = (old: Definition | undefined, body: Json): boolean =>
  old !== undefined && statusOf(old.status).state === "done" && isDeepStrictEqual(onOf(old.body), onOf(body));

/** Reads own properties only, because a trigger may be called `constructor`. */
const own = (states: NonNullable<DesiredState["states"]>, name: string) =>
  Object.hasOwn(states, name) ? states[name] : undefined;

function definitionOf(
  kind: DefinitionKind,
  name: string,
  body: Json,
  origin: DesiredState["origin"],
  old: Definition | undefined,
  now: number,
): Definition {
  const status = old?.status ?? (kind === "trigger" ? { state: "draft" } : {});
  return { kind, name, body, origin, createdAt: old?.createdAt ?? now, updatedAt: now, status };
}

/**
 * Returns the definition with the desired state and its next scheduled time, and the step that sets it, if the state
 * changes.
 */
function withState(
  definition: Definition,
  desired: "active" | "paused" | "draft" | undefined,
  old: Definition | undefined,
  now: number,
  firstOf: (definition: Definition) => number | undefined,
): readonly [Definition, Step | undefined] {
  const { name, body } = definition;
  const status = statusOf(definition.status);
  const state: TriggerState = desired ?? status.state;
  const changed = state !== status.state;
  const rescheduled = state === "active" && (changed || !isDeepStrictEqual(onOf(old?.body), onOf(body)));
  if (!changed && !rescheduled) return [definition, undefined];
  const next = state === "active" ? firstOf(definition) : undefined;
  const activatedAt = state === "active" ? now : status.activatedAt;
  const put = {
    ...definition,
    status: { state, ...(activatedAt !== undefined && { activatedAt }), ...(next !== undefined && { next }) },
  };
  if (!changed) return [put, undefined];
  const effect = `trigger ${name} is ${state} instead of ${status.state}${next === undefined ? "" : `, and runs first at ${new Date(next).toISOString()}`}`;
  return [put, { kind: "trigger", name, action: "state", ...(old && { before: old }), effect }];
}

/**
 * Returns when the trigger runs next. @param hasUnendedRun its single run has not ended, so a time in the past is fine
 */
function nextOf({ name, body }: Definition, hasUnendedRun: boolean, now: number): number | undefined {
  const { on } = checkBody("trigger", name, triggerDefinition, body);
  if ("at" in on && firstTime(on, now) === undefined && !hasUnendedRun) {
    const place = { kind: "trigger", name, path: ["on", "at"] } as const;
    throw new DefinitionError(`${on.at} is in the past; a trigger that runs once needs a time in the future`, place);
  }
  return firstTime(on, now);
}
