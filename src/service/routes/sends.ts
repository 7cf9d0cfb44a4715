import { z } from "zod";
import type { Json } from "../../base/json.ts";
import type { SendResult } from "../../dispatch/index.ts";
import type { App } from "../app.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { alert, alertTemplate, answers, bodied, id, json, object, time } from "../schemas.ts";
import { fieldsOf, profileOrId } from "./previews.ts";

const sent: z.ZodType<SendResult> = z
  .object({
    id,
    state: z.enum(["pending", "delivered", "dead", "cancelled", "aborted"]),
    reason: z.string().optional().describe("Why it is dead or aborted."),
    duplicate: z.boolean().describe("It was there before, by its idempotency key."),
  })
  .meta({ id: "Sent" });

const common = {
  channel: z.string().min(1).max(200),
  to: json.optional().describe("As the channel documents it. Absent: the channel's own."),
  options: object.optional().describe("As the channel documents them."),
  priority: z.enum(["high", "normal", "low"]).optional(),
  orderingKey: z.string().min(1).max(200).optional().describe("Those with the same go one at a time, in order."),
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
        keepSource: z.boolean().optional().describe("Keeps profile and template, so that it can be rendered again."),
      }),
    ],
    { error: "give an alert, or a template and a profile" },
  )
  .meta({
    id: "Send",
    description: "An alert, or a template and a profile; and where to.",
    examples: [
      {
        channel: "crm",
        to: "https://crm.example.com/in",
        template: { title: "Hey, {{ .first_name }}" },
        profile: { first_name: "Ada" },
      },
    ],
  });

/** One alert, at once. */
export function sendRoutes(app: App, surroundings: RouteDeps): void {
  const { dispatcher, channels } = surroundings;
  app.post("/sends", {
    config: { scope: "write", idempotent: true },
    schema: {
      tags: ["sends"],
      operationId: "send",
      summary: "Send an alert. Answered when it is on disk; with an idempotency key never twice",
      body: request,
      response: answers({ 202: sent }, ...bodied, 404, 409, 422),
    },
    handler: async ({ body, apiKey, headers }, reply) => {
      if (!Object.hasOwn(channels, body.channel)) {
        const names = Object.keys(channels).join(", ") || "none";
        throw new Problem("unprocessable", `there is no channel ${body.channel}; there are: ${names}`, {
          errors: [{ path: "/body/channel", message: "is no channel" }],
        });
      }
      const key = headers["idempotency-key"];
      const profile = body.profile === undefined ? undefined : await fieldsOf(surroundings, body.profile);
      const added = await dispatcher.send({
        ...body,
        to: body.to ?? (null as Json),
        profile,
        // Of one who asks; others may count in the same way.
        ...(key !== undefined && { idempotencyKey: `${apiKey!.id} ${key}` }),
      });
      return reply.code(202).send(added);
    },
  });
}
