import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { fastifyPlugin } from "fastify-plugin";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";

/** Collects the routes that are added after it into an OpenAPI 3.1 document. */
export const openApi = fastifyPlugin(
  async (app: FastifyInstance, { version }: { readonly version: string }): Promise<void> => {
    await app.register(swagger, {
      openapi: {
        openapi: "3.1.0",
        info: { title: "tocsin", version, description, license: { name: "MIT", identifier: "MIT" } },
        tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
        components: {
          securitySchemes: {
            key: {
              type: "http",
              scheme: "bearer",
              description: "An API key. Its scopes are collect, read and write; write includes read.",
            },
          },
        },
      },
      transform: jsonSchemaTransform,
      transformObject: (document) => tidied(jsonSchemaTransformObject(document) as Document) as never,
    });
  },
);

const description =
  "Renders alerts from customer profiles and delivers them without losing any. " +
  "Errors are `application/problem+json` (RFC 9457). Lists are paged: pass `next` as `after`. " +
  "Requests that change something support an `Idempotency-Key`: a repeated request with the same key is done once. " +
  "Times are in ms since 1970, durations in ms.";

const tags = {
  collection: "Events from other systems.",
  profiles: "Profiles of customers.",
  audiences: "Audiences and their members.",
  triggers: "Triggers and backfills.",
  runs: "Work over many profiles: backfills, scheduled runs, re-evaluations.",
  firings: "Firings of triggers, and why a trigger fired or did not.",
  definitions: "Definitions of profiles, streams, audiences, triggers and alarms.",
  sends: "Single alerts, and the channels that deliver them.",
  deliveries: "Deliveries and their attempts.",
  templates: "Previews and lint of templates.",
  status: "Health and metrics.",
};

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

interface Operation {
  readonly responses: Record<string, { description: string; content?: unknown }>;
}

/** Removes schemas that nothing refers to: each is registered both for input and for output. */
function tidied(document: Document): Document {
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path))) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response.description === "Default Response") response.description = "Success.";
      if (status === "204") delete response.content;
    }
  }
  const { schemas } = document.components;
  const used = new Set<string>();
  const visit = (part: unknown): void => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name!)) continue;
      used.add(name!);
      visit(schemas[name!]);
    }
  };
  visit(document.paths);
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  return { ...document, components: { ...document.components, schemas: kept } };
}

/** Serves `/openapi.json` and the page `/docs`, which loads nothing from other hosts. */
export const reference = fastifyPlugin(async (app: FastifyInstance): Promise<void> => {
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    // The page has inline styles; scripts and all else come from the service itself.
    staticCSP:
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    theme: { title: "tocsin" },
    uiConfig: { layout: "BaseLayout", docExpansion: "list", tryItOutEnabled: false, persistAuthorization: false },
  });
});
