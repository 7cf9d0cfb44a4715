import { z } from "zod";
import type { Json } from "../../base/json.ts";
import type { Definition, Member, Profile } from "../../store/index.ts";
import type { App } from "../app.ts";
import { afterOf } from "../cursor.ts";
import { find } from "../declared.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { answers, json, page, pageQuery, time, toPage } from "../schemas.ts";
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
    status: json,
    origin: z.enum(["file", "api"]),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Audience" });

const member: z.ZodType<Member> = z.object({ profile: z.string(), since: time });

const params = z.object({ name: z.string().min(1).max(64) });
const tags = ["audiences"];

/** Who belongs where. */
export function audienceRoutes(app: App, { store }: RouteDeps): void {
  const shown = ({ name, body, status, origin, createdAt, updatedAt }: Definition, members = 0): Audience => {
    return { name, members, definition: body, status, origin, createdAt, updatedAt };
  };

  async function byName(name: string): Promise<Definition> {
    const found = await find(store, "audience", name);
    if (found === undefined)
      throw new Problem("not-found", `there is no audience ${name}: GET /v1/audiences lists them`);
    return found;
  }

  app.get("/audiences", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listAudiences",
      summary: "All audiences, with their sizes",
      response: answers({ 200: z.object({ items: z.array(audience) }) }),
    },
    handler: async () => {
      const [all, sizes] = await Promise.all([store.definitions.all(), store.memberships.sizes()]);
      const audiences = all.filter(({ kind }) => kind === "audience");
      return { items: audiences.map((one) => shown(one, sizes.get(one.name))) };
    },
  });

  app.get("/audiences/:name", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "getAudience",
      summary: "One audience",
      params,
      response: answers({ 200: audience }, 404, 414),
    },
    handler: async ({ params: { name } }) => {
      const found = await byName(name);
      return shown(found, (await store.memberships.sizes()).get(name));
    },
  });

  app.get("/audiences/:name/members", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listMembers",
      summary: "Who is in it, and since when",
      params,
      querystring: z.strictObject(pageQuery),
      response: answers({ 200: page(member) }, 404, 414),
    },
    handler: async ({ params: { name }, query: { limit, after } }) => {
      await byName(name);
      const list = `members ${name}`;
      const start = after === undefined ? {} : { after: afterOf(list, after) };
      return toPage(list, await store.memberships.members({ audience: name, limit, ...start }), (one) => one);
    },
  });

  app.get("/audiences/:name/sample", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "sampleAudience",
      summary: "Some of its members, with their profiles: the first ones, fewer where they are large",
      params,
      querystring: z.strictObject({ count: z.coerce.number().int().min(1).max(100).default(10) }),
      response: answers(
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
      // A hundred large profiles at once would hold up all others.
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

/** Characters of profiles, as JSON. */
const maxSampleLength = 4_000_000;

interface Sample {
  readonly since: number;
  readonly profile: Profile;
}
