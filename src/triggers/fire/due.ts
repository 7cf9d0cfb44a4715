import type { EngineTransaction, Firing } from "../../store/index.ts";
import { type AudienceStatus, audienceOf, type Catalog } from "../definition/catalog.ts";
import { nextTime, type ScheduledOn } from "../definition/schedule.ts";
import { statusJson, statusOf, type Trigger } from "../definition/trigger.ts";
import { newRun, startReevaluation } from "../runs/run-step.ts";
import type { Budget } from "./budget.ts";
import { hasEnqueued } from "./enqueue.ts";
import { type FiringContext, resume } from "./fire.ts";

/** Limits how many due firings one transaction takes. */
export const maxDue = 64;

/** Counts the due firings that were settled, and says whether something was added to the outbox. */
interface Settled {
  readonly count: number;
  readonly enqueued: boolean;
  readonly next: Budget["next"];
}

/**
 * Settles the firings whose wait is over. @param offThread ids of firings that are being evaluated in another thread
 */
export async function settleDue(
  context: FiringContext,
  catalog: Catalog,
  { limit, offThread }: { readonly limit: number; readonly offThread: ReadonlySet<string> },
): Promise<Settled> {
  const { firings } = context.transaction;
  const due = (await firings.due(context.now, limit + offThread.size))
    .filter(({ id }) => !offThread.has(id))
    .slice(0, limit);
  return resumeAll(context, catalog, due);
}

/** Settles one firing, unless a digest has sent it meanwhile. */
export async function settleOne(context: FiringContext, catalog: Catalog, id: string): Promise<Settled> {
  const firing = await context.transaction.firings.get(id);
  const isDue = firing?.state === "waiting" && firing.due !== undefined && firing.due <= context.now;
  return resumeAll(context, catalog, isDue ? [firing] : []);
}

async function resumeAll(context: FiringContext, catalog: Catalog, due: readonly Firing[]): Promise<Settled> {
  const { transaction, budget } = context;
  const profiles = await transaction.profiles.get(due.map(({ profile }) => profile));
  let enqueued = false;
  for (const [i, firing] of due.entries()) {
    // A firing before this one may have sent it with its digest.
    const current = i === 0 ? firing : await stillWaiting(transaction, firing);
    if (current === undefined) continue;
    budget.item = firing.id;
    const result = await resume(context, catalog.triggers.get(firing.trigger), profiles[i], current);
    if (hasEnqueued(result)) enqueued = true;
  }
  return { count: due.length, enqueued, next: budget.next };
}

async function stillWaiting({ firings }: EngineTransaction, { id, due }: Firing): Promise<Firing | undefined> {
  const current = await firings.get(id);
  return current?.state === "waiting" && current.due === due ? current : undefined;
}

export const isScheduled = (on: Trigger["definition"]["on"]): on is ScheduledOn =>
  "schedule" in on || "at" in on || "every" in on;

/** Returns when a trigger that was just activated runs first; undefined if it has no schedule. */
export const firstTime = (on: Trigger["definition"]["on"], now: number): number | undefined =>
  isScheduled(on) ? nextTime(on, now, now) : undefined;

/**
 * Starts a run for each trigger whose scheduled time has come. One run makes up for all times that were missed while no
 * process was running.
 */
export async function startScheduledRuns({ transaction, now }: FiringContext, catalog: Catalog): Promise<void> {
  const definitions = await transaction.definitions.all();
  for (const { kind, name, status } of definitions) {
    const trigger = kind === "trigger" ? catalog.triggers.get(name) : undefined;
    const current = statusOf(status);
    if (trigger === undefined || current.state !== "active" || current.next === undefined || current.next > now)
      continue;
    const { on } = trigger.definition;
    if (!isScheduled(on)) continue;
    const [, audience] = audienceOf(trigger)!;
    const scheduledFor = latest(on, current.next, current.activatedAt ?? current.next, now);
    const total = (await transaction.memberships.sizes()).get(audience) ?? 0;
    await transaction.runs.put(newRun("scheduled", { trigger: name, audiences: [audience], total, now, scheduledFor }));
    const next = nextTime(on, now, current.activatedAt ?? current.next);
    const { next: _next, ...rest } = current;
    // A trigger without a next time stays active until its last run ends: see `endOnce`.
    await transaction.definitions.setStatus(
      "trigger",
      name,
      statusJson({ ...rest, ...(next !== undefined && { next }) }),
    );
  }
}

/** Returns the latest scheduled time up to `now`. */
function latest(on: ScheduledOn, first: number, activatedAt: number, now: number): number {
  let at = first;
  for (let i = 0; i < 10_000; i++) {
    const next = nextTime(on, at, activatedAt);
    if (next === undefined || next > now) return at;
    at = next;
  }
  return at;
}

const quarter = 15 * 60_000;

/**
 * Returns when an audience with a time-dependent condition is evaluated next; undefined if its condition is not
 * time-dependent or a re-evaluation is running. A clock that was put back delays nothing.
 */
export function reevaluationDue(
  audience: { definition: { every?: number | undefined }; condition: { timeDependent: boolean } },
  { reevaluation, reevaluatedAt = 0 }: AudienceStatus,
  now: number,
): number | undefined {
  if (!audience.condition.timeDependent || reevaluation !== undefined) return undefined;
  return reevaluatedAt > now ? now : reevaluatedAt + (audience.definition.every ?? quarter);
}

/** Starts one re-evaluation for all audiences that are due. */
export async function startReevaluations({ transaction, now }: FiringContext, catalog: Catalog): Promise<void> {
  const due: string[] = [];
  for (const { kind, name, status } of await transaction.definitions.all()) {
    const audience = kind === "audience" ? catalog.audiences.get(name) : undefined;
    if (audience === undefined) continue;
    const at = reevaluationDue(audience, (status ?? {}) as AudienceStatus, now);
    if (at !== undefined && at <= now) due.push(name);
  }
  if (due.length > 0) await startReevaluation(transaction, due, { fire: true, total: 0, now });
}
