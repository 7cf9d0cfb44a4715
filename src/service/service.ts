import type { AddressInfo, Socket } from "node:net";
import rateLimit from "@fastify/rate-limit";
import { type FastifyInstance, type FastifyReply, fastify } from "fastify";
import { serializerCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { createWorkerPool } from "../workers/index.ts";
import { createEvaluation } from "./evaluation.ts";
import { defaultLimits, type RouteDeps, type ServiceLimits, type ServiceOptions } from "./options.ts";
import { access } from "./plugins/access.ts";
import { accessLog } from "./plugins/access-log.ts";
import { bodies } from "./plugins/bodies.ts";
import { errors, problemFor, respondToClientError } from "./plugins/errors.ts";
import { idempotency, pruneRecords } from "./plugins/idempotency.ts";
import { notFound } from "./plugins/not-found.ts";
import { openApi, reference } from "./plugins/openapi.ts";
import { proxyWarnings, warnOfLoopback } from "./plugins/proxies.ts";
import { responseHeaders } from "./plugins/response-headers.ts";
import { problemType } from "./problem.ts";
import { addRoutes } from "./routes/index.ts";
import { healthRoute, metricsRoute } from "./routes/status.ts";
import { limitUnauthenticated } from "./unauthenticated-limit.ts";
import { leaveUnread } from "./unread-body.ts";
import { validatorCompiler } from "./validation.ts";

export interface Service {
  /** Starts listening. @returns the URL. @param host @default 127.0.0.1 */
  listen(at: { readonly port: number; readonly host?: string | undefined }): Promise<string>;
  /**
   * Stops accepting requests and finishes those under way; after `timeout` ms their connections are ended.
   * Engine, dispatcher and store stay open. @param timeout @default ServiceLimits.shutdownTimeout
   */
  close(timeout?: number): Promise<void>;
  /** Takes requests without a network. */
  readonly app: FastifyInstance;
}

/** Creates the service; it listens to nothing before `listen`. */
export function createService(options: ServiceOptions): Service {
  const workerLimits = { ...defaultLimits.workers, ...options.limits?.workers };
  const limits: ServiceLimits = { ...defaultLimits, ...options.limits, workers: workerLimits };
  const ownWorkers =
    options.workers === undefined && workerLimits.size > 0 ? createWorkerPool(workerLimits) : undefined;
  const workers = options.workers ?? ownWorkers;
  const evaluation = createEvaluation({ workers, templates: options.templates, timeout: workerLimits.time });
  const deps: RouteDeps = { ...options, clock: options.clock ?? Date.now, limits, workers, evaluation };
  const { log, store } = options;
  const authenticated = new WeakSet<Socket>();
  let closing = false;

  const app = fastify({
    bodyLimit: limits.bulk,
    requestTimeout: limits.request,
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    routerOptions: { maxParamLength: 500 },
    genReqId: () => `req-${crypto.randomUUID()}`,
    http: { connectionsCheckingInterval: 5_000 },
    clientErrorHandler: (error, socket) => {
      const counts = socket.bytesRead > 0 && !authenticated.has(socket);
      // Behind a proxy the address is the proxy's, not the caller's.
      if (counts && options.trustedProxies === undefined) void unauthenticated.count(socket.remoteAddress);
      respondToClientError(error, socket);
    },
    frameworkErrors: async (error, request, reply: FastifyReply) => {
      const problem = await problemFor(error, request, unauthenticated);
      if (leaveUnread(request.raw)) reply.header("connection", "close");
      reply.code(problem.status).header("content-type", problemType).send(JSON.stringify(problem));
    },
  });
  const unauthenticated = limitUnauthenticated(app, limits);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  app.register(rateLimit, { global: false });
  app.register(bodies, deps);
  app.register(errors, { log, unauthenticated });
  app.register(notFound, { store, unauthenticated });
  app.register(proxyWarnings, options);
  app.register(responseHeaders, { authenticated, isClosing: () => closing });
  app.register(accessLog, { log });
  app.register(addAllRoutes);

  async function addAllRoutes(root: FastifyInstance): Promise<void> {
    const { docs = true, metrics, publicMetrics = false } = options;
    await root.register(openApi, options);
    const typed = root.withTypeProvider<ZodTypeProvider>();
    healthRoute(typed, deps);
    if (docs) await root.register(reference);
    if (metrics !== undefined && publicMetrics) metricsRoute(typed, metrics, { isPublic: true, clock: deps.clock });
    await root.register(async (guarded) => {
      await guarded.register(access, { ...deps, unauthenticated });
      if (metrics !== undefined && !publicMetrics) {
        const typed = guarded.withTypeProvider<ZodTypeProvider>();
        metricsRoute(typed, metrics, { isPublic: false, clock: deps.clock });
      }
      await guarded.register(
        async (v1) => {
          await v1.register(idempotency, deps);
          addRoutes(v1.withTypeProvider<ZodTypeProvider>(), deps);
        },
        { prefix: "/v1" },
      );
    });
  }

  let pruning: NodeJS.Timeout | undefined;
  const prune = (): void => {
    pruneRecords(deps).catch((err: unknown) => log?.error({ err }, "expired idempotency records could not be removed"));
  };

  return {
    app,
    async listen({ port, host = "127.0.0.1" }) {
      await app.listen({ port, host });
      prune();
      pruning = setInterval(prune, 3_600_000).unref();
      const { address, port: bound, family } = app.server.address() as AddressInfo;
      warnOfLoopback(address, options);
      return `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`;
    },
    async close(timeout = limits.shutdownTimeout) {
      closing = true;
      clearInterval(pruning);
      const impatient = setTimeout(() => app.server.closeAllConnections(), timeout).unref();
      await app.close();
      clearTimeout(impatient);
      await ownWorkers?.close();
    },
  };
}
