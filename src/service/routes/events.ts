import { z } from "zod";
import type { RawEvent } from "../../store/index.ts";
import type { App } from "../app.ts";
import { afterOf } from "../cursor.ts";
import type { RouteDeps } from "../options.ts";
import { id, json, page, pageQuery, responses, time, toPage } from "../schemas.ts";

const event: z.ZodType<RawEvent> = z
  .object({
    id,
    stream: z.string(),
    key: z.string().optional().describe("Identifies the event: another one with the same key is a duplicate."),
    receivedAt: time,
    payload: json,
    profile: z.string().optional(),
    problem: z.string().optional().describe("Why no profile was updated."),
    refused: z.array(z.string()).optional().describe("Parts of the payload that were ignored, and why."),
  })
  .meta({ id: "Event", description: "A payload that was received on a stream." });

/** Adds the route that lists raw events. */
export function eventRoutes(app: App, { store }: RouteDeps): void {
  app.get("/events", {
    config: { scope: "read" },
    schema: {
      tags: ["collection"],
      operationId: "listEvents",
      summary: "List raw events, newest first",
      querystring: z.strictObject({
        ...pageQuery,
        stream: z.string().min(1).max(64).optional(),
        profile: id.optional(),
        problems: z.enum(["true", "false"]).optional().describe("true: only events that updated no profile."),
      }),
      response: responses({ 200: page(event) }),
    },
    handler: async ({ query: { limit, after, problems, ...filter } }) => {
      const list = `events ${problems} ${JSON.stringify(filter)}`;
      const start = after === undefined ? {} : { after: afterOf(list, after) };
      const found = await store.events.list({ limit, ...start, ...filter, problems: problems === "true" });
      return toPage(list, found, (item) => item);
    },
  });
}
