import { z } from "zod";
import type { Replayed } from "../../dispatch/index.ts";
import { shownDelivery } from "../../dispatch/secrets/shown.ts";
import { shownUrl } from "../../dispatch/secrets/url.ts";
import type { Attempt, DeliverySummary, StoredDelivery } from "../../store/index.ts";
import type { App } from "../app.ts";
import { afterOf } from "../cursor.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { alert, bodyStatuses, id, json, object, page, pageQuery, responses, time, toPage } from "../schemas.ts";

const state = z.enum(["pending", "delivered", "dead", "cancelled", "aborted"]);

const summaryShape = {
  id,
  channel: z.string(),
  destination: z.string(),
  state,
  priority: z.enum(["high", "normal", "low"]),
  attempts: z.int(),
  createdAt: time,
  due: time.optional(),
  leasedUntil: time.optional(),
  settledAt: time.optional(),
  reason: z.string().optional(),
  idempotencyKey: z.string().optional(),
  orderingKey: z.string().optional(),
  replayOf: z.string().optional(),
};
const summary: z.ZodType<DeliverySummary> = z.object(summaryShape).meta({ id: "DeliverySummary" });

const message = { headers: z.record(z.string(), z.string()).optional(), body: z.string().optional() };

const attempt: z.ZodType<Attempt> = z
  .object({
    number: z.int(),
    startedAt: time,
    endedAt: time,
    outcome: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("delivered") }),
      z.object({
        kind: z.literal("retry"),
        reason: z.string(),
        retryAfter: z.number().optional(),
        holdScope: z.enum(["destination", "channel"]).optional(),
        countsAsAttempt: z.literal(false).optional(),
      }),
      z.object({ kind: z.literal(["rejected", "gone", "lost"]), reason: z.string() }),
    ]),
    request: z.object({ line: z.string(), ...message }).optional(),
    response: z.object({ statusLine: z.string(), ...message }).optional(),
  })
  .meta({ id: "Attempt" }) as unknown as z.ZodType<Attempt>;

const delivery: z.ZodType<StoredDelivery> = z
  .object({
    ...summaryShape,
    to: json.optional(),
    alert: alert.optional(),
    options: object.optional(),
    content: json.optional(),
    source: z.object({ profile: json, template: json }).optional(),
    erased: z.boolean(),
    journal: z.array(attempt).describe("All attempts, oldest first, with request and response."),
  })
  .meta({ id: "Delivery" });

const replayed: z.ZodType<Replayed> = z
  .object({
    id,
    replayOf: id.optional(),
    aborted: z.string().optional(),
    differences: z.array(
      z.object({
        part: z.enum(["title", "subtitle", "body", "html"]),
        before: z.string().optional(),
        after: z.string().optional(),
      }),
    ),
  })
  .meta({ id: "Replayed" });

const params = z.object({ id });
const tags = ["deliveries"];

/** Adds the routes of deliveries: list, get, replay, cancel. */
export function deliveryRoutes(app: App, { dispatcher, store, clock }: RouteDeps): void {
  async function byId(id: string): Promise<StoredDelivery> {
    const found = await store.outbox.find(id);
    if (found === undefined) throw new Problem("not-found", `no delivery ${id}; GET /v1/deliveries lists them`);
    return shownDelivery(found);
  }

  app.get("/deliveries", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listDeliveries",
      summary: "List deliveries, newest first",
      querystring: z.strictObject({
        ...pageQuery,
        state: state.optional(),
        channel: z.string().min(1).max(200).optional(),
        destination: z
          .string()
          .min(1)
          .max(8192)
          .optional()
          .describe("Destination as listed, or the full URL of one that is listed by its host and a hash."),
      }),
      response: responses({ 200: page(summary) }),
    },
    handler: async ({ query: { limit, after, destination, ...rest } }) => {
      const filter = { ...rest, ...(destination !== undefined && { destination: shownUrl(destination) }) };
      const list = `deliveries ${JSON.stringify(filter)}`;
      const start = after === undefined ? {} : { after: afterOf(list, after) };
      return toPage(list, await store.outbox.list({ limit, ...start, ...filter }), (item) => item);
    },
  });

  app.get("/deliveries/:id", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "getDelivery",
      summary: "Get a delivery with all its attempts",
      params,
      response: responses({ 200: delivery }, 404, 414),
    },
    handler: ({ params: { id } }) => byId(id),
  });

  app.post("/deliveries/:id/replay", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags,
      operationId: "replayDelivery",
      summary: "Send a settled delivery again: unchanged under the same id, or rendered anew as a new delivery",
      params,
      body: z.strictObject({
        as: z.enum(["sent", "rendered"]).default("sent"),
        dryRun: z.boolean().default(false).describe("Only show what would change."),
      }),
      response: responses({ 200: replayed }, 404, 409, 414, ...bodyStatuses, 422),
    },
    handler: async ({ params: { id }, body: { as, dryRun } }) => {
      const { state, source, to, alert, erased } = await byId(id);
      if (erased) throw new Problem("conflict", `delivery ${id} was erased: its content is gone`);
      if (as === "rendered" && (source === undefined || to === undefined)) {
        throw new Problem(
          "conflict",
          "its profile and template were not kept: replay it with as: sent, or send with keepSource next time",
        );
      }
      if (as === "sent" && (state === "pending" || state === "aborted" || alert === undefined)) {
        throw new Problem(
          "conflict",
          `delivery ${id} is ${state}: only a settled one that was rendered can be sent again`,
        );
      }
      return dispatcher.replay(id, as, { dryRun });
    },
  });

  app.post("/deliveries/:id/cancel", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags,
      operationId: "cancelDelivery",
      summary: "Cancel a pending delivery",
      params,
      body: z.strictObject({ reason: z.string().min(1).max(1_000).default("cancelled by the operator") }),
      response: responses({ 200: delivery }, 404, 409, 414, ...bodyStatuses, 422),
    },
    handler: async ({ params: { id }, body: { reason } }) => {
      const { state } = await byId(id);
      const [cancelled] = await store.outbox.cancel([id], clock(), reason);
      if (cancelled === undefined) {
        const why = state === "pending" ? "is being attempted at the moment, try again" : `is ${state}`;
        throw new Problem("conflict", `delivery ${id} ${why}: only a pending one can be cancelled`);
      }
      return byId(id);
    },
  });
}
