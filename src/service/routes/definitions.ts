import { z } from "zod";
import { audienceDefinition } from "../../audiences/index.ts";
import { declaredName, profilesDefinition, streamDefinition } from "../../profiles/index.ts";
import type { Definition } from "../../store/index.ts";
import { alarmDefinition, triggerDefinition } from "../../triggers/definition/definition.ts";
import type { DesiredState, Plan, Step } from "../../triggers/index.ts";
import type { App } from "../app.ts";
import { sections, withoutSecrets } from "../definitions.ts";
import type { RouteDeps } from "../options.ts";
import { asWritten, bodyStatuses, json, responses, time } from "../schemas.ts";
import { profile } from "./profiles.ts";

const kind = z.enum(["profiles", "stream", "audience", "trigger", "alarm"]);

const definition: z.ZodType<Definition> = z
  .object({
    kind,
    name: z.string(),
    body: json.describe("The definition as written, without its secrets."),
    origin: z.enum(["file", "api"]),
    createdAt: time,
    updatedAt: time,
    status: json,
  })
  .meta({ id: "Definition" });

const byName = (schema: z.ZodType, id: string) =>
  z
    .record(declaredName, z.union([asWritten(schema, id), z.null()]))
    .optional()
    .describe("By name, as in tocsin.yaml; null removes one.");

const desiredState = z
  .strictObject({
    definitions: z.strictObject({
      profiles: z
        .union([asWritten(profilesDefinition, "ProfilesDefinition"), z.null()])
        .optional()
        .describe("Identifiers and merge rules, as in tocsin.yaml; null restores the defaults."),
      streams: byName(streamDefinition, "StreamDefinition"),
      audiences: byName(audienceDefinition, "AudienceDefinition"),
      triggers: byName(triggerDefinition, "TriggerDefinition"),
      alarms: byName(alarmDefinition, "AlarmDefinition"),
    }),
    states: z
      .record(declaredName, z.enum(["active", "paused", "draft"]))
      .optional()
      .describe("Desired states of triggers, by name."),
  })
  .meta({
    id: "DesiredState",
    description: "Definitions under the keys that tocsin.yaml has. Those that are absent stay as they are.",
  });

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
          .describe("For an audience: how many profiles would enter and leave, with some of them."),
        effect: z.string(),
      }) as z.ZodType<Step>,
    ),
    findings: z.array(z.object({ where: z.string(), severity: z.string(), message: z.string() })),
  })
  .meta({ id: "Plan" });

const redactedPlan = ({ steps, findings }: Plan): Plan => ({
  steps: steps.map((step) => ({ ...step, ...(step.before && { before: withoutSecrets(step.before) }) })),
  findings,
});

const tags = ["definitions"];

/** Adds the routes that list, plan and apply definitions. */
export function definitionRoutes(app: App, { engine, store }: RouteDeps): void {
  app.get("/definitions", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listDefinitions",
      summary: "List all definitions: profiles, streams, audiences, triggers and alarms",
      querystring: z.strictObject({ kind: kind.optional() }),
      response: responses({ 200: z.object({ items: z.array(definition) }) }),
    },
    handler: async ({ query }) => {
      const all = await store.definitions.all();
      return { items: all.filter(({ kind }) => query.kind === undefined || kind === query.kind).map(withoutSecrets) };
    },
  });

  app.post("/plan", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "plan",
      summary: "Show what a change of definitions would do, without doing it",
      body: desiredState,
      response: responses({ 200: plan }, ...bodyStatuses, 404, 422),
    },
    handler: async ({ body }) => redactedPlan(await engine.plan(fromApi(body))),
  });

  app.post("/apply", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags,
      operationId: "apply",
      summary:
        "Apply a change of definitions. Changed audiences are re-evaluated without firing triggers, unless `fire` is true",
      body: desiredState.extend({ fire: z.boolean().default(false) }).meta({ id: "Apply" }),
      response: responses({ 200: plan }, ...bodyStatuses, 404, 409, 422),
    },
    handler: async ({ body: { fire, ...body } }) => redactedPlan(await engine.apply(fromApi(body), { fire })),
  });
}

/** Converts a request to a desired state, which has definitions by kind. */
function fromApi({ definitions, states }: z.output<typeof desiredState>): DesiredState {
  const byKind = Object.entries(sections).flatMap(([kind, section]) => {
    const given = definitions[section];
    return given === undefined ? [] : [[kind, kind === "profiles" ? { profiles: given } : given]];
  });
  return { origin: "api", definitions: Object.fromEntries(byKind), states } as DesiredState;
}
