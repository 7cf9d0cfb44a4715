import type { FastifyInstance, FastifyRequest } from "fastify";
import { fastifyPlugin } from "fastify-plugin";
import type { EngineStore } from "../../store/index.ts";
import { Problem } from "../problem.ts";
import type { UnauthenticatedLimit } from "../unauthenticated-limit.ts";
import { findKey } from "./access.ts";

export interface NotFoundOptions {
  readonly store: Pick<EngineStore, "keys">;
  readonly unauthenticated: UnauthenticatedLimit;
}

/** Responds with 404 to paths without a route, and with 405 and `Allow` where only the method is wrong; reads no body for either. */
export const notFound = fastifyPlugin(
  async (app: FastifyInstance, { store, unauthenticated }: NotFoundOptions): Promise<void> => {
    const routes = new Map<string, Set<string>>();
    app.addHook("onRoute", ({ method, url }) => {
      const methods = routes.get(url) ?? new Set();
      routes.set(url, methods);
      for (const name of [method].flat()) methods.add(name);
    });

    app.addHook("onRequest", async (request) => {
      request.address = request.ip;
      if (request.is404) throw await problemOf(request);
    });
    // Some requests match a route and are found to be missing only later, such as a file of the page /docs.
    app.setNotFoundHandler(async (request) => {
      throw await problemOf(request);
    });

    async function problemOf(request: FastifyRequest): Promise<Problem> {
      const { method, url, headers } = request;
      const key = await findKey(store, headers.authorization);
      if (key === undefined) await unauthenticated.check(request.address);
      else request.apiKey = key;
      const path = url.split("?", 1)[0]!;
      const methods = [...routes].filter(([pattern]) => matches(pattern, path)).flatMap(([, methods]) => [...methods]);
      const shown = path.slice(0, 200);
      if (methods.length === 0) return new Problem("not-found", `no route ${shown}: see /docs for the ones there are`);
      const allow = [...new Set(methods)].join(", ");
      return new Problem("method-not-allowed", `${shown} does not support ${method}: use ${allow}`, {
        headers: { allow },
      });
    }
  },
);

/** Tells whether a path is one of a route's, as in `/v1/runs/:id`. */
function matches(pattern: string, path: string): boolean {
  if (pattern.endsWith("*")) return path.startsWith(pattern.slice(0, -1));
  const steps = pattern.split("/");
  const given = path.split("/");
  return (
    steps.length === given.length &&
    steps.every((step, i) => (step.startsWith(":") ? given[i] !== "" : step === given[i]))
  );
}
