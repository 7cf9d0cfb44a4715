import { TemplateLimitError } from "../../../grammar/index.ts";
import type { Alert, AlertAborted } from "../../alert.ts";
import { shortened } from "../../base/shorten.ts";
import { parseDestination } from "../../dispatch/destination.ts";
import { composeEntry } from "../../dispatch/enqueue.ts";
import { DestinationError } from "../../dispatch/index.ts";
import type { Cause, Entry, Fields, Firing, Profile } from "../../store/index.ts";
import { statusJson, type Target, type Trigger } from "../definition/trigger.ts";
import type { FiringContext } from "./fire.ts";
import { tries } from "./off-thread.ts";
import {
  digestOf,
  publicTriggerContext,
  type TriggerContext,
  templateData,
  triggerContext,
} from "./trigger-context.ts";
import { asUnsendable, rendering, Unsendable } from "./unsendable.ts";

/** Describes how a firing ended. `skipped`: only the reason is stored, unless the firing itself was stored already. */
export type Fired =
  | { readonly state: "sent" | "waiting" | "aborted"; readonly firing: Firing }
  /** `rest`: the other firings of its digest were sent without it. */
  | { readonly state: "failed"; readonly firing: Firing; readonly rest?: "sent" | undefined }
  | { readonly state: "skipped"; readonly reason: string };

/** Reports whether the firing added something to the outbox. */
export const hasEnqueued = (fired: Fired): boolean =>
  fired.state === "sent" || (fired.state === "failed" && fired.rest === "sent");

/** Holds a rendered alert with its outbox entries; without entries, `problems` says why it goes nowhere. */
interface Composed {
  readonly alert: Alert | AlertAborted;
  readonly entries: readonly Entry[];
  readonly problems: readonly TargetProblem[];
}

/** Holds an alert of a trigger, and the data that its template saw. */
interface RenderedAlert {
  readonly trigger: Trigger;
  readonly subject: Fields;
  readonly triggerData: TriggerContext;
  readonly alert: Alert | AlertAborted;
}

/** Says why an alert does not go to one of its targets. */
type TargetProblem = { readonly channel: string } & (
  | { readonly kind: "no-address" }
  | { readonly kind: "rejected"; readonly message: string }
);

/** Describes how firings end that are sent as one alert. */
type End = Pick<Firing, "state" | "reason"> & Partial<Pick<Firing, "deliveries">>;

/**
 * Renders the alert and adds its deliveries to the outbox. Settles all firings of a digest, so that no later firing
 * reads them again. If a digest cannot be sent, those firings that cannot be sent by themselves fail alone, and the
 * digest is tried without them.
 * @param others waiting firings that are sent in the same digest
 */
export async function enqueueAlert(
  context: FiringContext,
  trigger: Trigger,
  profile: Profile,
  firing: Firing,
  others: readonly Firing[],
): Promise<Fired> {
  const { transaction, now } = context;
  const all = [...others, firing].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const ends = new Map<Firing, End>();
  const conclude = async (some: readonly Firing[], composed: Composed | Unsendable): Promise<void> => {
    const isFailure = composed instanceof Unsendable;
    const end = isFailure ? failure(composed) : await add(context, composed);
    await noteCost(context, trigger, isFailure && composed.limit !== undefined ? composed.message : undefined);
    for (const one of some) ends.set(one, end);
  };
  const whole = await compose(context, trigger, profile, all);
  if (!(whole instanceof Unsendable) || all.length === 1) await conclude(all, whole);
  else {
    const good: Firing[] = [];
    for (const one of all) {
      const alone = await compose(context, trigger, profile, [one]);
      if (alone instanceof Unsendable) await conclude([one], alone);
      else good.push(one);
    }
    const rest = good.length < all.length && good.length > 0 ? await compose(context, trigger, profile, good) : whole;
    await conclude(good, rest);
  }
  const ended = (one: Firing): Firing => ({ ...settled(one, now), ...ends.get(one)! });
  if (others.length > 0) await transaction.firings.update(others.map(ended));
  const { state, reason = "" } = ends.get(firing)!;
  if (state === "skipped") return { state, reason };
  if (state !== "failed") return { state: state as "sent" | "aborted", firing: ended(firing) };
  const isSent = others.some((one) => ends.get(one)!.state === "sent");
  return { state, firing: ended(firing), ...(isSent && { rest: "sent" }) };
}

