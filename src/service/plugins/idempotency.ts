import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { fastifyPlugin } from "fastify-plugin";
import { z } from "zod";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Key of the idempotency record that the response is kept under. */
    idempotencyRecord?: string;
  }
  interface FastifyContextConfig {
    /** True if the route supports an `Idempotency-Key`. */
    readonly idempotent?: true;
  }
}

const idempotencyHeaders = z.looseObject({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional()
    .describe("A request that is repeated with the same key within 24 hours is done once."),
});

/** Keeps the responses to requests with an `Idempotency-Key`, and gives them again when the same request is repeated. */
export const idempotency = fastifyPlugin(
  async (app: FastifyInstance, { store, clock }: Pick<RouteDeps, "store" | "clock">): Promise<void> => {
    const inProgress = new Set<string>();

    app.addHook("onRoute", ({ config, schema }) => {
      if (config?.idempotent && schema !== undefined) schema.headers = idempotencyHeaders;
    });

    app.addHook("preValidation", async (request, reply) => {
      const given = request.headers["idempotency-key"];
      if (given === undefined || !request.routeOptions.config.idempotent) return;
      const key = recordKeyOf(request, checked(given));
      const fingerprint = fingerprintOf(request);
      if (inProgress.has(key)) {
        throw new Problem(
          "conflict",
          "a request with this idempotency key is in progress: try again when it has ended",
          {
            headers: { "retry-after": "1" },
          },
        );
      }
      inProgress.add(key);
      request.idempotencyRecord = key;
      const record = await store.idempotency.get(key);
      if (record === undefined) return;
      if (record.fingerprint !== fingerprint) {
        throw new Problem(
          "idempotency-key-reused",
          "this idempotency key was used for a different request: use a new key for each request",
        );
      }
      // The body is stored as JSON text: it goes out as it is.
      reply
        .code(record.status)
        .header("idempotency-replayed", "true")
        .type("application/json; charset=utf-8")
        .serializer((text: string) => text);
      return reply.send(record.body);
    });

    app.addHook("onSend", async (request, reply, payload) => {
      const { idempotencyRecord: key } = request;
      if (key === undefined) return payload;
      const { statusCode: status } = reply;
      try {
        // Only successes are kept, so that a refused request can be corrected and sent with the same key.
        if (status < 300 && !reply.hasHeader("idempotency-replayed")) {
          const body = typeof payload === "string" ? payload : "";
          await store.idempotency.put({ key, fingerprint: fingerprintOf(request), status, body, at: clock() });
        }
      } finally {
        // The key is freed with the response, not with the connection: the work may go on after a caller has hung up.
        inProgress.delete(key);
      }
      return payload;
    });
  },
);

/** Removes expired records, at most 1,000 at a time. */
export async function pruneRecords({ store, clock, limits }: RouteDeps): Promise<void> {
  const batch = 1_000;
  while ((await store.idempotency.prune(clock() - limits.idempotencyTtl, batch)) === batch);
}

function checked(given: string | readonly string[]): string {
  if (typeof given === "string" && /^[\x21-\x7e]{1,200}$/.test(given)) return given;
  throw new Problem("bad-request", "Idempotency-Key: expected one header of 1 to 200 printable ASCII characters");
}

const recordKeyOf = ({ apiKey, method, routeOptions: { url }, ...request }: FastifyRequest, key: string): string =>
  `${apiKey?.id ?? request.rateLimitKey ?? ""} ${method} ${url} ${key}`;

function fingerprintOf({ url, bodyHash }: FastifyRequest): string {
  return createHash("sha256")
    .update(`${url}\n`)
    .update(bodyHash ?? "")
    .digest("hex");
}
