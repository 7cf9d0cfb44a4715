import { formatDuration } from "../../base/duration.ts";
import { newId } from "../../base/id.ts";
import { shortened } from "../../base/shorten.ts";
import type { Channel } from "../../dispatch/index.ts";
import type { Cause, EngineTransaction, Fields, Firing, Profile } from "../../store/index.ts";
import type { Trigger } from "../definition/trigger.ts";
import type { EngineEvent } from "../engine.ts";
import type { Budget } from "./budget.ts";
import type { TransactionCosts } from "./costs.ts";
import { enqueueAlert, type Fired, noteCost, settled } from "./enqueue.ts";
import { quietUntil } from "./quiet-hours.ts";
import { templateData, triggerContext } from "./trigger-context.ts";
import { rendering, Unsendable } from "./unsendable.ts";

/** Holds everything that deciding about a firing needs: the transaction, the time, the channels. */
export interface FiringContext {
  readonly transaction: EngineTransaction;
  readonly channels: { readonly [name: string]: Channel };
  readonly now: number;
  /** Events that are reported once the transaction is committed. */
  readonly pendingEvents: EngineEvent[];
  /** Evaluates everything that the transaction evaluates. */
  readonly budget: Budget;
  readonly costs: TransactionCosts;
}

/** Stages in which a firing can wait, in order. A firing that has waited continues behind the stage it waited in. */
const stages = ["dwell", "digest", "quietHours"] as const;
type Stage = (typeof stages)[number];

/** Fires a trigger for a profile: decides whether to send, and adds to the outbox what is to be sent now. */
export async function fire(
  context: FiringContext,
  trigger: Trigger,
  profile: Profile,
  cause: Cause,
  run?: string,
): Promise<Fired> {
  const { transaction, now } = context;
  const id = newId(now, "fir");
  const fired: Firing = {
    id,
    trigger: trigger.name,
    profile: profile.id,
    cause,
    at: now,
    state: "waiting",
    deliveries: [],
    ...(run !== undefined && { run }),
  };
  const result = await decide(context, trigger, profile, fired, undefined);
  if (result.state === "skipped") {
    const skip = { trigger: trigger.name, profile: profile.id, at: now, reason: result.reason, cause: cause.kind };
    await transaction.firings.skip([skip]);
  } else {
    await transaction.firings.add([result.firing]);
  }
  context.pendingEvents.push(eventOf(trigger.name, result));
  return result;
}

/** Continues a stored firing whose wait is over, or that is part of a digest that is sent now. */
export async function resume(
  context: FiringContext,
  trigger: Trigger | undefined,
  profile: Profile | undefined,
  firing: Firing,
): Promise<Fired> {
  const { transaction, now } = context;
  let result: Fired;
  if (trigger === undefined) result = { state: "skipped", reason: "the trigger no longer exists or cannot run" };
  else if (profile === undefined) result = { state: "skipped", reason: "the profile no longer exists" };
  else result = await decide(context, trigger, profile, firing, firing.waitsFor);
  if (result.state === "skipped") {
    await transaction.firings.update([{ ...settled(firing, now), state: "skipped", reason: result.reason }]);
  } else {
    await transaction.firings.update([result.firing]);
  }
  context.pendingEvents.push(eventOf(firing.trigger, result));
  return result;
}

function eventOf(trigger: string, fired: Fired): EngineEvent {
  const reason = fired.state === "skipped" ? fired.reason : fired.firing.reason;
  return { type: "fired", trigger, state: fired.state, ...(reason !== undefined && { reason }) };
}

async function decide(
  context: FiringContext,
  trigger: Trigger,
  profile: Profile,
  firing: Firing,
  waited: Stage | undefined,
): Promise<Fired> {
  const { definition, status } = trigger;
  const { budget } = context;
  const state = context.costs.paused.has(trigger.name) ? "failed" : status.state;
  if (state !== "active") return skipped(`the trigger was ${state}`);
  const triggerData = triggerContext(trigger, firing.cause, firing.at);
  const subject = templateData(profile.fields, triggerData, definition.fields);
  const passed = waited === undefined ? -1 : stages.indexOf(waited);
  try {
    const filtered = trigger.test && budget.evaluate(trigger.test, subject);
    if (filtered?.matches === false) {
      const { problem, limit } = filtered;
      const reason = problem === undefined ? "its condition does not hold" : `its condition fails: ${problem}`;
      if (limit !== undefined) await noteCost(context, trigger, reason);
      // A condition that ran out of time neither holds nor fails to hold: the firing fails, so that no rule silently
      // leaves a profile out.
      return limit === "time" ? failed(firing, context.now, reason) : skipped(reason);
    }
    const dwelling = await dwell(context, trigger, firing, passed);
    if (dwelling !== undefined) return dwelling;
    let current = firing;
    if (trigger.key !== undefined && firing.key === undefined) {
      const key = rendering(() => budget.evaluate(trigger.key!, subject));
      const { now, transaction } = context;
      if (await transaction.firings.hasKey(trigger.name, key, now - trigger.dedupeWindow)) {
        return skipped(`already sent with the key ${JSON.stringify(key)}`);
      }
      current = { ...firing, key };
    }
    // `fields` restricts what is sent to templates and channels. The time-zone template only decides when, so it may
    // read every field.
    const zone = () =>
      trigger.zone && zoneOf(context, trigger.zone, templateData(profile.fields, triggerData, undefined));
    const gathered = await gather(context, trigger, current, zone, passed);
    if ("state" in gathered) return gathered;
    const held = await capped(context, trigger, profile.id);
    if (held !== undefined) return skipped(held);
    // Read last: reading the waiting firings for each firing that is skipped anyway would cost too much.
    const others = await waitingIn(context, trigger, current, gathered.along);
    return await enqueueAlert(context, trigger, profile, current, others);
  } catch (error) {
    if (!(error instanceof Unsendable)) throw error;
    if (error.limit !== undefined) await noteCost(context, trigger, error.message);
    return failed(firing, context.now, error.message);
  }
}

