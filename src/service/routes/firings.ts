import { z } from "zod";
import type { Firing } from "../../store/index.ts";
import type { Explanation } from "../../triggers/index.ts";
import type { App } from "../app.ts";
import { afterOf } from "../cursor.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { id, json, object, page, pageQuery, responses, time, toPage } from "../schemas.ts";

const state = z.enum(["waiting", "sent", "aborted", "skipped", "failed"]);
const causeKind = z.enum(["enter", "exit", "change", "event", "run"]);

const cause: z.ZodType<Firing["cause"]> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal(["enter", "exit"]), audience: z.string() }),
  z.object({ kind: z.literal("change"), fields: z.array(z.string()), before: object }),
  z.object({
    kind: z.literal("event"),
    stream: z.string(),
    event: z.string(),
    payload: json.optional().describe("Present while the firing waits."),
  }),
  z.object({ kind: z.literal("run"), audience: z.string(), run: z.string(), backfill: z.boolean() }),
]);

const firing: z.ZodType<Firing> = z
  .object({
    id,
    trigger: z.string(),
    profile: z.string(),
    cause,
    at: time,
    state,
    due: time.optional(),
    waitsFor: z.enum(["dwell", "quietHours", "digest"]).optional(),
    reason: z.string().optional(),
    settledAt: time.optional(),
    key: z.string().optional(),
    deliveries: z.array(z.string()),
    run: z.string().optional(),
  })
  .meta({ id: "Firing", description: "One firing of a trigger for one profile, and its result." });

const explanation: z.ZodType<Explanation> = z
  .object({
    answer: z.string(),
    alerted: z.boolean(),
    steps: z.array(
      z.object({ what: z.string(), ok: z.boolean().optional(), detail: z.string() }),
    ) as unknown as z.ZodType<Explanation["steps"]>,
    firings: z.array(firing),
    skip: z
      .object({
        trigger: z.string(),
        profile: z.string(),
        at: time,
        reason: z.string(),
        cause: causeKind,
        count: z.int(),
      })
      .optional(),
    deliveries: z.array(z.object({ id })),
  })
  .meta({ id: "Explanation" });

const name = z.string().min(1).max(64);

/** Adds the routes of firings and explanations. */
export function firingRoutes(app: App, { engine, store }: RouteDeps): void {
  app.get("/firings", {
    config: { scope: "read" },
    schema: {
      tags: ["firings"],
      operationId: "listFirings",
      summary: "List firings, newest first",
      querystring: z.strictObject({
        ...pageQuery,
        trigger: name.optional(),
        profile: id.optional(),
        state: state.optional(),
        run: id.optional(),
      }),
      response: responses({ 200: page(firing) }),
    },
    handler: async ({ query: { limit, after, ...filter } }) => {
      const list = `firings ${JSON.stringify(filter)}`;
      const start = after === undefined ? {} : { after: afterOf(list, after) };
      return toPage(list, await store.firings.list({ limit, ...start, ...filter }), (item) => item);
    },
  });

  app.get("/firings/:id", {
    config: { scope: "read" },
    schema: {
      tags: ["firings"],
      operationId: "getFiring",
      summary: "Get a firing",
      params: z.object({ id }),
      response: responses({ 200: firing }, 404, 414),
    },
    handler: async ({ params }) => {
      const found = await store.firings.get(params.id);
      if (found === undefined) throw new Problem("not-found", `no firing ${params.id}; GET /v1/firings lists them`);
      return found;
    },
  });

  app.get("/explain", {
    config: { scope: "read" },
    schema: {
      tags: ["firings"],
      operationId: "explain",
      summary: "Explain why a trigger alerted a profile, or did not",
      querystring: z.strictObject({ profile: id, trigger: name }),
      response: responses({ 200: explanation }, 404),
    },
    handler: async ({ query: { profile, trigger } }) => {
      const { deliveries, ...rest } = await engine.explain(profile, trigger);
      return { ...rest, deliveries: deliveries.map(({ id }) => ({ id })) };
    },
  });
}
