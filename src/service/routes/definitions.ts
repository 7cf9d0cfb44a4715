import { z } from "zod";
import { audienceDefinition } from "../../audiences/index.ts";
import { declaredName, profilesDefinition, streamDefinition } from "../../profiles/index.ts";
import type { Definition } from "../../store/index.ts";
import { alarmDefinition, type DesiredState, type Plan, type Step, triggerDefinition } from "../../triggers/index.ts";
import type { App } from "../app.ts";
import { shown } from "../declared.ts";
import type { RouteDeps } from "../options.ts";
import { answers, asWritten, bodied, json, time } from "../schemas.ts";
import { profile } from "./profiles.ts";

const kind = z.enum(["profiles", "stream", "audience", "trigger", "alarm"]);

const definition: z.ZodType<Definition> = z
  .object({
    kind,
    name: z.string(),
    body: json.describe("As it was written, but without secrets."),
    origin: z.enum(["file", "api"]),
    createdAt: time,
    updatedAt: time,
    status: json,
  })
  .meta({ id: "Definition" });

const named = (schema: z.ZodType, id: string) =>
  z.record(declaredName, z.union([asWritten(schema, id), z.null()])).optional();

const wanted = z
  .strictObject({
    definitions: z.strictObject({
      profiles: named(profilesDefinition, "ProfilesDefinition").describe("Has one name: profiles."),
      stream: named(streamDefinition, "StreamDefinition"),
      audience: named(audienceDefinition, "AudienceDefinition"),
      trigger: named(triggerDefinition, "TriggerDefinition"),
      alarm: named(alarmDefinition, "AlarmDefinition"),
    }),
    states: z
      .record(declaredName, z.enum(["active", "paused", "draft"]))
      .optional()
      .describe("States that triggers shall have."),
  })
  .meta({ id: "Wanted", description: "Definitions by kind and name; null removes one." });

const plan: z.ZodType<Plan> = z
  .object({
    steps: z.array(
      z.object({
        kind,
        name: z.string(),
        action: z.enum(["create", "change", "remove", "state"]),
        before: definition.optional(),
        members: z
          .object({
            now: z.int(),
            enter: z.int(),
            leave: z.int(),
            errors: z.int(),
            sampled: z.int(),
            of: z.int(),
            entering: z.array(profile),
            leaving: z.array(profile),
          })
          .optional()
          .describe("Of an audience: who would enter and leave."),
        effect: z.string(),
      }) as z.ZodType<Step>,
    ),
    findings: z.array(z.object({ where: z.string(), severity: z.string(), message: z.string() })),
  })
  .meta({ id: "Plan" });

const shownPlan = ({ steps, findings }: Plan): Plan => ({
  steps: steps.map((step) => ({ ...step, ...(step.before && { before: shown(step.before) }) })),
  findings,
});

const tags = ["definitions"];

/** What is declared. */
export function definitionRoutes(app: App, { engine, store }: RouteDeps): void {
  app.get("/definitions", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listDefinitions",
      summary: "All that is declared: settings of profiles, streams, audiences, triggers, alarms",
      querystring: z.strictObject({ kind: kind.optional() }),
      response: answers({ 200: z.object({ items: z.array(definition) }) }),
    },
    handler: async ({ query }) => {
      const all = await store.definitions.all();
      return { items: all.filter(({ kind }) => query.kind === undefined || kind === query.kind).map(shown) };
    },
  });

  app.post("/plan", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "plan",
      summary: "What a change of definitions would do; changes nothing",
      body: wanted,
      response: answers({ 200: plan }, ...bodied, 404, 422),
    },
    handler: async ({ body }) => shownPlan(await engine.plan(fromApi(body))),
  });

  app.post("/apply", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags,
      operationId: "apply",
      summary: "Do it. Audiences are swept silently, or with `fire` so that who enters or leaves by it fires triggers",
      body: wanted.extend({ fire: z.boolean().default(false) }).meta({ id: "Apply" }),
      response: answers({ 200: plan }, ...bodied, 404, 409, 422),
    },
    handler: async ({ body: { fire, ...body } }) => shownPlan(await engine.apply(fromApi(body), { fire })),
  });
}

const fromApi = (body: z.output<typeof wanted>): DesiredState => ({ origin: "api", ...body }) as DesiredState;
