import { z } from "zod";
import type { Run } from "../../store/index.ts";
import type { App } from "../app.ts";
import { afterOf } from "../cursor.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { id, page, pageQuery, responses, time, toPage } from "../schemas.ts";
import { conflicting } from "../to-problem.ts";

export const rateLimit = z
  .strictObject({
    count: z.int().min(1).max(1e9),
    per: z
      .int()
      .min(1)
      .max(366 * 86_400_000),
  })
  .describe("At most `count` profiles in any `per` ms.");

const state = z.enum(["running", "paused", "done", "cancelled", "failed"]);

export const run: z.ZodType<Run> = z
  .object({
    id,
    kind: z.enum(["backfill", "scheduled", "reevaluate", "cleanup"]),
    state,
    trigger: z.string().optional(),
    audiences: z.array(z.string()),
    fire: z.boolean().optional().describe("For a re-evaluation: profiles that enter or leave fire triggers."),
    limit: z.int().optional(),
    sample: z.number().optional(),
    rateLimit: rateLimit.optional(),
    scheduledFor: time.optional(),
    total: z.int(),
    done: z.int(),
    sent: z.int(),
    skipped: z.int(),
    failed: z.int(),
    startedAt: time,
    updatedAt: time,
    endedAt: time.optional(),
    pausedByTrigger: z.literal(true).optional().describe("Goes on by itself once its trigger is active."),
    reason: z.string().optional(),
  })
  .meta({ id: "Run", description: "Work over many profiles, done in steps." });

const params = z.object({ id });
const tags = ["runs"];

/** Adds the routes of runs. */
export function runRoutes(app: App, { engine, store }: RouteDeps): void {
  const missing = (id: string): Problem => new Problem("not-found", `no run ${id}; GET /v1/runs lists them`);

  app.get("/runs", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listRuns",
      summary: "List runs, newest first",
      querystring: z.strictObject({
        ...pageQuery,
        state: state.optional(),
        trigger: z.string().min(1).max(64).optional(),
      }),
      response: responses({ 200: page(run) }),
    },
    handler: async ({ query: { limit, after, state, trigger } }) => {
      const list = `runs ${state} ${trigger}`;
      const start = after === undefined ? {} : { after: afterOf(list, after) };
      return toPage(list, await store.runs.list({ limit, ...start, state, trigger }), (item) => item);
    },
  });

  app.get("/runs/:id", {
    config: { scope: "read" },
    schema: { tags, operationId: "getRun", summary: "Get a run", params, response: responses({ 200: run }, 404, 414) },
    handler: async ({ params: { id } }) => {
      const found = await store.runs.get(id);
      if (found === undefined) throw missing(id);
      return found;
    },
  });

  const change = (verb: string, to: "running" | "paused" | "cancelled", summary: string): void => {
    app.post(`/runs/:id/${verb}`, {
      config: { scope: "write", idempotent: true },
      schema: {
        tags,
        operationId: `${verb}Run`,
        summary,
        params,
        response: responses({ 200: run }, 404, 409, ...noBodyStatuses),
      },
      handler: async ({ params: { id } }) => {
        const found = await engine.setRun(id, to).catch(conflicting);
        if (found === undefined) throw missing(id);
        return found;
      },
    });
  };
  change("pause", "paused", "Pause a run");
  change("resume", "running", "Resume a paused run");
  change("cancel", "cancelled", "Cancel a run; alerts that it has queued are still delivered");
}

/** Statuses of problems of a route that needs no body but may receive one. */
export const noBodyStatuses = [413, 414, 415, 422] as const;
