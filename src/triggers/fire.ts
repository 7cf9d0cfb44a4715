import type { Alert, AlertAborted } from "../alert.ts";
import { shortened } from "../base/shorten.ts";
import { type Channel, DestinationError, type Entry, entryOf, newId, parseDestination } from "../dispatch/index.ts";
import type { Fields, Profile } from "../profiles/index.ts";
import type { EngineEvent } from "./engine.ts";
import type { Cause, Firing } from "./firing.ts";
import { quietUntil } from "./quiet.ts";
import type { ProgramTransaction } from "./store.ts";
import { type About, aboutOf, digestOf, subjectOf, tellsOf } from "./subject.ts";
import type { Exit, Trigger } from "./trigger.ts";

/** What deciding about a firing needs: the transaction it happens in, and the time. */
export interface Moment {
  readonly transaction: ProgramTransaction;
  readonly channels: { readonly [name: string]: Channel };
  readonly now: number;
  /** What is said once the transaction is kept. */
  readonly said: EngineEvent[];
}

/** The stages that can let a firing wait, in their order. One that waited goes on behind the stage it waited in. */
const stages = ["dwell", "digest", "quiet"] as const;
type Stage = (typeof stages)[number];

/** What became of a firing. `skipped`: only that is kept, unless the firing was kept already. */
export type Fired =
  | { readonly state: "sent" | "waiting" | "aborted" | "failed"; readonly firing: Firing }
  | { readonly state: "skipped"; readonly reason: string };

/** Something happened for which a trigger fires: decides, and hands over to the outbox what is to be sent now. */
export async function fire(
  moment: Moment,
  trigger: Trigger,
  profile: Profile,
  cause: Cause,
  run?: string,
): Promise<Fired> {
  const { transaction, now } = moment;
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
  const result = await decide(moment, trigger, profile, fired, undefined);
  if (result.state === "skipped") {
    const skip = { trigger: trigger.name, profile: profile.id, at: now, reason: result.reason, cause: cause.kind };
    await transaction.firings.skip([skip]);
  } else {
    await transaction.firings.add([result.firing]);
  }
  moment.said.push(eventOf(trigger.name, result));
  return result;
}

/** The wait of a kept firing is over, or it is part of a digest that goes now. */
export async function resume(
  moment: Moment,
  trigger: Trigger | undefined,
  profile: Profile | undefined,
  firing: Firing,
): Promise<Fired> {
  const { transaction, now } = moment;
  let result: Fired;
  if (trigger === undefined) result = { state: "skipped", reason: "the trigger cannot run any more" };
  else if (profile === undefined) result = { state: "skipped", reason: "the profile is no more" };
  else result = await decide(moment, trigger, profile, firing, firing.waitsFor);
  if (result.state === "skipped") {
    await transaction.firings.update([{ ...settled(firing, now), state: "skipped", reason: result.reason }]);
  } else {
    await transaction.firings.update([result.firing]);
  }
  moment.said.push(eventOf(firing.trigger, result));
  return result;
}

function eventOf(trigger: string, fired: Fired): EngineEvent {
  const reason = fired.state === "skipped" ? fired.reason : fired.firing.reason;
  return { type: "fired", trigger, state: fired.state, ...(reason !== undefined && { reason }) };
}

async function decide(
  moment: Moment,
  trigger: Trigger,
  profile: Profile,
  firing: Firing,
  waited: Stage | undefined,
): Promise<Fired> {
  const { definition, status } = trigger;
  if (status.state !== "active") return skipped(`the trigger was ${status.state}`);
  const about = aboutOf(trigger, firing.cause, firing.at);
  const subject = subjectOf(profile.fields, about, definition.fields);
  const passed = waited === undefined ? -1 : stages.indexOf(waited);
  try {
    const filtered = trigger.where?.test(subject);
    if (filtered?.is === false) {
      return skipped(
        filtered.problem === undefined ? "its condition does not hold" : `its condition fails: ${filtered.problem}`,
      );
    }
    const dwelling = await dwell(moment, trigger, firing, passed);
    if (dwelling !== undefined) return dwelling;
    let current = firing;
    if (trigger.key !== undefined && firing.key === undefined) {
      const key = rendering(() => trigger.key!(subject));
      const { now, transaction } = moment;
      if (await transaction.firings.hasKey(trigger.name, key, now - trigger.keyed)) {
        return skipped(`it was sent before with the key ${JSON.stringify(key)}`);
      }
      current = { ...firing, key };
    }
    // A zone does not leave: all fields are there to tell it.
    const zone = () => trigger.zone?.(subjectOf(profile.fields, about, undefined));
    const waiting = await gather(moment, trigger, current, zone, passed);
    if ("state" in waiting) return waiting;
    const held = await capped(moment, trigger, profile.id);
    if (held !== undefined) return skipped(held);
    return await handOver(moment, trigger, profile, current, waiting.others);
  } catch (error) {
    if (!(error instanceof Unsendable)) throw error;
    return failed(firing, moment.now, error.message);
  }
}

