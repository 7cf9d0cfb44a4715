import { z } from "zod";
import type { AlertTemplate } from "../../index.ts";
import type { Finding } from "../../lint/index.ts";
import type { App } from "../app.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { alertTemplate, bodyStatuses, object, responses } from "../schemas.ts";

const span = { start: z.int(), end: z.int() };
const change = z.object({ message: z.string(), edits: z.array(z.object({ ...span, text: z.string() })) });

const finding: z.ZodType<Finding> = z
  .object({
    rule: z.string(),
    severity: z.enum(["error", "warning", "info"]),
    message: z.string(),
    go: z.string().optional().describe("The error message of Go."),
    name: z.string(),
    part: z.enum(["title", "subtitle", "body", "html"]).optional(),
    span: z.object(span),
    line: z.int(),
    column: z.int(),
    byteColumn: z.int(),
    endLine: z.int(),
    endColumn: z.int(),
    excerpt: z.string(),
    fix: change.optional().describe("A safe fix: it does not change what a correct template renders."),
    suggestions: z.array(change),
  })
  .meta({ id: "Finding" });

const body = z.strictObject({
  template: z.union([z.string(), alertTemplate], { error: "expected a template: text, or the parts of an alert" }),
  samples: z.array(object).max(1_000).optional().describe("Profiles to check the template against."),
  schema: z.union([object, z.boolean()]).optional().describe("JSON Schema of profiles; takes precedence over samples."),
  missingKey: z.enum(["default", "zero", "error", "required"]).optional(),
  numbers: z.enum(["int", "float64"]).optional(),
  channel: z.enum(["push", "email", "sms"]).optional(),
  rules: z
    .record(z.string(), z.enum(["error", "warning", "info", "off"]))
    .optional()
    .describe("Severity by rule; off disables a rule."),
});

/** Adds the route that lints templates. */
export function lintRoutes(app: App, { lint: defaults, evaluation }: RouteDeps): void {
  app.post("/lint", {
    config: { scope: "read" },
    schema: {
      tags: ["templates"],
      operationId: "lint",
      summary: "Find mistakes in a template",
      body,
      response: responses({ 200: z.object({ findings: z.array(finding) }) }, ...bodyStatuses, 422),
    },
    handler: async ({ body: { template, ...options }, apiKey }) => {
      const data = options.samples !== undefined || options.schema !== undefined ? { shape: undefined } : {};
      try {
        const all = { ...defaults, ...data, ...options };
        return { findings: [...(await evaluation.lint(template as string | AlertTemplate, all, apiKey?.id))] };
      } catch (error) {
        if (error instanceof TypeError) throw new Problem("unprocessable", error.message, { cause: error });
        throw error;
      }
    },
  });
}
