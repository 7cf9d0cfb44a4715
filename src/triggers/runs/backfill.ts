import type { EngineStore, Run } from "../../store/index.ts";
import type { Catalog } from "../definition/catalog.ts";
import type { Trigger } from "../definition/trigger.ts";
import { type BackfillOptions, DefinitionError, type Estimate, NotFoundError, RunStateError } from "../engine.ts";
import type { EngineTransactions } from "../engine-transactions.ts";
import { OverBudget } from "../fire/budget.ts";
import type { FiringContext } from "../fire/fire.ts";
import { endOnce, newRun, runStep, type StepResult } from "./run-step.ts";

interface BackfillsDeps {
  readonly store: EngineStore;
  readonly transactions: EngineTransactions;
  readonly wake: () => void;
}

/** Limits the members that an estimate samples in all, and in one step: other work waits for a step. */
const sampleLimits = { max: 1_000, step: 50 };
const maxReported = 10;

/** Carries a result out of a transaction that is to be rolled back. */
class DryRunResult<Result> extends Error {
  readonly result: Result;

  constructor(result: Result) {
    super("rehearsed");
    this.result = result;
  }
}

/** Implements `Engine.estimate`, `backfill` and `setRun`. */
export class Backfills {
  readonly #options: BackfillsDeps;

  constructor(options: BackfillsDeps) {
    this.#options = options;
  }

  /** Runs the backfill for some of the members, in transactions that are rolled back. */
  async estimate(name: string, asked: BackfillOptions = {}): Promise<Estimate> {
    const { store, transactions } = this.#options;
    const { audience, desired } = await this.#check(name, asked);
    const members = (await store.memberships.sizes()).get(audience) ?? 0;
    const counts = { sampled: 0, sent: 0, skipped: 0, aborted: 0, failed: 0 };
    const problems: { profile: string; problem: string }[] = [];
    let cursor: string | undefined;
    let ended = false;
    let size = sampleLimits.step;
    while (!ended && counts.sampled < sampleLimits.max) {
      const limit = size;
      const work = async (context: FiringContext, catalog: Catalog) => {
        const trigger = active(catalog.triggers.get(name)!);
        const triggers = new Map(catalog.triggers).set(name, trigger);
        const run = newRun("backfill", {
          trigger: name,
          audiences: [audience],
          total: members,
          now: context.now,
          ...desired,
          limit: undefined,
        });
        const rest = { ...run, ...(cursor !== undefined && { cursor }) };
        return runStep(context, { ...catalog, triggers }, rest, limit);
      };
      let step: StepResult;
      try {
        step = await dryRun(transactions, work, limit);
      } catch (error) {
        if (!(error instanceof OverBudget) || limit === 1) throw error;
        size = Math.max(1, error.isCulprit ? (error.item as number) : Math.floor(limit / 2));
        continue;
      }
      size = Math.min(sampleLimits.step, size * 2);
      const { run, aborted } = step;
      counts.sampled += run.done;
      counts.sent += run.sent;
      counts.skipped += run.skipped - aborted;
      counts.aborted += aborted;
      counts.failed += run.failed;
      problems.push(...step.problems.slice(0, maxReported - problems.length));
      cursor = run.cursor;
      ended = run.state !== "running";
    }
    const factor = counts.sampled === 0 ? 0 : members / counts.sampled;
    const all = (count: number): number => Math.round(ended ? count : count * factor);
    const sent = Math.min(all(counts.sent), desired.limit ?? Number.POSITIVE_INFINITY);
    const { rateLimit } = desired;
    return {
      members,
      sampled: counts.sampled,
      sent,
      skipped: all(counts.skipped),
      aborted: all(counts.aborted),
      failed: all(counts.failed),
      ...(rateLimit !== undefined && { duration: Math.ceil((members / rateLimit.count) * rateLimit.per) }),
      problems,
    };
  }