/** What fails for this person alone, as templates and channels do. A store that fails does so for all: nothing is kept. */
class Unsendable extends Error {}

function rendering<T>(render: () => T): T {
  try {
    return render();
  } catch (error) {
    throw new Unsendable((error as Error).message, { cause: error });
  }
}

const skipped = (reason: string): Fired => ({ state: "skipped", reason: shortened(reason) });

function failed(firing: Firing, now: number, reason: string): Fired {
  return { state: "failed", firing: { ...settled(firing, now), state: "failed", reason: shortened(reason) } };
}

function settled({ due: _due, waitsFor: _waitsFor, reason: _reason, cause, ...firing }: Firing, now: number): Firing {
  return { ...firing, cause: withoutPayload(cause), settledAt: now };
}

const withoutPayload = (cause: Cause): Cause =>
  cause.kind === "event" ? { kind: "event", stream: cause.stream, event: cause.event } : cause;

const wait = (firing: Firing, waitsFor: Stage, due: number, reason: string): Fired => ({
  state: "waiting",
  firing: { ...firing, state: "waiting", waitsFor, due, reason },
});

/** Whoever enters has to stay in, and whoever leaves to stay out. */
async function dwell(
  { transaction, now }: Moment,
  { name, definition }: Trigger,
  firing: Firing,
  passed: number,
): Promise<Fired | undefined> {
  const { cause, profile, at, id } = firing;
  if (definition.dwell === undefined || (cause.kind !== "enter" && cause.kind !== "exit")) return undefined;
  if (passed < 0) return wait(firing, "dwell", now + definition.dwell, "until it has stayed so long enough");
  if (passed > 0) return undefined;
  const [memberships] = await transaction.memberships.of([profile]);
  const since = memberships!.find(({ audience }) => audience === cause.audience)?.since;
  const still = cause.kind === "enter" ? since !== undefined && since <= at : since === undefined;
  const reason = `the profile did not stay ${cause.kind === "enter" ? "in" : "out"} long enough`;
  const all = (await transaction.firings.waiting(name, profile)).filter(({ waitsFor }) => waitsFor === "dwell");
  // Who left, came back and left again fired anew; of two who turned out to be one, each had fired: the last one counts.
  if (!still || all.at(-1)?.id !== id) return skipped(reason);
  const others = all.slice(0, -1).map((one): Firing => ({ ...settled(one, now), state: "skipped", reason }));
  if (others.length > 0) await transaction.firings.update(others);
  return undefined;
}

/** Waits for a digest to fill or quiet hours to end; or says who goes along. */
async function gather(
  moment: Moment,
  trigger: Trigger,
  firing: Firing,
  zone: () => string | undefined,
  passed: number,
): Promise<Fired | { readonly others: readonly Firing[] }> {
  const { digest, quiet } = trigger.definition;
  const { transaction, now } = moment;
  const waiting = async (stage: Stage): Promise<readonly Firing[]> =>
    (await transaction.firings.waiting(trigger.name, firing.profile)).filter(
      ({ id, waitsFor }) => id !== firing.id && waitsFor === stage,
    );
  let others: readonly Firing[] = [];
  if (digest !== undefined && passed <= stages.indexOf("digest")) {
    if (passed < stages.indexOf("digest")) {
      const { count, due = now + digest.window } = await transaction.firings.gathered(trigger.name, firing.profile);
      if (count + 1 < (digest.most ?? 100)) return wait(firing, "digest", due, "until its digest goes");
    }
    others = await waiting("digest");
  }
  if (quiet === undefined) return { others };
  const until = quietUntil(quiet, zone(), now);
  if (until === undefined) {
    const along = quiet.do === "digest" || digest !== undefined ? await waiting("quiet") : [];
    return { others: [...along, ...others] };
  }
  if (quiet.do === "drop") return skipped("it fell into quiet hours");
  // Those that were gathered so far wait, too, and go along when the quiet hours end.
  if (others.length > 0) {
    await transaction.firings.update(
      others.map((one) => ({ ...one, waitsFor: "quiet", due: until, reason: "until quiet hours end" })),
    );
  }
  return wait(firing, "quiet", until, "until quiet hours end");
}

