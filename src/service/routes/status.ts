import { z } from "zod";
import type { Json } from "../../base/json.ts";
import { shortened } from "../../base/shorten.ts";
import type { Engine } from "../../triggers/index.ts";
import type { App } from "../app.ts";
import type { RouteDeps } from "../options.ts";
import { object, problemResponse } from "../schemas.ts";

/** Time in ms for which all callers receive the same response: it is costly, and callers need no key and may ask thousands of times. */
const freshFor = 250;

/** Calls `make` at most once in `freshFor` ms, and again after a failure. */
function throttled<T>(make: () => Promise<T>, clock: () => number): () => Promise<T> {
  let last: { readonly at: number; readonly made: Promise<T> } | undefined;
  return () => {
    const now = clock();
    if (last !== undefined && Math.abs(now - last.at) < freshFor) return last.made;
    const made = make();
    last = { at: now, made };
    made.catch(() => {
      if (last?.made === made) last = undefined;
    });
    return made;
  };
}

/** Definitions that the response names. */
const maxNamed = 20;

/** Says which stored definitions cannot be read, and why: they are left out, and what should fire them is lost. */
async function definitionProblems(engine: Engine): Promise<{ readonly [detail: string]: Json }> {
  const broken = await engine.broken({ failed: true });
  if (broken.length === 0) return {};
  return {
    ok: false,
    problem: `${broken.length === 1 ? "1 stored definition" : `${broken.length} stored definitions`} cannot be read; correct or remove them`,
    definitions: broken.slice(0, maxNamed).map(({ kind, of, path, message }) => ({
      kind,
      name: of,
      problem: shortened([path.join("."), message].filter((part) => part !== "").join(": ")),
    })),
  };
}

/** Adds `/healthz`, which needs no key. */
export function healthRoute(app: App, { health, store, engine, clock }: RouteDeps): void {
  const storeHealth = async () => {
    await store.outbox.stats();
    return { ok: true };
  };
  const check = throttled(
    async () => ({ ...(await (health ?? storeHealth)()), ...(await definitionProblems(engine)) }),
    clock,
  );
  app.get("/healthz", {
    schema: {
      tags: ["status"],
      operationId: "health",
      summary: "Health: 200 or 503",
      security: [],
      response: { 200: object, 503: object, 400: problemResponse(400), 500: problemResponse(500) } as {
        200: typeof object;
      },
    },
    handler: async (_request, reply) => {
      const state = await check().catch(() => ({ ok: false, problem: "the store does not respond" }));
      return reply.code((state.ok ? 200 : 503) as 200).send(state as { [name: string]: string | boolean });
    },
  });
}

/** Adds `/metrics`. */
export function metricsRoute(
  app: App,
  metrics: NonNullable<RouteDeps["metrics"]>,
  { isPublic, clock }: { readonly isPublic: boolean; readonly clock: () => number },
): void {
  const text = throttled(() => metrics.text(), clock);
  app.get("/metrics", {
    config: isPublic ? {} : { scope: "read" },
    schema: {
      tags: ["status"],
      operationId: "metrics",
      summary: "Metrics in the text format of Prometheus",
      produces: ["text/plain"],
      security: isPublic ? [] : [{ key: ["read"] }],
      response: {
        200: { description: "Metrics.", content: { "text/plain": { schema: z.string() } } },
        ...Object.fromEntries([400, 401, 403, 429, 500, 503].map((status) => [status, problemResponse(status)])),
      },
    },
    handler: async (_request, reply) =>
      reply
        .type(metrics.contentType)
        .serializer((text: unknown) => text as string)
        .send(await text()),
  });
}