  async start(name: string, asked: BackfillOptions = {}): Promise<Run> {
    const { transactions, wake } = this.#options;
    const { audience, desired } = await this.#check(name, asked);
    const run = await transactions.run(async ({ transaction, now }, catalog) => {
      const trigger = catalog.triggers.get(name);
      if (trigger?.status.state !== "active") {
        throw invalid(
          name,
          `only an active trigger can be backfilled; this one is ${trigger?.status.state ?? "no more"}`,
        );
      }
      const { items } = await transaction.runs.list({ trigger: name, limit: 100 });
      const other = items.find(({ kind, state }) => kind === "backfill" && (state === "running" || state === "paused"));
      if (other !== undefined)
        throw invalid(name, `its backfill ${other.id} is ${other.state}; cancel it or let it end`);
      const total = (await transaction.memberships.sizes()).get(audience) ?? 0;
      const started = newRun("backfill", { trigger: name, audiences: [audience], total, now, ...desired });
      await transaction.runs.put(started);
      return started;
    });
    wake();
    return run;
  }

  async setRun(id: string, to: "running" | "paused" | "cancelled"): Promise<Run | undefined> {
    const { transactions, wake } = this.#options;
    const run = await transactions.run(async ({ transaction, now }, catalog) => {
      const current = await transaction.runs.get(id);
      if (current === undefined || current.state === to) return current;
      const { kind, state, reason: _reason, pausedByTrigger: _pausedByTrigger, ...rest } = current;
      if (state !== "running" && state !== "paused") throw new RunStateError(`${id} is ${state}: it has ended`);
      if (to === "cancelled" && (kind === "reevaluate" || kind === "cleanup")) {
        throw new RunStateError(
          `${id} is a ${kind === "cleanup" ? kind : "re-evaluation"}, which cannot be cancelled: memberships would not be what the audience says; pause it`,
        );
      }
      const next: Run = {
        ...rest,
        kind,
        state: to,
        updatedAt: now,
        ...(to === "cancelled" && { endedAt: now, reason: "by hand" }),
        ...(to === "paused" && { reason: "by hand" }),
      };
      await transaction.runs.put(next);
      if (to === "cancelled" && kind === "scheduled") await endOnce(transaction, catalog, next);
      return next;
    });
    wake();
    return run;
  }

  /** Checks that the trigger can be backfilled with these options. @throws NotFoundError, DefinitionError */
  async #check(name: string, asked: BackfillOptions): Promise<{ audience: string; desired: BackfillOptions }> {
    const { triggers, broken } = await this.#options.transactions.current();
    const trigger = triggers.get(name);
    const fault = broken.find((one) => one.kind === "trigger" && one.of === name);
    if (fault !== undefined) throw fault;
    if (trigger === undefined) throw new NotFoundError("trigger", name, triggers.keys());
    const { on, backfill } = trigger.definition;
    if (!("enter" in on)) throw invalid(name, "only a trigger on enter can be backfilled");
    const { limit, sample, rateLimit } = { ...backfill, ...given(asked) };
    for (const [what, count] of Object.entries({
      limit,
      "rateLimit.count": rateLimit?.count,
      "rateLimit.per": rateLimit?.per,
    })) {
      if (count !== undefined && !(Number.isSafeInteger(count) && count > 0))
        throw invalid(name, `${what} is a whole number above 0, not ${count}`);
    }
    if (sample !== undefined && !(sample > 0 && sample <= 1))
      throw invalid(name, `sample is above 0 and at most 1, not ${sample}`);
    return { audience: on.enter, desired: { limit, sample, rateLimit } };
  }
}

const given = (asked: BackfillOptions): BackfillOptions =>
  Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));

const invalid = (name: string, message: string): DefinitionError =>
  new DefinitionError(message, { kind: "trigger", name, path: [] });

/** Returns the trigger as if it were active, because drafts are estimated, too. */
const active = (trigger: Trigger): Trigger => ({ ...trigger, status: { ...trigger.status, state: "active" } });

/** Runs `work` and rolls back what it did. @throws OverBudget if several profiles take too long together: try fewer */
async function dryRun<Result>(
  transactions: EngineTransactions,
  work: (context: FiringContext, catalog: Catalog) => Promise<Result>,
  items: number,
): Promise<Result> {
  const thenRollBack = async (context: FiringContext, catalog: Catalog): Promise<Result> => {
    throw new DryRunResult(await work(context, catalog));
  };
  try {
    return await (items === 1 ? transactions.settle(thenRollBack) : transactions.run(thenRollBack, { items }));
  } catch (error) {
    if (error instanceof DryRunResult) return error.result as Result;
    throw error;
  }
}
