import { z } from "zod";
import { issueMessage } from "../base/issue-message.ts";
import type { Json } from "../base/json.ts";
import type { Page } from "../base/page.ts";
import { meant } from "../triggers/definition/validate.ts";
import { cursorOf } from "./cursor.ts";
import { kinds, problemBody, problemType } from "./problem.ts";

/** Accepts any JSON, and passes it on unchanged. */
export const json = z.unknown() as unknown as z.ZodType<Json>;

/** Accepts an object of any JSON. It is no `z.record`, because that leaves out `__proto__`. */
export const object = z
  .unknown()
  .refine((value) => value !== null && typeof value === "object" && !Array.isArray(value), "expected an object")
  .meta({ type: "object", additionalProperties: true }) as unknown as z.ZodType<{ readonly [name: string]: Json }>;

/**
 * Checks a value with `schema` and passes it on unchanged, without defaults and conversions.
 * @param id name of the schema in the OpenAPI document
 */
export function asWritten(schema: z.ZodType, id: string): z.ZodType<Json> {
  const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return z
    .unknown()
    .superRefine((value, context) => {
      for (const issue of schema.safeParse(value, { error: issueMessage }).error?.issues ?? []) {
        const { path, message } = meant(issue);
        context.addIssue({ code: "custom", path: [...path], message });
      }
    })
    .meta({ ...(flat(described) as object), id }) as unknown as z.ZodType<Json>;
}

/** Replaces references within the schema, which would be taken for references to the document. */
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
export const time = z.int().describe("Time in ms since 1970.");

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
    html: z.string().optional().describe("Values are escaped for their place in the HTML."),
  })
  .meta({ id: "AlertTemplate", description: "An alert whose parts are templates." });

/** Query parameters of a list. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(100)
    .describe("Maximum number of items; a page of large items has fewer."),
  after: z.string().min(1).max(2000).optional().describe("`next` of the previous page."),
};

export function page<Item>(item: z.ZodType<Item>): z.ZodType<Page<Item>> {
  return z.object({
    items: z.array(item),
    next: z.string().optional().describe("Pass it as `after` to get the next page. Absent on the last one."),
  });
}

/** Converts a page of the store to one of the API. @param list as for `cursorOf` */
export function toPage<Item, Out>(list: string, { items, next }: Page<Item>, show: (item: Item) => Out): Page<Out> {
  return { items: items.map(show), ...(next !== undefined && { next: cursorOf(list, next) }) };
}

type Status = (typeof kinds)[keyof typeof kinds]["status"];

/** Declares the responses of a route: its successes, and the statuses of problems besides those that every route with a key has. */
export function responses<const Success extends Record<number, z.ZodType>>(
  success: Success,
  ...more: readonly Status[]
): Success {
  const statuses = [400, 401, 403, 408, 429, 500, 503, ...more];
  return { ...success, ...Object.fromEntries(statuses.map((status) => [status, problemResponse(status)])) };
}

/** Statuses of problems that a route with a body adds. */
export const bodyStatuses = [413, 415] as const;

export function problemResponse(status: number) {
  const titles = Object.values(kinds).filter((kind) => kind.status === status);
  return {
    description: titles.map(({ title }) => `${title}.`).join(" "),
    content: { [problemType]: { schema: problemBody } },
  };
}
