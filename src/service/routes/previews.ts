import { z } from "zod";
import type { AlertTemplate } from "../../index.ts";
import type { Fields } from "../../store/index.ts";
import type { App } from "../app.ts";
import { noProfile } from "../errors.ts";
import type { RouteDeps } from "../options.ts";
import { alert, alertTemplate, answers, bodied, id, object } from "../schemas.ts";

/** The id of a profile that is kept, or its fields. */
export const profileOrId = z.union([id, object]);

export async function fieldsOf({ store }: Pick<RouteDeps, "store">, given: string | Fields): Promise<Fields> {
  if (typeof given !== "string") return given;
  const [found] = await store.profiles.get([given]);
  if (found !== undefined) return found.fields;
  throw noProfile(given);
}

const preview = z
  .union([
    z.strictObject({ alert }),
    z.strictObject({ aborted: z.string().describe("Why the template wants none sent.") }),
  ])
  .meta({ id: "Preview" });

/** What a profile would get; nothing is sent. */
export function previewRoutes(app: App, surroundings: RouteDeps): void {
  app.post("/previews", {
    config: { scope: "read" },
    schema: {
      tags: ["templates"],
      operationId: "preview",
      summary: "Render an alert template for a profile",
      body: z.strictObject({ template: alertTemplate, profile: profileOrId.default({}) }),
      response: answers({ 200: preview }, ...bodied, 404, 422),
    },
    handler: async ({ body: { template, profile }, apiKey }) => {
      const fields = await fieldsOf(surroundings, profile);
      const rendered = await surroundings.evaluation.preview(template as AlertTemplate, fields, apiKey?.id);
      return rendered.aborted === undefined ? { alert: rendered } : { aborted: rendered.aborted };
    },
  });
}
