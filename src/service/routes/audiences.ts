import { z } from "zod";
import type { Json } from "../../base/json.ts";
import type { Definition, Member, Profile } from "../../store/index.ts";
import type { App } from "../app.ts";
import { afterOf } from "../cursor.ts";
import { findDefinition } from "../definitions.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { json, page, pageQuery, responses, time, toPage } from "../schemas.ts";
import { profile } from "./profiles.ts";

interface Audience {
  readonly name: string;
  readonly members: number;
  readonly definition: Json;
  readonly status: Json;
  readonly origin: "file" | "api";
  readonly createdAt: number;
  readonly updatedAt: number;
}

const audience: z.ZodType<Audience> = z
  .object({
    name: z.string(),
    members: z.int().min(0),
    definition: json,
    status: json.describe("State of the audience, such as the run that evaluates it."),
    origin: z.enum(["file", "api"]),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Audience" });

const member: z.ZodType<Member> = z.object({ profile: z.string(), since: time });

const params = z.object({ name: z.string().min(1).max(64) });
const tags = ["audiences"];

/** Adds the routes of audiences and their members. */
export function audienceRoutes(app: App, { store }: RouteDeps): void {
  const toAudience = ({ name, body, status, origin, createdAt, updatedAt }: Definition, members = 0): Audience => {
    return { name, members, definition: body, status, origin, createdAt, updatedAt };
  };

  async function byName(name: string): Promise<Definition> {
    const found = await findDefinition(store, "audience", name);
    if (found === undefined) throw new Problem("not-found", `no audience ${name}; GET /v1/audiences lists them`);
    return found;
  }

  app.get("/audiences", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listAudiences",
      summary: "List all audiences with their sizes",
      response: responses({ 200: z.object({ items: z.array(audience) }) }),
    },
    handler: async () => {
      const [all, sizes] = await Promise.all([store.definitions.all(), store.memberships.sizes()]);
      const audiences = all.filter(({ kind }) => kind === "audience");
      return { items: audiences.map((one) => toAudience(one, sizes.get(one.name))) };
    },
  });

  app.get("/audiences/:name", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "getAudience",
      summary: "Get an audience",
      params,
      response: responses({ 200: audience }, 404, 414),
    },
    handler: async ({ params: { name } }) => {
      const found = await byName(name);
      return toAudience(found, (await store.memberships.sizes()).get(name));
    },
  });

  app.get("/audiences/:name/members", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listMembers",
      summary: "List the members of an audience, with the time each entered",
      params,
      querystring: z.strictObject(pageQuery),
      response: responses({ 200: page(member) }, 404, 414),
    },
    handler: async ({ params: { name }, query: { limit, after } }) => {
      await byName(name);
      const list = `members ${name}`;
      const start = after === undefined ? {} : { after: afterOf(list, after) };
      return toPage(list, await store.memberships.members({ audience: name, limit, ...start }), (item) => item);
    },
  });

  app.get("/audiences/:name/sample", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "sampleAudience",
      summary: "Get some members of an audience with their profiles: the first ones, fewer if the profiles are large",
      params,
      querystring: z.strictObject({ count: z.coerce.number().int().min(1).max(100).default(10) }),
      response: responses(
        { 200: z.object({ items: z.array(z.object({ since: time, profile })) as z.ZodType<readonly Sample[]> }) },
        404,
        414,
      ),
    },
    handler: async ({ params: { name }, query: { count } }) => {
      await byName(name);
      const { items } = await store.memberships.members({ audience: name, limit: count });
      const found: Sample[] = [];
      let length = 0;
      // A hundred large profiles at a time would hold up other requests.
      for (const { since, profile: id } of items) {
        const [profile] = await store.profiles.get([id]);
        if (profile === undefined) continue;
        found.push({ since, profile });
        length += JSON.stringify(profile.fields).length;
        if (length > maxSampleLength) break;
      }
      return { items: found };
    },
  });
}

/** Maximum characters of the profiles of a sample, as JSON. */
const maxSampleLength = 4_000_000;

interface Sample {
  readonly since: number;
  readonly profile: Profile;
}
