import { z } from "zod";
import { identityOf, profilesDefinition, type Refused, resolveProfiles } from "../../profiles/index.ts";
import type { Identifier, Membership, Profile } from "../../store/index.ts";
import type { Forgotten, Split, Updated } from "../../triggers/index.ts";
import type { App } from "../app.ts";
import { afterOf } from "../cursor.ts";
import { find } from "../declared.ts";
import { noProfile } from "../errors.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { answers, bodied, id, object, page, pageQuery, time, toPage } from "../schemas.ts";

const identifier: z.ZodType<Identifier> = z.object({ kind: z.string(), value: z.string() });

export const profile: z.ZodType<Profile> = z
  .object({
    id,
    fields: object,
    identifiers: z.array(identifier),
    createdAt: time,
    updatedAt: time,
    version: z.int().describe("How often it was written."),
  })
  .meta({ id: "Profile" });

const value = z.union([z.string(), z.number()], { error: "an identifier is a text or a number" });
const update = z
  .strictObject({
    identifiers: z
      .record(
        z.string().min(1).max(64),
        z.union([value, z.array(value).max(1_000)], { error: "give an identifier, or a list of them" }),
      )
      .describe("By kind: `email`, `user_id`, `device`, or as the settings name them."),
    fields: object.optional().describe("Merged into what is known by the declared rules; null removes a field."),
  })
  .meta({
    id: "Update",
    description: "What is known of a person.",
    examples: [{ identifiers: { email: "ada@example.com" }, fields: { first_name: "Ada", visits: 12 } }],
  });

const changed = z.array(z.string()).describe("Names of the fields that are not what they were.");
const refused = z
  .array(z.object({ identifier, reason: z.string() }))
  .describe("Identifiers that it did not get, and why.") as z.ZodType<readonly Refused[]>;
const result = z.object({ profile: id, changed, refused });

const problem = z.object({ problem: z.string() });

const resultOf = (updated: Updated) =>
  "problem" in updated
    ? { problem: updated.problem }
    : { profile: updated.after.id, changed: [...updated.changed], refused: updated.refused };

const forgotten: z.ZodType<Forgotten> = z
  .object({
    erased: z.int().describe("Deliveries whose texts and addresses were erased."),
    inFlight: z
      .array(z.string())
      .describe("Deliveries that are being attempted right now: they are erased once that ends, and not tried again."),
  })
  .meta({ id: "Forgotten" });

const split: z.ZodType<Split> = z
  .object({
    profile: profile.describe("The one that had ended, and is there again."),
    from: profile.describe("The one that it was part of."),
    reassigned: z.array(identifier).describe("Identifiers that it had and somebody else has by now."),
  })
  .meta({ id: "Split" });

const mostUpdates = 1_000;
const tags = ["profiles"];

/** Who is known, and what of them. */
export function profileRoutes(app: App, { engine, store, limits }: RouteDeps): void {
  app.put("/profiles", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags,
      operationId: "updateProfile",
      summary: "Merge what is known of a person into their profile, or into a new one",
      body: update,
      response: answers({ 200: z.object({ profile, changed, refused }) }, ...bodied, 409, 422),
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
      summary: "The same for many, in their order",
      body: z.strictObject({ updates: z.array(update).min(1).max(mostUpdates) }),
      response: answers({ 200: z.object({ results: z.array(z.union([result, problem])) }) }, ...bodied, 409, 422),
    },
    handler: async ({ body: { updates } }) => ({ results: (await engine.update(updates)).map(resultOf) }),
  });

  app.get("/profiles", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listProfiles",
      summary: "All profiles, oldest first",
      querystring: z.strictObject(pageQuery),
      response: answers({ 200: page(profile) }),
    },
    handler: async ({ query: { limit, after } }) => {
      const start = after === undefined ? {} : { after: afterOf("profiles", after) };
      return toPage("profiles", await store.profiles.list({ limit, ...start }), (one) => one);
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
      summary: "One profile; the id of one that was absorbed gives the one that it is now",
      params: z.object({ id }),
      response: answers({ 200: profile }, 404, 414),
    },
    handler: ({ params }) => byId(params.id),
  });

  app.get("/profiles/by/:kind/:value", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "findProfile",
      summary: "The profile that has an identifier",
      params: z.object({ kind: z.string().min(1).max(64), value: z.string().min(1).max(500) }),
      response: answers({ 200: profile }, 404, 414, 422),
    },
    handler: async ({ params: { kind, value } }) => {
      const settings = await find(store, "profiles", "profiles");
      const rules = resolveProfiles(settings && profilesDefinition.parse(settings.body));
      const identity = identityOf({ [kind]: value }, rules);
      if ("problem" in identity) throw new Problem("unprocessable", identity.problem);
      const [found] = await store.profiles.find(identity.identifiers);
      if (found === undefined) throw new Problem("not-found", `no profile has this ${kind}`);
      return byId(found);
    },
  });

  const membership: z.ZodType<Membership> = z.object({ audience: z.string(), since: time });
  app.get("/profiles/:id/audiences", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listAudiencesOfProfile",
      summary: "The audiences that a profile is in",
      params: z.object({ id }),
      response: answers(
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
      summary: "Undo a merge of profiles, for 30 days",
      description:
        "The id is that of the profile that ended, or of the one that stayed: then its latest merge is undone. Fields, identifiers, " +
        "firings and events are again whose they were; what came since stays with the one that stayed. Audiences are evaluated " +
        "anew, which fires nothing, and nothing that comes in makes the two one again.",
      params: z.object({ id }),
      response: answers({ 200: split }, 404, 409, 413, 414, 415),
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
        "Erase a person: profile, identifiers, memberships, firings, what their deliveries said and where they went",
      description: "Of what was sent at once (`POST /v1/sends`) it is not known whose it was: that stays.",
      params: z.object({ id }),
      response: answers({ 200: forgotten }, 404, 414),
    },
    handler: async ({ params }) => {
      const found = await engine.forget(params.id);
      if (found === undefined) throw noProfile(params.id);
      return found;
    },
  });
}
