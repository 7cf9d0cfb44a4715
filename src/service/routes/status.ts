import { z } from "zod";
import type { App } from "../app.ts";
import type { RouteDeps } from "../options.ts";
import { object, problemAnswer } from "../schemas.ts";

/** How long an answer that costs something is given to all who ask, in ms: they need no key, and may ask thousands of times. */
const freshFor = 250;

/** Makes what is asked for at most once in `freshFor` ms. What failed is made anew. */
function shared<T>(make: () => Promise<T>, clock: () => number): () => Promise<T> {
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

/** Without a key: whether it works. */
export function healthRoute(app: App, { health, store, clock }: RouteDeps): void {
  const check = shared(
    health ??
      (async () => {
        await store.outbox.stats();
        return { ok: true };
      }),
    clock,
  );
  app.get("/healthz", {
    schema: {
      tags: ["status"],
      operationId: "health",
      summary: "Whether it works",
      security: [],
      response: { 200: object, 503: object, 400: problemAnswer(400), 500: problemAnswer(500) } as {
        200: typeof object;
      },
    },
    handler: async (_request, reply) => {
      const state = await check().catch(() => ({ ok: false, problem: "the store does not answer" }));
      return reply.code((state.ok ? 200 : 503) as 200).send(state as { [name: string]: string | boolean });
    },
  });
}

export function metricsRoute(
  app: App,
  metrics: NonNullable<RouteDeps["metrics"]>,
  { open, clock }: { readonly open: boolean; readonly clock: () => number },
): void {
  const text = shared(() => metrics.text(), clock);
  app.get("/metrics", {
    config: open ? {} : { scope: "read" },
    schema: {
      tags: ["status"],
      operationId: "metrics",
      summary: "Metrics, in Prometheus' text format",
      produces: ["text/plain"],
      security: open ? [] : [{ key: ["read"] }],
      response: {
        200: { description: "Metrics.", content: { "text/plain": { schema: z.string() } } },
        ...Object.fromEntries([400, 401, 403, 429, 500, 503].map((status) => [status, problemAnswer(status)])),
      },
    },
    handler: async (_request, reply) =>
      reply
        .type(metrics.contentType)
        .serializer((text: unknown) => text as string)
        .send(await text()),
  });
}