/** Returns the profile's zone; undefined if the template fails. */
function zoneOf({ budget }: FiringContext, zone: NonNullable<Trigger["zone"]>, subject: Fields): string | undefined {
  try {
    return rendering(() => budget.evaluate(zone, subject));
  } catch (error) {
    if (!(error instanceof Unsendable)) throw error;
    return undefined;
  }
}

const skipped = (reason: string): Fired => ({ state: "skipped", reason: shortened(reason) });

function failed(firing: Firing, now: number, reason: string): Fired {
  return { state: "failed", firing: { ...settled(firing, now), state: "failed", reason: shortened(reason) } };
}

const wait = (firing: Firing, waitsFor: Stage, due: number, reason: string): Fired => ({
  state: "waiting",
  firing: { ...firing, state: "waiting", waitsFor, due, reason },
});

/** Checks the dwell time: a profile that entered has to stay in, one that left has to stay out. */
async function dwell(
  { transaction, now }: FiringContext,
  { name, definition }: Trigger,
  firing: Firing,
  passed: number,
): Promise<Fired | undefined> {
  const { cause, profile, at, id } = firing;
  if (definition.dwell === undefined || (cause.kind !== "enter" && cause.kind !== "exit")) return undefined;
  if (passed < 0) return wait(firing, "dwell", now + definition.dwell, "until its dwell time is over");
  if (passed > 0) return undefined;
  const [memberships] = await transaction.memberships.of([profile]);
  const since = memberships!.find(({ audience }) => audience === cause.audience)?.since;
  const still = cause.kind === "enter" ? since !== undefined && since <= at : since === undefined;
  const reason = `the profile did not stay ${cause.kind === "enter" ? "in" : "out"} long enough`;
  const all = (await transaction.firings.waiting(name, profile)).filter(({ waitsFor }) => waitsFor === "dwell");
  // A profile that left, came back and left again fired several times, and so did two profiles that were merged since:
  // only the last firing counts. All others end with the first that comes due, so that they are read once.
  const others = all.slice(0, -1).filter((one) => one.id !== id);
  if (others.length > 0) {
    await transaction.firings.update(others.map((one) => ({ ...settled(one, now), state: "skipped", reason })));
  }
  return still && all.at(-1)?.id === id ? undefined : skipped(reason);
}

/**
 * Waits for a digest to fill or for quiet hours to end; or returns the stages whose waiting firings are sent together
 * with this one.
 */
async function gather(
  context: FiringContext,
  trigger: Trigger,
  firing: Firing,
  zone: () => string | undefined,
  passed: number,
): Promise<Fired | { readonly along: readonly Stage[] }> {
  const { digest, quietHours } = trigger.definition;
  const { transaction, now } = context;
  const along: Stage[] = [];
  if (digest !== undefined && passed <= stages.indexOf("digest")) {
    if (passed < stages.indexOf("digest")) {
      const { count, due = now + digest.window } = await transaction.firings.gathered(trigger.name, firing.profile);
      if (count + 1 < (digest.maxEvents ?? 100)) return wait(firing, "digest", due, "until its digest is sent");
    }
    along.push("digest");
  }
  if (quietHours === undefined) return { along };
  const until = quietUntil(quietHours, zone(), now);
  if (until === undefined) {
    if (quietHours.action === "digest" || digest !== undefined) along.push("quietHours");
    if (digest !== undefined && passed === stages.indexOf("quietHours")) along.push("digest");
    return { along };
  }
  if (quietHours.action === "drop") return skipped("it fell into quiet hours");
  // Once a digest's window is over, the firings that it gathered wait for the end of the quiet hours, too, and are sent
  // then. Not earlier, because each firing beyond a full digest would read them all again.
  const others = passed < stages.indexOf("digest") ? [] : await waitingIn(context, trigger, firing, along);
  if (others.length > 0) {
    await transaction.firings.update(
      others.map((one) => ({ ...one, waitsFor: "quietHours", due: until, reason: "until quiet hours end" })),
    );
  }
  return wait(firing, "quietHours", until, "until quiet hours end");
}

/** Returns the other firings for the same profile that wait in one of these stages. */
async function waitingIn(
  { transaction }: FiringContext,
  trigger: Trigger,
  { id, profile }: Firing,
  along: readonly Stage[],
): Promise<readonly Firing[]> {
  if (along.length === 0) return [];
  const all = await transaction.firings.waiting(trigger.name, profile);
  return all.filter((one) => one.id !== id && one.waitsFor !== undefined && along.includes(one.waitsFor));
}

/** Returns which cap or cool-down forbids one more alert; undefined if none does. */
async function capped(
  { transaction, now }: FiringContext,
  { name, definition }: Trigger,
  profile: string,
): Promise<string | undefined> {
  const { coolDown, caps } = definition;
  const sent = (since: number, limit: number, who?: string): Promise<number> =>
    transaction.firings.sent({ trigger: name, ...(who !== undefined && { profile: who }), since, limit });
  if (coolDown !== undefined && (await sent(now - coolDown, 1, profile)) > 0) {
    return "the cool-down since the last alert to this profile is not over";
  }
  for (const { count, per } of caps?.perProfile ?? []) {
    if ((await sent(now - per, count, profile)) >= count)
      return `cap reached: ${count} alerts to this profile within ${formatDuration(per)}`;
  }
  for (const { count, per } of caps?.overall ?? []) {
    if ((await sent(now - per, count)) >= count) return `cap reached: ${count} alerts within ${formatDuration(per)}`;
  }
  return undefined;
}
