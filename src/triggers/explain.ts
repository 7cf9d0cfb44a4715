import type { Condition, ConditionResult } from "../audiences/index.ts";
import type { EngineStore, Fields, Firing, Outbox, Profile, StoredDelivery } from "../store/index.ts";
import { audienceOf, type Catalog } from "./definition/catalog.ts";
import type { Checker } from "./definition/check.ts";
import type { TriggerStatus } from "./definition/definition.ts";
import { statusOf, type Trigger } from "./definition/trigger.ts";
import { type Explanation, NotFoundError } from "./engine.ts";
import type { EngineTransactions } from "./engine-transactions.ts";
import { outcomeOf } from "./fire/evaluation.ts";
import { quietUntil } from "./fire/quiet-hours.ts";
import { templateData, triggerContext } from "./fire/trigger-context.ts";

interface ExplainDeps {
  readonly store: EngineStore;
  readonly transactions: EngineTransactions;
  readonly clock: () => number;
  readonly checker: Checker | undefined;
}

type Steps = Explanation["steps"][number][];

/** Limits the firings that are read, newest first. */
const maxFirings = 20;

/** Implements `Engine.explain`. */
export async function explain(
  { store, transactions, clock, checker }: ExplainDeps,
  id: string,
  name: string,
): Promise<Explanation> {
  const catalog = await transactions.current();
  const trigger = catalog.triggers.get(name);
  const status = await statusNow(store, name);
  if (status === undefined) throw new NotFoundError("trigger", name, catalog.triggers.keys());
  const [profile] = await store.profiles.get([id]);
  if (profile === undefined) throw new NotFoundError("profile", id);
  const steps: Steps = [];
  const addStep = (what: string, ok: boolean | undefined, detail: string): void => {
    steps.push({ what, ok, detail });
  };
  const { items: firings } = await store.firings.list({ trigger: name, profile: profile.id, limit: maxFirings });
  const skip = await store.firings.lastSkip(name, profile.id);
  const { state } = status;
  addStep("trigger", state === "active", stateText(name, status));
  for (const { other, at } of await store.profiles.splitPairs([profile.id])) {
    addStep(
      "split",
      undefined,
      `from ${other} at ${time(at)}: audiences of both were evaluated anew, which fires nothing`,
    );
  }
  // A trigger that cannot run here any more may have fired before.
  const test = testerBy(checker);
  const wait = trigger && (await audienceSteps(store, catalog, trigger, profile, addStep, test));
  if (trigger !== undefined) await conditionSteps(trigger, profile, clock(), addStep, test);
  if (skip !== undefined) {
    const times = skip.count === 1 ? "once" : `${skip.count} times`;
    addStep("skipped", false, `${times}, the last time at ${time(skip.at)} on ${skip.cause}: ${skip.reason}`);
  }
  const deliveries: StoredDelivery[] = [];
  for (const firing of firings) {
    addStep("fired", okOf(firing), firingText(firing));
    for (const delivery of firing.deliveries) {
      const kept = await store.outbox.find(delivery);
      if (kept === undefined) continue;
      deliveries.push(kept);
      addStep(
        "delivery",
        kept.state === "delivered" ? true : kept.state === "pending" ? undefined : false,
        deliveryText(kept),
      );
    }
  }
  const alerted = deliveries.some((one) => one.state === "delivered");
  const answer = answerOf({ name, status, profile, firings, deliveries, skip, alerted, steps, wait });
  return { answer, alerted, steps, firings, ...(skip && { skip }), deliveries: deliveries.map(({ id }) => ({ id })) };
}

const time = (at: number): string => new Date(at).toISOString();

async function statusNow(store: EngineStore, name: string) {
  const all = await store.definitions.all();
  const found = all.find((one) => one.kind === "trigger" && one.name === name);
  return found && statusOf(found.status);
}

function stateText(name: string, { state, reason, activatedAt, next }: TriggerStatus): string {
  const since = activatedAt === undefined ? "" : ` since ${time(activatedAt)}`;
  const comes = next === undefined ? "" : `; next run at ${time(next)}`;
  return `${name} is ${state}${state === "active" ? since : ""}${comes}${reason === undefined ? "" : `: ${reason}`}`;
}

type Test = (condition: Condition, fields: Fields) => Promise<ConditionResult>;

/** Returns a test of conditions: with a checker only the caller waits for a slow condition. */
const testerBy =
  (checker: Checker | undefined): Test =>
  async (condition, fields) =>
    checker === undefined
      ? condition.test(fields)
      : (await checker.test(condition.where, [JSON.stringify(fields)]))[0]!;

type AddStep = (what: string, ok: boolean | undefined, detail: string) => void;

/** Explains membership. @returns why the trigger could not fire for this profile, if the audience is the reason */
async function audienceSteps(
  store: EngineStore,
  catalog: Catalog,
  trigger: Trigger,
  profile: Profile,
  addStep: AddStep,
  test: Test,
): Promise<string | undefined> {
  const watched = audienceOf(trigger);
  const audience = watched === undefined ? undefined : catalog.audiences.get(watched[1]);
  if (audience === undefined) return undefined;
  const [memberships] = await store.memberships.of([profile.id]);
  const since = memberships!.find((one) => one.audience === audience.name)?.since;
  const { matches, problem } = await test(audience.condition, profile.fields);
  const { name } = audience;
  addStep(
    "membership",
    since !== undefined,
    since === undefined ? `not in ${name}` : `in ${name} since ${time(since)}`,
  );
  const holds =
    problem === undefined ? (matches ? "holds" : "does not hold") : `fails, which counts as no match: ${problem}`;
  addStep(
    "audience",
    matches,
    `its condition ${holds} now: ${audience.definition.where}${seen(audience.condition.reads, profile)}`,
  );
  const { on } = trigger.definition;
  if (since === undefined) return "exit" in on ? undefined : `is not in ${name}`;
  if (!("enter" in on)) return undefined;
  const { activatedAt = since } = trigger.status;
  if ((await store.profiles.splitPairs([profile.id])).some(({ at }) => at === since)) {
    return `came into ${name} at ${time(since)} when profiles were split, which fires nothing; only a backfill alerts such members`;
  }
  if (since >= activatedAt) {
    return `came into ${name} at ${time(since)} silently, because the audience was new or its condition changed; only a backfill alerts such members`;
  }
  const reason = `was in ${name} before the trigger was activated at ${time(activatedAt)}; only a backfill alerts such members`;
  addStep("entered", false, reason);
  return reason;
}

