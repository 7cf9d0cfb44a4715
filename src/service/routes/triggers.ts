import { z } from "zod";
import type { Json } from "../../base/json.ts";
import type { Definition } from "../../store/index.ts";
import { type Estimate, type Failure, recentFailures, type TriggerState } from "../../triggers/index.ts";
import type { App } from "../app.ts";
import { find } from "../declared.ts";
import { conflicting } from "../errors.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { answers, bodied, json, time } from "../schemas.ts";
import { noBody, pace, run } from "./runs.ts";

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
    status: json.describe("Its state, why, since when, and when its schedule comes next."),
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
      .describe("The newest firings that failed, and why; GET /v1/firings has all."),
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
    takes: z.number().optional().describe("In ms, by the pace."),
    problems: z.array(z.object({ profile: z.string(), problem: z.string() })),
  })
  .meta({ id: "Estimate" });

const backfill = z
  .strictObject({
    cap: z.int().min(1).max(1e12).optional().describe("At most so many are alerted."),
    share: z.number().gt(0).max(1).optional().describe("The share of members that is taken at all."),
    pace: pace.optional(),
  })
  .meta({ id: "BackfillOptions", description: "What is absent is as the trigger's definition has it." });

const params = z.object({ name: z.string().min(1).max(64) });
const tags = ["triggers"];

/** What makes alerts fire, and whether it does. */
export function triggerRoutes(app: App, { engine, store }: RouteDeps): void {
  const shown = ({ name, body, status, origin, createdAt, updatedAt }: Definition): Trigger => {
    const state = (status as { readonly state?: TriggerState } | null)?.state;
    return { name, ...(state && { state }), definition: body, status, origin, createdAt, updatedAt };
  };

  async function byName(name: string): Promise<Trigger> {
    const found = await find(store, "trigger", name);
    if (found === undefined) throw new Problem("not-found", `there is no trigger ${name}: GET /v1/triggers lists them`);
    return shown(found);
  }

  app.get("/triggers", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listTriggers",
      summary: "All triggers",
      response: answers({ 200: z.object({ items: z.array(trigger) }) }),
    },
    handler: async () => ({
      items: (await store.definitions.all()).filter(({ kind }) => kind === "trigger").map(shown),
    }),
  });

  app.get("/triggers/:name", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "getTrigger",
      summary: "One trigger, and why it failed lately if it did",
      params,
      response: answers({ 200: detailed }, 404, 414),
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
        response: answers({ 200: trigger }, 404, 409, ...noBody),
      },
      handler: async ({ params: { name } }) => {
        await engine.setState(name, state).catch(conflicting);
        return byName(name);
      },
    });
  };
  change("activate", "active", "Make it fire from now on; nothing is sent to those who were there before");
  change("pause", "paused", "Let nothing fire until it is active again");
  change("draft", "draft", "Put it back to where it was before it was first active");

  app.post("/triggers/:name/estimate", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "estimateBackfill",
      summary: "Whom a backfill would alert; changes nothing",
      params,
      body: backfill,
      response: answers({ 200: estimate }, 404, 409, 414, ...bodied),
    },
    handler: ({ params: { name }, body }) => engine.estimate(name, body).catch(conflicting),
  });

  app.post("/triggers/:name/backfill", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags,
      operationId: "startBackfill",
      summary: "Alert the members that were there before the trigger",
      params,
      body: backfill,
      response: answers({ 201: run }, 404, 409, 414, ...bodied, 422),
    },
    handler: async ({ params: { name }, body }, reply) => {
      const started = await engine.backfill(name, body).catch(conflicting);
      return reply.code(201).send(started);
    },
  });
}
