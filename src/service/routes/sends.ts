import { z } from "zod";
import type { Json } from "../../base/json.ts";
import type { SendResult } from "../../dispatch/index.ts";
import type { App } from "../app.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { alert, alertTemplate, bodyStatuses, id, json, object, responses, time } from "../schemas.ts";
import { fieldsOf, profileOrId } from "./previews.ts";

const sendResult: z.ZodType<SendResult> = z
  .object({
    id,
    state: z.enum(["pending", "delivered", "dead", "cancelled", "aborted"]),
    reason: z.string().optional().describe("Why the delivery is dead or aborted."),
    duplicate: z.boolean().describe("True if a delivery with the same idempotency key existed already."),
  })
  .meta({ id: "Sent" });

const common = {
  channel: z.string().min(1).max(200),
  to: json.optional().describe("Destination, in the form that the channel documents. Default: the channel's own."),
  options: object.optional().describe("Options that the channel documents."),
  priority: z.enum(["high", "normal", "low"]).optional(),
  orderingKey: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("Deliveries with the same key are sent in order, one at a time."),
  notBefore: time.min(0).optional(),
};

const request = z
  .union(
    [
      z.strictObject({ ...common, alert, profile: profileOrId.optional() }),
      z.strictObject({
        ...common,
        template: alertTemplate,
        profile: profileOrId,
        keepSource: z
          .boolean()
          .optional()
          .describe("Keep profile and template, so that the delivery can be rendered again."),
      }),
    ],
    { error: "expected either alert, or template and profile" },
  )
  .meta({
    id: "Send",
    description: "A rendered alert, or a template and a profile, with the channel and the destination.",
    examples: [
      {
        channel: "crm",
        to: "https://crm.example.com/in",
        template: { title: "Hey, {{ .first_name }}" },
        profile: { first_name: "Ada" },
      },
    ],
  });

/** Adds the route that sends one alert. */
export function sendRoutes(app: App, deps: RouteDeps): void {
  const { dispatcher, channels } = deps;
  app.post("/sends", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags: ["sends"],
      operationId: "send",
      summary: "Send an alert. Responds once it is on disk; with an idempotency key it is sent at most once",
      body: request,
      response: responses({ 202: sendResult }, ...bodyStatuses, 404, 409, 422),
    },
    handler: async ({ body, apiKey, headers }, reply) => {
      if (!Object.hasOwn(channels, body.channel)) {
        const names = Object.keys(channels).join(", ") || "none";
        throw new Problem("unprocessable", `channel: no channel ${body.channel}; there are: ${names}`, {
          errors: [{ path: "/body/channel", message: "no such channel" }],
        });
      }
      const key = headers["idempotency-key"];
      const profile = body.profile === undefined ? undefined : await fieldsOf(deps, body.profile);
      const added = await dispatcher.send({
        ...body,
        to: body.to ?? (null as Json),
        profile,
        // Scoped to the API key, because other callers may use the same idempotency keys.
        ...(key !== undefined && { idempotencyKey: `${apiKey!.id} ${key}` }),
      });
      return reply.code(202).send(added);
    },
  });
}
