import { z } from "zod";
import type { AlertTemplate } from "../../index.ts";
import type { Fields } from "../../store/index.ts";
import type { App } from "../app.ts";
import type { RouteDeps } from "../options.ts";
import { alert, alertTemplate, bodyStatuses, id, object, responses } from "../schemas.ts";
import { noProfile } from "../to-problem.ts";

/** Accepts the id of a stored profile, or the fields of any. */
export const profileOrId = z.union([id, object]);

/** Returns the fields of a profile. @throws Problem for an unknown id */
export async function fieldsOf({ store }: Pick<RouteDeps, "store">, given: string | Fields): Promise<Fields> {
  if (typeof given !== "string") return given;
  const [found] = await store.profiles.get([given]);
  if (found !== undefined) return found.fields;
  throw noProfile(given);
}

const preview = z
  .union([
    z.strictObject({ alert }),
    z.strictObject({ aborted: z.string().describe("Reason that the template gave to abort.") }),
  ])
  .meta({ id: "Preview" });

/** Adds the route that renders an alert without sending it. */
export function previewRoutes(app: App, deps: RouteDeps): void {
  app.post("/previews", {
    config: { scope: "read" },
    schema: {
      tags: ["templates"],
      operationId: "preview",
      summary: "Render an alert template for a profile, without sending it",
      body: z.strictObject({ template: alertTemplate, profile: profileOrId.default({}) }),
      response: responses({ 200: preview }, ...bodyStatuses, 404, 422),
    },
    handler: async ({ body: { template, profile }, apiKey }) => {
      const fields = await fieldsOf(deps, profile);
      const rendered = await deps.evaluation.preview(template as AlertTemplate, fields, apiKey?.id);
      return rendered.aborted === undefined ? { alert: rendered } : { aborted: rendered.aborted };
    },
  });
}
