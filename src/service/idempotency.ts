import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { RouteDeps } from "./options.ts";
import { Problem } from "./problem.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Under what its answer is kept. */
    answerKey?: string;
  }
  interface FastifyContextConfig {
    /** An `Idempotency-Key` is heeded. */
    readonly idempotent?: true;
  }
}

export const idempotencyHeaders = z.looseObject({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional()
    .describe("The same request with the same key is done once, within a day."),
});

/** Answers to requests with an `Idempotency-Key` are kept, and given again to the same request. */
export function keepAnswers(app: FastifyInstance, { store, clock }: RouteDeps): void {
  const underWay = new Set<string>();

  app.addHook("preValidation", async (request, reply) => {
    const given = request.headers["idempotency-key"];
    if (given === undefined || !request.routeOptions.config.idempotent) return;
    const key = answerKeyOf(request, checked(given));
    const fingerprint = fingerprintOf(request);
    if (underWay.has(key)) {
      throw new Problem("conflict", "a request with this idempotency key is under way: ask again when it has ended", {
        headers: { "retry-after": "1" },
      });
    }
    underWay.add(key);
    request.answerKey = key;
    const known = await store.idempotency.get(key);
    if (known === undefined) return;
    if (known.fingerprint !== fingerprint) {
      throw new Problem(
        "idempotency-key-reused",
        "this idempotency key came with another request: take a new key for a new request",
      );
    }
    // Given as it was kept, not written again.
    reply
      .code(known.status)
      .header("idempotency-replayed", "true")
      .type("application/json; charset=utf-8")
      .serializer((text: string) => text);
    return reply.send(known.body);
  });

  app.addHook("onSend", async (request, reply, payload) => {
    const { answerKey: key } = request;
    if (key === undefined) return payload;
    const { statusCode: status } = reply;
    try {
      // Only what was done is kept: what was refused may be put right and sent with the same key.
      if (status < 300 && !reply.hasHeader("idempotency-replayed")) {
        const body = typeof payload === "string" ? payload : "";
        await store.idempotency.put({ key, fingerprint: fingerprintOf(request), status, body, at: clock() });
      }
    } finally {
      // Not when the connection ends: what it asked for may still be under way then.
      underWay.delete(key);
    }
    return payload;
  });
}

/** Removes answers that need not be kept any longer, a piece at a time. */
export async function pruneAnswers({ store, clock, limits }: RouteDeps): Promise<void> {
  const piece = 1_000;
  while ((await store.idempotency.prune(clock() - limits.idempotencyTtl, piece)) === piece);
}

function checked(given: string | readonly string[]): string {
  if (typeof given === "string" && /^[\x21-\x7e]{1,200}$/.test(given)) return given;
  throw new Problem("bad-request", "an Idempotency-Key is 1 to 200 printable ASCII characters, sent once");
}

const answerKeyOf = ({ apiKey, method, routeOptions: { url }, ...request }: FastifyRequest, key: string): string =>
  `${apiKey?.id ?? request.counted ?? ""} ${method} ${url} ${key}`;

function fingerprintOf({ url, bodyHash }: FastifyRequest): string {
  return createHash("sha256")
    .update(`${url}\n`)
    .update(bodyHash ?? "")
    .digest("hex");
}
