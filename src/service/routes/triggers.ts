import { z } from "zod";
import type { Json } from "../../base/json.ts";
import type { Definition } from "../../store/index.ts";
import type { TriggerState } from "../../triggers/definition/definition.ts";
import type { Estimate } from "../../triggers/index.ts";
import { type Failure, recentFailures } from "../../triggers/trigger-activity.ts";
import type { App } from "../app.ts";
import { findDefinition } from "../definitions.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { bodyStatuses, json, responses, time } from "../schemas.ts";
import { conflicting } from "../to-problem.ts";
import { noBodyStatuses, rateLimit, run } from "./runs.ts";

interface Trigger {
  readonly name: string;
  readonly state?: TriggerState | undefined;
  readonly definition: Json;
  readonly status: Json;
  readonly origin: "file" | "api";
  readonly createdAt: number;
  readonly updatedAt: number;
}

const trigger = z
  .object({
    name: z.string(),
    state: z.enum(["draft", "active", "paused", "done", "failed"]).optional(),
    definition: json,
    status: json.describe("State of the trigger, its reason and time, and the next time of its schedule."),
    origin: z.enum(["file", "api"]),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Trigger" });

const detailed: z.ZodType<Trigger & { readonly failures: readonly Failure[] }> = z
  .object({
    ...trigger.shape,
    failures: z
      .array(z.object({ id: z.string(), profile: z.string(), at: time, reason: z.string().optional() }))
      .readonly()
      .describe("The newest failed firings; GET /v1/firings lists all."),
  })
  .meta({ id: "TriggerDetails" });

const estimate: z.ZodType<Estimate> = z
  .object({
    members: z.int(),
    sampled: z.int(),
    sent: z.int(),
    skipped: z.int(),
    aborted: z.int(),
    failed: z.int(),
    duration: z.number().optional().describe("Duration in ms under the rate limit."),
    problems: z.array(z.object({ profile: z.string(), problem: z.string() })),
  })
  .meta({ id: "Estimate" });

const backfill = z
  .strictObject({
    limit: z.int().min(1).max(1e12).optional().describe("Maximum number of members to alert."),
    sample: z.number().gt(0).max(1).optional().describe("Fraction of the members to consider, above 0 and up to 1."),
    rateLimit: rateLimit.optional(),
  })
  .meta({ id: "BackfillOptions", description: "Options that are absent are taken from the trigger's definition." });

const params = z.object({ name: z.string().min(1).max(64) });
const tags = ["triggers"];

/** Adds the routes of triggers and backfills. */
export function triggerRoutes(app: App, { engine, store }: RouteDeps): void {
  const toTrigger = ({ name, body, status, origin, createdAt, updatedAt }: Definition): Trigger => {
    const state = (status as { readonly state?: TriggerState } | null)?.state;
    return { name, ...(state && { state }), definition: body, status, origin, createdAt, updatedAt };
  };

  async function byName(name: string): Promise<Trigger> {
    const found = await findDefinition(store, "trigger", name);
    if (found === undefined) throw new Problem("not-found", `no trigger ${name}; GET /v1/triggers lists them`);
    return toTrigger(found);
  }

  app.get("/triggers", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listTriggers",
      summary: "List all triggers",
      response: responses({ 200: z.object({ items: z.array(trigger) }) }),
    },
    handler: async () => ({
      items: (await store.definitions.all()).filter(({ kind }) => kind === "trigger").map(toTrigger),
    }),
  });

  app.get("/triggers/:name", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "getTrigger",
      summary: "Get a trigger with its latest failures",
      params,
      response: responses({ 200: detailed }, 404, 414),
    },
    handler: async ({ params: { name } }) => ({ ...(await byName(name)), failures: await recentFailures(store, name) }),
  });

  const change = (verb: string, state: "active" | "paused" | "draft", summary: string): void => {
    app.post(`/triggers/:name/${verb}`, {
      config: { scope: "write", idempotent: true },
      schema: {
        tags,
        operationId: `${verb}Trigger`,
        summary,
        params,
        response: responses({ 200: trigger }, 404, 409, ...noBodyStatuses),
      },
      handler: async ({ params: { name } }) => {
        await engine.setState(name, state).catch(conflicting);
        return byName(name);
      },
    });
  };
  change("activate", "active", "Activate a trigger: it fires from now on; existing members are not alerted");
  change("pause", "paused", "Pause a trigger until it is activated again");
  change("draft", "draft", "Return a trigger to the state draft, as before its first activation");

  app.post("/triggers/:name/estimate", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "estimateBackfill",
      summary: "Estimate whom a backfill would alert, without starting it",
      params,
      body: backfill,
      response: responses({ 200: estimate }, 404, 409, 414, ...bodyStatuses),
    },
    handler: ({ params: { name }, body }) => engine.estimate(name, body).catch(conflicting),
  });

  app.post("/triggers/:name/backfill", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags,
      operationId: "startBackfill",
      summary: "Start a backfill: alert existing members",
      params,
      body: backfill,
      response: responses({ 201: run }, 404, 409, 414, ...bodyStatuses, 422),
    },
    handler: async ({ params: { name }, body }, reply) => {
      const started = await engine.backfill(name, body).catch(conflicting);
      return reply.code(201).send(started);
    },
  });
}
