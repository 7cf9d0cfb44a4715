import { z } from "zod";
import type { RawEvent } from "../../store/index.ts";
import type { App } from "../app.ts";
import { afterOf } from "../cursor.ts";
import type { RouteDeps } from "../options.ts";
import { answers, id, json, page, pageQuery, time, toPage } from "../schemas.ts";

const event: z.ZodType<RawEvent> = z
  .object({
    id,
    stream: z.string(),
    key: z.string().optional().describe("With the same key, it is the same event."),
    receivedAt: time,
    payload: json,
    profile: z.string().optional(),
    problem: z.string().optional().describe("Why it went into no profile."),
    refused: z.array(z.string()).optional().describe("What of it was not taken, and why."),
  })
  .meta({ id: "Event", description: "A payload that came in on a stream." });

/** What came in. */
export function eventRoutes(app: App, { store }: RouteDeps): void {
  app.get("/events", {
    config: { scope: "read" },
    schema: {
      tags: ["collection"],
      operationId: "listEvents",
      summary: "Raw events, newest first",
      querystring: z.strictObject({
        ...pageQuery,
        stream: z.string().min(1).max(64).optional(),
        profile: id.optional(),
        problems: z.enum(["true", "false"]).optional().describe("Only those that went into no profile."),
      }),
      response: answers({ 200: page(event) }),
    },
    handler: async ({ query: { limit, after, problems, ...filter } }) => {
      const list = `events ${problems} ${JSON.stringify(filter)}`;
      const start = after === undefined ? {} : { after: afterOf(list, after) };
      const found = await store.events.list({ limit, ...start, ...filter, problems: problems === "true" });
      return toPage(list, found, (one) => one);
    },
  });
}
