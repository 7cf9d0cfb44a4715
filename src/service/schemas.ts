import { z } from "zod";
import type { Json } from "../base/json.ts";
import type { Page } from "../store/index.ts";
import { meant } from "../triggers/index.ts";
import { cursorOf } from "./cursor.ts";
import { kinds, problemBody, problemType } from "./problem.ts";

/** Any JSON, as it is: nothing is taken away or filled in. */
export const json = z.unknown() as unknown as z.ZodType<Json>;

/** An object of any JSON. Not `z.record`, which leaves out what it does not like. */
export const object = z
  .unknown()
  .refine((value) => value !== null && typeof value === "object" && !Array.isArray(value), "this is an object")
  .meta({ type: "object", additionalProperties: true }) as unknown as z.ZodType<{ readonly [name: string]: Json }>;

/**
 * What is checked by `schema`, and goes on as it was written.
 * @param id its name in the document
 */
export function asWritten(schema: z.ZodType, id: string): z.ZodType<Json> {
  const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return z
    .unknown()
    .superRefine((value, context) => {
      for (const issue of schema.safeParse(value).error?.issues ?? []) {
        const { path, message } = meant(issue);
        context.addIssue({ code: "custom", path: [...path], message });
      }
    })
    .meta({ ...(flat(described) as object), id }) as unknown as z.ZodType<Json>;
}

/** Without references to itself, which would be ones of the document's. */
function flat(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(flat);
  if (schema === null || typeof schema !== "object") return schema;
  if ("$ref" in schema) return {};
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name]) => !["$schema", "$defs"].includes(name))
      .map(([name, inner]) => [name, flat(inner)]),
  );
}

export const id = z.string().min(1).max(200);
export const time = z.int().describe("In ms since 1970.");

export const alert = z
  .strictObject({
    title: z.string(),
    subtitle: z.string().optional(),
    body: z.string().optional(),
    html: z.string().optional(),
  })
  .meta({ id: "Alert" });

export const alertTemplate = z
  .strictObject({
    title: z.string(),
    subtitle: z.string().optional(),
    body: z.string().optional(),
    html: z.string().optional().describe("Values in it are escaped for where they stand."),
  })
  .meta({ id: "AlertTemplate", description: "Each part is a template." });

/** What asks for a page. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(100).describe("At most so many; fewer where they are large."),
  after: z.string().min(1).max(2000).optional().describe("`next` of the page before."),
};

export function page<Item>(item: z.ZodType<Item>): z.ZodType<Page<Item>> {
  return z.object({
    items: z.array(item),
    next: z.string().optional().describe("Give it as `after` for the next page. Absent on the last one."),
  });
}

/** @param list as of `cursorOf` */
export function toPage<Item, Out>(list: string, { items, next }: Page<Item>, show: (item: Item) => Out): Page<Out> {
  return { items: items.map(show), ...(next !== undefined && { next: cursorOf(list, next) }) };
}

type Status = (typeof kinds)[keyof typeof kinds]["status"];

/** What a route answers: how it goes well, and which problems it can have besides those that every route with a key has. */
export function answers<const Good extends Record<number, z.ZodType>>(good: Good, ...more: readonly Status[]): Good {
  const statuses = [400, 401, 403, 408, 429, 500, 503, ...more];
  return { ...good, ...Object.fromEntries(statuses.map((status) => [status, problemAnswer(status)])) };
}

/** Of a route with a body. */
export const bodied = [413, 415] as const;

export function problemAnswer(status: number) {
  const titles = Object.values(kinds).filter((kind) => kind.status === status);
  return {
    description: titles.map(({ title }) => `${title}.`).join(" "),
    content: { [problemType]: { schema: problemBody } },
  };
}
