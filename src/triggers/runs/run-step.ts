import { newId } from "../../base/id.ts";
import { type EngineTransaction, maxRuns, type Profile, type Run } from "../../store/index.ts";
import { type AudienceStatus, audienceOf, type Catalog } from "../definition/catalog.ts";
import { statusJson } from "../definition/trigger.ts";
import { hasEnqueued } from "../fire/enqueue.ts";
import { type FiringContext, fire } from "../fire/fire.ts";
import { fireAll } from "../ingest/ingest.ts";
import { entering, isIn } from "../ingest/transitions.ts";
import { isSampled } from "./sample.ts";

/** Describes what one step of a run did. */
export interface StepResult {
  readonly run: Run;
  /** Something was added to the outbox. */
  readonly enqueued: boolean;
  /** Counts the skipped profiles whose template aborted. */
  readonly aborted: number;
  readonly problems: readonly { readonly profile: string; readonly problem: string }[];
}

const noProblems = { aborted: 0, problems: [] };
type StepChanges = Omit<StepResult, keyof typeof noProblems> & Partial<StepResult>;

/** Processes the next `limit` profiles of a run, in one transaction with the run's progress. */
export async function runStep(context: FiringContext, catalog: Catalog, run: Run, limit: number): Promise<StepResult> {
  const work = run.kind === "reevaluate" ? reevaluate : run.kind === "cleanup" ? cleanUp : fireForMembers;
  const result = await work(context, catalog, run, limit);
  const { run: worked } = result;
  const { transaction, now } = context;
  const ended = worked.state !== "running" && worked.state !== "paused";
  const kept: Run = { ...worked, updatedAt: now, ...(ended && { endedAt: now }) };
  await transaction.runs.put(kept);
  if (ended && kept.kind === "reevaluate") await endReevaluation(transaction, kept);
  if (ended && kept.kind === "scheduled") await endOnce(transaction, catalog, kept);
  return { ...noProblems, ...result, run: kept };
}

/** Pauses a run until its trigger is active again: meanwhile, members would be left out. */
const pausedByTrigger = { state: "paused", pausedByTrigger: true, reason: "its trigger is not active" } as const;

/** Continues the runs that were paused because their trigger was not active. */
export async function resumePausedRuns({ runs }: EngineTransaction, trigger: string, now: number): Promise<void> {
  const { items } = await runs.list({ trigger, state: "paused", limit: maxRuns });
  for (const { reason: _reason, pausedByTrigger, ...run } of items) {
    if (pausedByTrigger === true) await runs.put({ ...run, state: "running", updatedAt: now });
  }
}

/** Fires the trigger of a backfill or scheduled run for each member. */
async function fireForMembers(context: FiringContext, catalog: Catalog, run: Run, limit: number): Promise<StepChanges> {
  const trigger = catalog.triggers.get(run.trigger!);
  const [audience] = run.audiences;
  const unable = catalog.broken.some(({ kind, of }) => kind === "trigger" && of === run.trigger);
  if (trigger === undefined && !unable) {
    return { run: { ...run, state: "failed", reason: "the trigger no longer exists" }, enqueued: false };
  }
  if (trigger?.status.state !== "active") return { run: { ...run, ...pausedByTrigger }, enqueued: false };
  if (audienceOf(trigger)?.[1] !== audience) {
    return {
      run: { ...run, state: "failed", reason: `the trigger no longer has the audience ${audience}` },
      enqueued: false,
    };
  }
  const { transaction } = context;
  const revisits = run.revisit?.slice(0, limit);
  const pageOf = (limit: number) => transaction.memberships.members({ audience: audience!, limit, after: run.cursor });
  let page =
    revisits === undefined
      ? await pageOf(limit)
      : { items: revisits.map((profile) => ({ profile })), next: run.cursor };
  const profiles = await transaction.profiles.get(page.items.map(({ profile }) => profile));
  let { sent, skipped, failed } = run;
  let enqueued = false;
  let aborted = 0;
  const problems: { profile: string; problem: string }[] = [];
  let limitReached = false;
  let stepped = 0;
  for (const profile of profiles) {
    // The trigger has just been paused: members that the run has not reached are left for when it is active again.
    if (context.costs.paused.has(trigger.name)) break;
    if (run.limit !== undefined && sent >= run.limit) {
      limitReached = true;
      break;
    }
    stepped++;
    if (profile === undefined || (await isLeftOut(transaction, run, profile))) {
      skipped++;
      continue;
    }
    const backfill = run.kind === "backfill";
    const cause = { kind: "run", audience: audience!, run: run.id, backfill } as const;
    context.budget.item = stepped - 1;
    const fired = await fire(context, trigger, profile, cause, run.id);
    if (fired.state === "skipped" || fired.state === "aborted") skipped++;
    else if (fired.state === "failed") failed++;
    else sent++;
    if (fired.state === "aborted") aborted++;
    if (fired.state === "failed") problems.push({ profile: profile.id, problem: fired.firing.reason ?? "" });
    enqueued ||= hasEnqueued(fired);
  }
  const isFull = limitReached || (run.limit !== undefined && sent >= run.limit);
  const stopped = context.costs.paused.has(trigger.name);
  if (stopped && revisits === undefined && stepped < profiles.length) page = await pageOf(stepped);
  const ended = isFull || page.next === undefined;
  const done = run.done + (stopped ? stepped : profiles.length);
  const rest = run.revisit?.slice(stopped ? stepped : limit) ?? [];
  const worked: Run = {
    ...run,
    revisit: rest.length > 0 ? rest : undefined,
    done,
    sent,
    skipped,
    failed,
    ...(page.next !== undefined && { cursor: page.next }),
    ...(stopped && !ended && pausedByTrigger),
    ...(ended && { state: "done" }),
    ...(isFull && { reason: `it reached its limit of ${run.limit}` }),
  };
  return { run: worked, enqueued, aborted, problems };
}