/** Why one more would be too many. */
async function capped(
  { transaction, now }: Moment,
  { name, definition }: Trigger,
  profile: string,
): Promise<string | undefined> {
  const { coolDown, caps } = definition;
  const sent = (since: number, limit: number, who?: string): Promise<number> =>
    transaction.firings.sent({ trigger: name, ...(who !== undefined && { profile: who }), since, limit });
  if (coolDown !== undefined && (await sent(now - coolDown, 1, profile)) > 0) {
    return "it is too soon after the last alert to this person";
  }
  for (const { count, per } of caps?.person ?? []) {
    if ((await sent(now - per, count, profile)) >= count)
      return `this person had ${count} of its alerts within ${spell(per)}`;
  }
  for (const { count, per } of caps?.overall ?? []) {
    if ((await sent(now - per, count)) >= count) return `it sent its ${count} alerts within ${spell(per)}`;
  }
  return undefined;
}

/** Renders, and keeps the deliveries in the outbox. */
async function handOver(
  { transaction, channels, now }: Moment,
  trigger: Trigger,
  profile: Profile,
  firing: Firing,
  others: readonly Firing[],
): Promise<Fired> {
  const all = [...others, firing].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const abouts = all.map((one) => aboutOf(trigger, one.cause, one.at)) as [About, ...About[]];
  const digests = trigger.definition.digest !== undefined || trigger.definition.quiet?.do === "digest";
  const about = digests ? digestOf(abouts) : abouts[0];
  const subject = subjectOf(profile.fields, about, trigger.definition.fields);
  const alert = rendering(() => trigger.alert.render(subject));
  const entries: Entry[] = [];
  const problems: string[] = [];
  for (const exit of trigger.exits) {
    try {
      const entry = await entryFor(exit, trigger, subject, about, alert, channels, now);
      if (entry === undefined) problems.push(`no address on ${exit.channel}`);
      else entries.push(entry);
    } catch (error) {
      if (!(error instanceof DestinationError)) throw new Unsendable((error as Error).message, { cause: error });
      problems.push(`${exit.channel}: ${error.message}`);
    }
  }
  if (entries.length === 0)
    return problems.every((one) => one.startsWith("no address"))
      ? skipped(problems.join("; "))
      : failed(firing, now, problems.join("; "));
  const added = await transaction.outbox.add(entries);
  const deliveries = added.map(({ id }) => id);
  const state = alert.aborted === undefined ? "sent" : "aborted";
  const reason = alert.aborted ?? (problems.length === 0 ? undefined : problems.join("; "));
  const end = (one: Firing): Firing => ({
    ...settled(one, now),
    state,
    deliveries,
    ...(reason !== undefined && { reason: shortened(reason) }),
  });
  if (others.length > 0) await transaction.firings.update(others.map(end));
  return { state, firing: end(firing) };
}

async function entryFor(
  { channel, to, options }: Exit,
  trigger: Trigger,
  subject: Fields,
  about: About,
  alert: Alert | AlertAborted,
  channels: Moment["channels"],
  now: number,
): Promise<Entry | undefined> {
  const destination = to === undefined ? null : parseDestination(to(subject));
  if (destination === undefined) return undefined;
  const { kind } = channels[channel]!;
  const told =
    kind === "webhook" ? { ...options, data: { ...(options?.data as object), trigger: tellsOf(about) } } : options;
  const { priority = about.kind === "member" ? "low" : "normal" } = trigger.definition;
  const request = {
    channel,
    to: destination,
    profile: subject,
    template: "",
    priority,
    ...(told !== undefined && { options: told }),
  };
  return entryOf(request, { channels, keepSource: false, render: () => alert as Alert }, now);
}

/** 90,000 → `1m30s`. */
function spell(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
    ["ms", 1],
  ] as const;
  let rest = ms;
  let text = "";
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text || "0";
}