/**
 * Counts an alert of the trigger, and pauses the trigger if too many of its alerts cost too much.
 * @param costs the reason, if a limit ended the alert
 */
export async function noteCost(context: FiringContext, trigger: Trigger, costs: string | undefined): Promise<void> {
  const reason = context.costs.note(trigger, costs);
  if (reason === undefined) return;
  const { activatedAt } = trigger.status;
  const status = { state: "failed", reason, ...(activatedAt !== undefined && { activatedAt }) };
  await context.transaction.definitions.setStatus("trigger", trigger.name, statusJson(status), true);
  context.pendingEvents.push({ type: "trigger-failed", trigger: trigger.name, reason });
}

const failure = ({ message }: Unsendable): End => ({ state: "failed", reason: shortened(message) });

export function settled(
  { due: _due, waitsFor: _waitsFor, reason: _reason, cause, ...firing }: Firing,
  now: number,
): Firing {
  return { ...firing, cause: withoutPayload(cause), settledAt: now };
}

const withoutPayload = (cause: Cause): Cause =>
  cause.kind === "event" ? { kind: "event", stream: cause.stream, event: cause.event } : cause;

async function add({ transaction }: FiringContext, { alert, entries, problems }: Composed): Promise<End> {
  const reason = problems.length === 0 ? undefined : shortened(problems.map(problemText).join("; "));
  if (entries.length === 0) {
    // A profile without an address is skipped, not failed.
    const isUnreachable = problems.every(({ kind }) => kind === "no-address");
    return { state: isUnreachable ? "skipped" : "failed", reason };
  }
  const deliveries = (await transaction.outbox.add(entries)).map(({ id }) => id);
  const said = alert.aborted === undefined ? reason : shortened(alert.aborted);
  return {
    state: alert.aborted === undefined ? "sent" : "aborted",
    deliveries,
    ...(said !== undefined && { reason: said }),
  };
}

const problemText = (problem: TargetProblem): string =>
  problem.kind === "no-address" ? `no address on ${problem.channel}` : `${problem.channel}: ${problem.message}`;

/**
 * Renders and composes one alert for several firings. Returns a problem of the alert, and throws a problem of the
 * store.
 */
async function compose(
  context: FiringContext,
  trigger: Trigger,
  profile: Profile,
  some: readonly Firing[],
): Promise<Composed | Unsendable> {
  const all = some.map((one) => triggerContext(trigger, one.cause, one.at)) as [TriggerContext, ...TriggerContext[]];
  const digests = trigger.definition.digest !== undefined || trigger.definition.quietHours?.action === "digest";
  const triggerData = digests ? digestOf(all) : all[0];
  const subject = templateData(profile.fields, triggerData, trigger.definition.fields);
  const entries: Entry[] = [];
  const problems: TargetProblem[] = [];
  try {
    const alert = rendering(() => context.budget.evaluate(trigger.alert, subject));
    for (const target of trigger.targets) {
      const { channel } = target;
      try {
        const entry = await entryFor(context, target, { trigger, subject, alert, triggerData });
        if (entry === undefined) problems.push({ kind: "no-address", channel });
        else entries.push(entry);
      } catch (error) {
        if (!(error instanceof DestinationError)) {
          // An `EvaluationError` has been retried before it got here.
          const isLate = error instanceof TemplateLimitError && error.limit === "time";
          if (isLate) context.budget.composed(channel, subject, tries.length);
          throw asUnsendable(error);
        }
        problems.push({ kind: "rejected", channel, message: error.message });
      }
    }
    return { alert, entries, problems };
  } catch (error) {
    return asUnsendable(error);
  }
}

/** Composes an alert for one target. @returns undefined where the profile has no address on its channel */
async function entryFor(
  { budget, channels, now }: FiringContext,
  { channel, to, options }: Target,
  { trigger, subject, alert, triggerData }: RenderedAlert,
): Promise<Entry | undefined> {
  const destination = to === undefined ? null : parseDestination(budget.evaluate(to, subject));
  if (destination === undefined) return undefined;
  const { priority = triggerData.kind === "run" ? "low" : "normal" } = trigger.definition;
  const request = {
    channel,
    to: destination,
    alert,
    profile: subject,
    priority,
    options: channels[channel]!.withTrigger?.(options, publicTriggerContext(triggerData)) ?? options,
  };
  return composeEntry(request, channels, now);
}
