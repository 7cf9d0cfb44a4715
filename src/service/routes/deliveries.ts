import { z } from "zod";
import { type Replayed, shownDelivery, shownUrl } from "../../dispatch/index.ts";
import type { Attempt, DeliverySummary, StoredDelivery } from "../../store/index.ts";
import type { App } from "../app.ts";
import { afterOf } from "../cursor.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { alert, answers, bodied, id, json, object, page, pageQuery, time, toPage } from "../schemas.ts";

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

const said = z.object({
  line: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
});

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
    request: said.optional(),
    answer: said.optional(),
  })
  .meta({ id: "Attempt" }) as unknown as z.ZodType<Attempt>;

const kept: z.ZodType<StoredDelivery> = z
  .object({
    ...summaryShape,
    to: json.optional(),
    alert: alert.optional(),
    options: object.optional(),
    content: json.optional(),
    source: z.object({ profile: json, template: json }).optional(),
    erased: z.boolean(),
    journal: z.array(attempt).describe("Every attempt, oldest first: what was sent and what was answered."),
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
        changes: z.array(z.object({ kind: z.enum(["same", "added", "removed"]), text: z.string() })),
      }),
    ),
  })
  .meta({ id: "Replayed" });

const params = z.object({ id });
const tags = ["deliveries"];

/** What was sent, what became of it, and why. */
export function deliveryRoutes(app: App, { dispatcher, store, clock }: RouteDeps): void {
  async function byId(id: string): Promise<StoredDelivery> {
    const found = await store.outbox.find(id);
    if (found === undefined)
      throw new Problem("not-found", `there is no delivery ${id}: GET /v1/deliveries lists them`);
    return shownDelivery(found);
  }

  app.get("/deliveries", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "listDeliveries",
      summary: "Deliveries, newest first",
      querystring: z.strictObject({
        ...pageQuery,
        state: state.optional(),
        channel: z.string().min(1).max(200).optional(),
        destination: z
          .string()
          .min(1)
          .max(8192)
          .optional()
          .describe("As it is listed; or the URL that is listed by its host."),
      }),
      response: answers({ 200: page(summary) }),
    },
    handler: async ({ query: { limit, after, destination, ...rest } }) => {
      const filter = { ...rest, ...(destination !== undefined && { destination: shownUrl(destination) }) };
      const list = `deliveries ${JSON.stringify(filter)}`;
      const start = after === undefined ? {} : { after: afterOf(list, after) };
      return toPage(list, await store.outbox.list({ limit, ...start, ...filter }), (one) => one);
    },
  });

  app.get("/deliveries/:id", {
    config: { scope: "read" },
    schema: {
      tags,
      operationId: "getDelivery",
      summary: "Everything about one delivery, with its journal",
      params,
      response: answers({ 200: kept }, 404, 414),
    },
    handler: ({ params: { id } }) => byId(id),
  });

  app.post("/deliveries/:id/replay", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags,
      operationId: "replayDelivery",
      summary: "Send a settled delivery again: as it was, with its id, or rendered anew, as one of its own",
      params,
      body: z.strictObject({
        as: z.enum(["sent", "rendered"]).default("sent"),
        dryRun: z.boolean().default(false).describe("Only shows what would differ."),
      }),
      response: answers({ 200: replayed }, 404, 409, 414, ...bodied, 422),
    },
    handler: async ({ params: { id }, body: { as, dryRun } }) => {
      const { state, source, to, alert, erased } = await byId(id);
      if (erased) throw new Problem("conflict", "it is erased: what it said is not kept any more");
      if (as === "rendered" && (source === undefined || to === undefined)) {
        throw new Problem("conflict", "profile and template were not kept: send with keepSource, or replay it as sent");
      }
      if (as === "sent" && (state === "pending" || state === "aborted" || alert === undefined)) {
        throw new Problem("conflict", `it is ${state}: only what is settled and was rendered can be sent again`);
      }
      return dispatcher.replay(id, as, { dryRun });
    },
  });

  app.post("/deliveries/:id/cancel", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags,
      operationId: "cancelDelivery",
      summary: "Cancel a delivery that is still to be sent",
      params,
      body: z.strictObject({ reason: z.string().min(1).max(1_000).default("cancelled by the operator") }),
      response: answers({ 200: kept }, 404, 409, 414, ...bodied, 422),
    },
    handler: async ({ params: { id }, body: { reason } }) => {
      const { state } = await byId(id);
      const [cancelled] = await store.outbox.cancel([id], clock(), reason);
      if (cancelled === undefined) {
        const why = state === "pending" ? "it is being tried right now: ask again" : `it is ${state}`;
        throw new Problem("conflict", `${why}: only what is still to be sent can be cancelled`);
      }
      return byId(id);
    },
  });
}