/** Shows the values that a condition reads, each cut to fit in a line. */
function seen(reads: ReadonlySet<string> | "all", { fields }: Profile): string {
  if (reads === "all" || reads.size === 0) return "";
  const shown = [...reads].map(
    (name) => `.${name} is ${Object.hasOwn(fields, name) ? short(JSON.stringify(fields[name])) : "absent"}`,
  );
  return ` (${shown.join(", ")})`;
}

const short = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 60).toWellFormed()}…`);

async function conditionSteps(
  trigger: Trigger,
  profile: Profile,
  now: number,
  addStep: AddStep,
  test: Test,
): Promise<void> {
  const { definition, where, zone } = trigger;
  const watched = audienceOf(trigger);
  const kind = "enter" in definition.on ? "enter" : "exit" in definition.on ? "exit" : undefined;
  // Only audiences can be evaluated now: what an event or a change carried is not stored.
  if (kind !== undefined && watched !== undefined) {
    const triggerData = triggerContext(trigger, { kind, audience: watched[1] }, now);
    const subject = templateData(profile.fields, triggerData, definition.fields);
    if (where !== undefined) {
      const { matches, problem } = await test(where, subject);
      const holds =
        problem === undefined ? (matches ? "holds" : "does not hold") : `fails, which counts as no match: ${problem}`;
      addStep(
        "condition",
        matches,
        `the trigger's condition ${holds} now: ${where.where}${seen(where.reads, profile)}`,
      );
    }
    if (definition.quietHours !== undefined) {
      const there = zone && outcomeOf(() => zone.evaluate(templateData(profile.fields, triggerData, undefined)));
      const until = quietUntil(
        definition.quietHours,
        there?.kind === "result" ? (there.result as string) : undefined,
        now,
      );
      if (until !== undefined) addStep("quiet hours", undefined, `it is quiet there now, until ${time(until)}`);
    }
  }
}

const okOf = ({ state }: Firing): boolean | undefined =>
  state === "sent" ? true : state === "waiting" ? undefined : false;

function firingText({ at, cause, state, due, reason, run, id }: Firing): string {
  const why = cause.kind === "run" ? `${cause.backfill ? "backfill" : "scheduled run"} ${run}` : cause.kind;
  const until = due === undefined ? "" : ` until ${time(due)}`;
  return `${id} at ${time(at)} on ${why}: ${state}${until}${reason === undefined ? "" : `: ${reason}`}`;
}

function deliveryText({ id, channel, destination, state, attempts, reason, due }: StoredDelivery): string {
  const tried = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  const next = state === "pending" && due !== undefined ? `, next at ${time(due)}` : "";
  return `${id} on ${channel} to ${destination}: ${state} after ${tried}${next}${reason === undefined ? "" : `: ${reason}`}`;
}

interface Facts {
  readonly name: string;
  readonly status: TriggerStatus;
  readonly profile: Profile;
  readonly firings: readonly Firing[];
  readonly deliveries: readonly Awaited<ReturnType<Outbox["find"]>>[];
  readonly skip: Explanation["skip"];
  readonly alerted: boolean;
  readonly steps: Steps;
  readonly wait: string | undefined;
}

function answerOf({ name, status, profile, firings, deliveries, skip, alerted, wait }: Facts): string {
  const who = profile.id;
  const [last] = firings;
  if (alerted) {
    const delivered = deliveries.find((one) => one?.state === "delivered")!;
    return `${who} was alerted by ${name}: ${delivered.id} was delivered${delivered.settledAt === undefined ? "" : ` at ${time(delivered.settledAt)}`}.`;
  }
  // The latest of skip and firing decides.
  if (skip !== undefined && (last === undefined || skip.at >= last.at)) {
    return `${who} was not alerted by ${name}: ${skip.reason}.`;
  }
  if (last === undefined) {
    const { state, reason } = status;
    const is = `it is ${state}${reason === undefined ? "" : ` (${reason})`}`;
    const why = state === "active" ? (wait ?? "nothing has happened that it fires on") : is;
    return `${who} was not alerted by ${name}: ${why}.`;
  }
  switch (last.state) {
    case "waiting":
      return `${who} has not been alerted by ${name} yet: it waits ${last.reason ?? ""}, ${time(last.due!)}.`;
    case "sent": {
      const [delivery] = deliveries;
      if (delivery === undefined) return `${who} was alerted by ${name}; the delivery is no longer stored.`;
      if (delivery.state === "pending") return `${who} has not been alerted by ${name} yet: ${deliveryText(delivery)}.`;
      return `${who} was not alerted by ${name}: ${deliveryText(delivery)}.`;
    }
    case "aborted":
      return `${who} was not alerted by ${name}: its template aborted: ${last.reason ?? ""}.`;
    default:
      return `${who} was not alerted by ${name}: ${last.reason ?? last.state}.`;
  }
}