/**
 * Reports whether a profile is skipped: it is not in the sample, this run alerted it under another id, or, in a
 * backfill, its trigger alerted it or is about to.
 */
async function isLeftOut({ firings }: EngineTransaction, run: Run, { id }: Profile): Promise<boolean> {
  const trigger = run.trigger!;
  if (run.sample !== undefined && !isSampled(id, trigger, run.sample)) return true;
  if (run.kind === "scheduled") return firings.inRun(run.id, id);
  return (
    (await firings.sent({ trigger, profile: id, since: 0, limit: 1 })) > 0 ||
    (await firings.waiting(trigger, id)).length > 0 ||
    (await firings.inRun(run.id, id))
  );
}

/** Evaluates audiences again for every profile. */
async function reevaluate(context: FiringContext, catalog: Catalog, run: Run, limit: number): Promise<StepChanges> {
  const { transaction, now } = context;
  const audiences = run.audiences.flatMap((name) => catalog.audiences.get(name) ?? []);
  const page = await transaction.profiles.list({ limit: limit, after: run.cursor });
  const memberships = await transaction.memberships.of(page.items.map(({ id }) => id));
  const changes: { audience: string; profile: string; since: number | undefined }[] = [];
  const matches = page.items.flatMap((profile, i) =>
    audiences.flatMap((audience) => {
      const { name } = audience;
      const was = memberships[i]!.some(({ audience }) => audience === name);
      const is = context.budget.measure(i, () => isIn(context, audience, profile.fields));
      if (is === undefined || was === is) return [];
      changes.push({ audience: name, profile: profile.id, since: is ? now : undefined });
      return run.fire ? entering(catalog, name, is, profile).map((one) => ({ ...one, item: i })) : [];
    }),
  );
  if (changes.length > 0) await transaction.memberships.change(changes);
  const enqueued = await fireAll(context, matches);
  const worked: Run = {
    ...run,
    done: run.done + page.items.length,
    sent: run.sent + changes.length,
    ...(page.next === undefined ? { state: "done" } : { cursor: page.next }),
  };
  return { run: worked, enqueued };
}

async function cleanUp(
  { transaction }: FiringContext,
  _catalog: Catalog,
  run: Run,
  limit: number,
): Promise<StepChanges> {
  const gone = await transaction.memberships.clear(run.audiences[0]!, limit);
  const worked: Run = { ...run, done: run.done + gone, ...(gone < limit && { state: "done" }) };
  return { run: worked, enqueued: false };
}

/** Starts a re-evaluation, which replaces running re-evaluations and cleanups of the same audiences. */
export async function startReevaluation(
  transaction: EngineTransaction,
  audiences: readonly string[],
  options: { readonly fire: boolean; readonly total: number; readonly now: number },
): Promise<Run> {
  const { fire, total, now } = options;
  await leaveOut(transaction, audiences, now);
  const run = newRun("reevaluate", { audiences, fire, total, now });
  await transaction.runs.put(run);
  for (const name of audiences) {
    const status = { reevaluation: { run: run.id, silent: !fire }, reevaluatedAt: now };
    await transaction.definitions.setStatus("audience", name, status, true);
  }
  return run;
}

/** Takes these audiences out of running re-evaluations and cleanups, and cancels those that have none left. */
async function leaveOut({ runs }: EngineTransaction, audiences: readonly string[], now: number): Promise<void> {
  for (const state of ["running", "paused"] as const) {
    const { items } = await runs.list({ state, limit: maxRuns });
    for (const run of items) {
      const rest = run.audiences.filter((name) => !audiences.includes(name));
      if (run.trigger !== undefined || rest.length === run.audiences.length) continue;
      const reason = "replaced by another re-evaluation";
      const ended = { state: "cancelled", reason, endedAt: now } as const;
      await runs.put({ ...run, updatedAt: now, ...(rest.length > 0 ? { audiences: rest } : ended) });
    }
  }
}

async function endReevaluation({ definitions }: EngineTransaction, run: Run): Promise<void> {
  for (const { kind, name, status } of await definitions.all()) {
    if (kind !== "audience") continue;
    const { reevaluation, ...rest } = (status ?? {}) as AudienceStatus;
    if (reevaluation?.run === run.id) await definitions.setStatus("audience", name, statusJson(rest), true);
  }
}

/** Marks a trigger that runs once as done when its run ends. */
export async function endOnce(
  { definitions }: EngineTransaction,
  { triggers }: Catalog,
  { trigger: name }: Run,
): Promise<void> {
  const trigger = triggers.get(name!);
  if (trigger === undefined || !("at" in trigger.definition.on) || trigger.status.state !== "active") return;
  const { next: _past, ...status } = trigger.status;
  await definitions.setStatus("trigger", name!, statusJson({ ...status, state: "done" }), true);
}

export function newRun(
  kind: Run["kind"],
  {
    audiences,
    total,
    now,
    ...rest
  }: Pick<Run, "audiences" | "total" | "trigger" | "fire" | "limit" | "sample" | "rateLimit" | "scheduledFor"> & {
    readonly now: number;
  },
): Run {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const counts = { total, done: 0, sent: 0, skipped: 0, failed: 0 };
  return {
    id: newId(now, "run"),
    kind,
    state: "running",
    audiences,
    ...given,
    ...counts,
    startedAt: now,
    updatedAt: now,
  };
}
