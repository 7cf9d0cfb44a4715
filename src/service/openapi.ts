import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";

/** Collects the routes that come after it into a document (OpenAPI 3.1). */
export async function describe(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "tocsin",
        version,
        description:
          "Alerts rendered from customer profiles and delivered without losing one. " +
          "Problems are `application/problem+json` (RFC 9457). Lists come in pages: give `next` as `after`. " +
          "Requests that change something heed an `Idempotency-Key`: the same request with the same key is done once.",
        license: { name: "MIT", identifier: "MIT" },
      },
      tags: Object.entries(about).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          key: {
            type: "http",
            scheme: "bearer",
            description: "An API key. Scopes: collect, read, write (and so read).",
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => tidied(jsonSchemaTransformObject(document) as Document) as never,
  });
}

const about = {
  collection: "What happened, as others tell it.",
  profiles: "Who is known, and what of them.",
  audiences: "Who belongs where.",
  triggers: "What makes alerts fire.",
  runs: "Work over many profiles.",
  firings: "What fired, and why.",
  definitions: "What is declared.",
  sends: "One alert, at once.",
  deliveries: "What was sent, and what became of it.",
  templates: "Previews and lint.",
  status: "Whether it works.",
};

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

interface Operation {
  readonly responses: Record<string, { description: string; content?: unknown }>;
}

/** Without schemas that nothing refers to: each is there once for what comes in and once for what goes out. */
function tidied(document: Document): Document {
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path))) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response.description === "Default Response") response.description = "Done.";
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

/** `/openapi.json`, and the page `/docs`, which needs nothing from elsewhere. */
export async function serveDocument(app: FastifyInstance): Promise<void> {
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: true,
    theme: { title: "tocsin" },
    uiConfig: { docExpansion: "list", tryItOutEnabled: false, persistAuthorization: false },
  });
}
