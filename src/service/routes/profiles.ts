import { z } from "zod";
import { identityOf, profilesDefinition, type Refused, resolveProfiles } from "../../profiles/index.ts";
import type { Identifier, Membership, Profile } from "../../store/index.ts";
import type { Forgotten, Split, Updated } from "../../triggers/index.ts";
import type { App } from "../app.ts";
import { afterOf } from "../cursor.ts";
import { findDefinition } from "../definitions.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { bodyStatuses, id, object, page, pageQuery, responses, time, toPage } from "../schemas.ts";
import { noProfile } from "../to-problem.ts";

const identifier: z.ZodType<Identifier> = z.object({ kind: z.string(), value: z.string() });

export const profile: z.ZodType<Profile> = z
  .object({
    id,
    fields: object,
    identifiers: z.array(identifier),
    createdAt: time,
    updatedAt: time,
    version: z.int().describe("Number of times the profile was written."),
  })
  .meta({ id: "Profile" });

const value = z.union([z.string(), z.number()], { error: "expected text or a number" });
const update = z
  .strictObject({
    identifiers: z
      .record(
        z.string().min(1).max(64),
        z.union([value, z.array(value).max(1_000)], {
          error: "expected an identifier (text or a number), or a list of them",
        }),
      )
      .describe("Identifiers by kind: `email`, `user_id`, `device`, or the kinds under `profiles.identifiers`."),
    fields: object
      .optional()
      .describe("Merged into the profile by the rules under `profiles.merge`; null removes a field."),
  })
  .meta({
    id: "Update",
    description: "New data of a profile.",
    examples: [{ identifiers: { email: "ada@example.com" }, fields: { first_name: "Ada", visits: 12 } }],
  });

const changed = z.array(z.string()).describe("Names of the fields that changed.");
const refused = z
  .array(z.object({ identifier, reason: z.string() }))
  .describe("Identifiers that were not added, and why.") as z.ZodType<readonly Refused[]>;
const result = z.object({ profile: id, changed, refused });

const problem = z.object({ problem: z.string() });

const resultOf = (updated: Updated) =>
  "problem" in updated
    ? { problem: updated.problem }
    : { profile: updated.after.id, changed: [...updated.changed], refused: updated.refused };

const forgotten: z.ZodType<Forgotten> = z
  .object({
    erased: z.int().describe("Number of deliveries whose content and destinations were erased."),
    inFlight: z
      .array(z.string())
      .describe("Deliveries that are being attempted: they are erased when the attempt ends, and not retried."),
  })
  .meta({ id: "Forgotten" });

const split: z.ZodType<Split> = z
  .object({
    profile: profile.describe("The profile that had been merged and is restored."),
    from: profile.describe("The profile that it had been merged into."),
    reassigned: z.array(identifier).describe("Identifiers that belong to another profile by now."),
  })
  .meta({ id: "Split" });

const maxUpdates = 1_000;
const tags = ["profiles"];

/** Adds the routes of profiles. */
export function profileRoutes(app: App, { engine, store, limits }: RouteDeps): void {
  app.put("/profiles", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags,
      operationId: "updateProfile",
      summary: "Update the profile that has one of the identifiers, or create one",
      body: update,
      response: responses({ 200: z.object({ profile, changed, refused }) }, ...bodyStatuses, 409, 422),
    },
    handler: async ({ body }) => {
      const [updated] = await engine.update([body]);
      if ("problem" in updated!) throw new Problem("unprocessable", updated.problem);
      return { profile: updated!.after, changed: [...updated!.changed], refused: updated!.refused };
    },
  });

  app.post("/profiles", {
    config: { scope: "write", idempotent: true, maxBytes: limits.bulk },
    schema: {
      tags,
      operationId: "updateProfiles",
      summary: "Update many profiles, in order",
      body: z.strictObject({ updates: z.array(update).min(1).max(maxUpdates) }),
      response: responses(
        { 200: z.object({ results: z.array(z.union([result, problem])) }) },
        ...bodyStatuses,
        409,
        422,
      ),
    },
    handler: async ({ body: { updates } }) => ({ results: (await engine.update(updates)).map(resultOf) }),
  });

  app.get("/profiles", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listProfiles",
      summary: "List all profiles, oldest first",
      querystring: z.strictObject(pageQuery),
      response: responses({ 200: page(profile) }),
    },
    handler: async ({ query: { limit, after } }) => {
      const start = after === undefined ? {} : { after: afterOf("profiles", after) };
      return toPage("profiles", await store.profiles.list({ limit, ...start }), (item) => item);
    },
  });

  async function byId(id: string): Promise<Profile> {
    const [found] = await store.profiles.get([id]);
    if (found === undefined) throw noProfile(id);
    return found;
  }

  app.get("/profiles/:id", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "getProfile",
      summary: "Get a profile; the id of a merged profile returns the one that it was merged into",
      params: z.object({ id }),
      response: responses({ 200: profile }, 404, 414),
    },
    handler: ({ params }) => byId(params.id),
  });

  app.get("/profiles/by/:kind/:value", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "findProfile",
      summary: "Get the profile that has an identifier",
      params: z.object({ kind: z.string().min(1).max(64), value: z.string().min(1).max(500) }),
      response: responses({ 200: profile }, 404, 414, 422),
    },
    handler: async ({ params: { kind, value } }) => {
      const settings = await findDefinition(store, "profiles", "profiles");
      const rules = resolveProfiles(settings && profilesDefinition.parse(settings.body));
      const identity = identityOf({ [kind]: value }, rules);
      if ("problem" in identity) throw new Problem("unprocessable", identity.problem);
      const [found] = await store.profiles.find(identity.identifiers);
      if (found === undefined) throw new Problem("not-found", `no profile has this identifier of the kind ${kind}`);
      return byId(found);
    },
  });

  const membership: z.ZodType<Membership> = z.object({ audience: z.string(), since: time });
  app.get("/profiles/:id/audiences", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listAudiencesOfProfile",
      summary: "List the audiences that a profile is a member of",
      params: z.object({ id }),
      response: responses(
        { 200: z.object({ items: z.array(membership) as z.ZodType<readonly Membership[]> }) },
        404,
        414,
      ),
    },
    handler: async ({ params }) => {
      const { id } = await byId(params.id);
      const [items] = await store.memberships.of([id]);
      return { items: items! };
    },
  });

  app.post("/profiles/:id/split", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags,
      operationId: "splitProfile",
      summary: "Undo a merge of the last 30 days",
      description:
        "Takes the id of the profile that was merged, or of the surviving one, whose latest merge is undone then. Fields, identifiers, " +
        "firings and events return to the profile that they belonged to; newer data stays with the surviving profile. Audiences " +
        "are re-evaluated without firing triggers, and the two are not merged again automatically.",
      params: z.object({ id }),
      response: responses({ 200: split }, 404, 409, 413, 414, 415),
    },
    handler: async ({ params }) => {
      const found = await engine.split(params.id);
      if (found === undefined) throw noProfile(params.id);
      return found;
    },
  });

  app.delete("/profiles/:id", {
    config: { scope: "write" },
    schema: {
      tags,
      operationId: "forgetProfile",
      summary:
        "Erase a profile with its identifiers, memberships and firings, and the content and destinations of its deliveries",
      description: "Deliveries of `POST /v1/sends` are not linked to a profile, and stay.",
      params: z.object({ id }),
      response: responses({ 200: forgotten }, 404, 414),
    },
    handler: async ({ params }) => {
      const found = await engine.forget(params.id);
      if (found === undefined) throw noProfile(params.id);
      return found;
    },
  });
}
