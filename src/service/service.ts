import type { AddressInfo, Socket } from "node:net";
import rateLimit from "@fastify/rate-limit";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { createWorkerPool, WorkerError } from "../workers/index.ts";
import { guardAccess, keyOf } from "./access.ts";
import { readBodies } from "./body.ts";
import { toProblem } from "./errors.ts";
import { createEvaluation } from "./evaluation.ts";
import { idempotencyHeaders, keepAnswers, pruneAnswers } from "./idempotency.ts";
import { describe, serveDocument } from "./openapi.ts";
import { defaultLimits, type RouteDeps, type ServiceLimits, type ServiceOptions } from "./options.ts";
import { Problem, type ProblemKind, problemType } from "./problem.ts";
import { warnOfLoopback, watchProxies } from "./proxies.ts";
import { addRoutes } from "./routes/index.ts";
import { healthRoute, metricsRoute } from "./routes/status.ts";
import { limitUnauthenticated } from "./unauthenticated.ts";
import { leaveUnread } from "./unread.ts";

export interface Service {
  /** @returns the URL. @param host @default 127.0.0.1 */
  listen(at: { readonly port: number; readonly host?: string | undefined }): Promise<string>;
  /**
   * Accepts nothing more, and finishes the requests that are under way; after `shutdownTimeout` ms their connections are ended.
   * Engine, dispatcher and store are left as they are. @param shutdownTimeout @default ServiceLimits.shutdownTimeout
   */
  close(shutdownTimeout?: number): Promise<void>;
  /** For requests without a network. */
  readonly app: FastifyInstance;
}

/** Nothing is listened to before `listen`. */
export function createService(options: ServiceOptions): Service {
  const ofWorkers = { ...defaultLimits.workers, ...options.limits?.workers };
  const limits: ServiceLimits = { ...defaultLimits, ...options.limits, workers: ofWorkers };
  const ownWorkers = options.workers === undefined && ofWorkers.size > 0 ? createWorkerPool(ofWorkers) : undefined;
  const workers = options.workers ?? ownWorkers;
  const evaluation = createEvaluation({ workers, templates: options.templates, timeout: ofWorkers.time });
  const surroundings: RouteDeps = { ...options, clock: options.clock ?? Date.now, limits, workers, evaluation };
  const { log, docs = true, metrics, publicMetrics = false } = options;
  let closing = false;
  /** Connections on which a key was sent that holds. */
  const known = new WeakSet<Socket>();

  const app = fastify({
    bodyLimit: limits.bulk,
    requestTimeout: limits.request,
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    routerOptions: { maxParamLength: 500 },
    genReqId: () => `req-${crypto.randomUUID()}`,
    http: { connectionsCheckingInterval: 5_000 },
    clientErrorHandler: (error, socket) => {
      const isAsked = socket.bytesRead > 0 && !known.has(socket);
      // Behind a proxy it is not known of whom it is.
      if (isAsked && options.trustedProxies === undefined) void unauthenticated.count(socket.remoteAddress);
      answerBroken(error, socket);
    },
    frameworkErrors: async (error, request, reply: FastifyReply) => {
      const problem = await finalProblem(error, request);
      if (leaveUnread(request.raw)) reply.header("connection", "close");
      reply.code(problem.status).header("content-type", problemType).send(JSON.stringify(problem));
    },
  });
  app.register(rateLimit, { global: false });
  const unauthenticated = limitUnauthenticated(app, limits);

  /** Returns what to answer, and counts a 4xx against the address of whoever has no valid key or signature. */
  async function finalProblem(error: unknown, request: FastifyRequest): Promise<Problem> {
    const problem = toProblem(error, request.id);
    const { status } = problem;
    const isKnown = request.apiKey !== undefined || request.counted !== undefined;
    if (isKnown || status >= 500 || status === 429) return problem;
    return (await unauthenticated.count(request.address ?? request.ip)) ?? problem;
  }

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  readBodies(app, surroundings);

  app.addHook("onRequest", async (request) => {
    request.address = request.ip;
    if (request.is404) throw await notFound(request);
  });
  app.setErrorHandler(async (error, request, reply) => {
    const problem = await finalProblem(error, request);
    if (problem.status >= 500) {
      const { method, routeOptions } = request;
      const { cause } = problem.more;
      // That much is asked for at once is nobody's fault here.
      const isBusy = problem.status === 503 && (cause === undefined || isBusyWorker(cause));
      const level = isBusy ? "warn" : "error";
      log?.[level]({ request: request.id, method, route: routeOptions.url, err: cause }, problem.message);
    }
    return reply
      .code(problem.status)
      .headers({ ...problem.more.headers })
      .type(problemType)
      .serializer((body: unknown) => body as string)
      .send(JSON.stringify(problem));
  });
  const routes = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ method, url }) => {
    const methods = routes.get(url) ?? new Set();
    routes.set(url, methods);
    for (const one of [method].flat()) methods.add(one);
  });
  /** Whatever body there is, it is not read. */
  async function notFound(request: FastifyRequest): Promise<Problem> {
    const { method, url, headers } = request;
    const key = await keyOf(options.store, headers.authorization);
    if (key === undefined) await unauthenticated.check(request.address);
    else request.apiKey = key;
    const path = url.split("?", 1)[0]!;
    const methods = [...routes].filter(([pattern]) => fits(pattern, path)).flatMap(([, methods]) => [...methods]);
    if (methods.length === 0) return new Problem("not-found", `there is nothing at ${path.slice(0, 200)}: see /docs`);
    const allow = [...new Set(methods)].join(", ");
    return new Problem("method-not-allowed", `${method} is not for ${path.slice(0, 200)}: use ${allow}`, {
      headers: { allow },
    });
  }
  // For what is found to be nothing only later, such as a file of the page.
  app.setNotFoundHandler(async (request) => {
    throw await notFound(request);
  });

  watchProxies(app, options);
  app.addHook("onSend", async ({ raw, apiKey }, reply) => {
    reply.header("x-content-type-options", "nosniff").header("cache-control", "no-store");
    if (apiKey !== undefined) known.add(raw.socket);
    if (leaveUnread(raw) || closing) reply.header("connection", "close");
  });
  app.addHook("onResponse", async ({ id, method, routeOptions, apiKey }, { statusCode: status, elapsedTime }) => {
    const ms = Math.round(elapsedTime);
    log?.info({ request: id, method, route: routeOptions.url, status, ms, key: apiKey?.id }, "request");
  });

  app.register(async (root) => {
    await describe(root, options.version);
    const typed = root.withTypeProvider<ZodTypeProvider>();
    healthRoute(typed, surroundings);
    if (docs) await serveDocument(root);
    if (metrics !== undefined && publicMetrics) metricsRoute(typed, metrics, { open: true, clock: surroundings.clock });
    await root.register(async (guarded) => {
      guardAccess(guarded, surroundings, unauthenticated);
      if (metrics !== undefined && !publicMetrics)
        metricsRoute(guarded.withTypeProvider<ZodTypeProvider>(), metrics, {
          open: false,
          clock: surroundings.clock,
        });
      await guarded.register(
        async (v1) => {
          v1.addHook("onRoute", (route) => {
            const { scope } = route.config ?? {};
            if (scope === undefined || route.schema === undefined) return;
            route.schema.security ??= [{ key: [scope] }];
            if (route.config?.idempotent) route.schema.headers = idempotencyHeaders;
          });
          keepAnswers(v1, surroundings);
          addRoutes(v1.withTypeProvider<ZodTypeProvider>(), surroundings);
        },
        { prefix: "/v1" },
      );
    });
  });

  let pruning: NodeJS.Timeout | undefined;
  const prune = (): void => {
    pruneAnswers(surroundings).catch((err: unknown) => log?.error({ err }, "old answers could not be removed"));
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
    async close(shutdownTimeout = limits.shutdownTimeout) {
      closing = true;
      clearInterval(pruning);
      const impatient = setTimeout(() => app.server.closeAllConnections(), shutdownTimeout).unref();
      await app.close();
      clearTimeout(impatient);
      await ownWorkers?.close();
    },
  };
}

const isBusyWorker = (cause: unknown): boolean => cause instanceof WorkerError && cause.problem === "busy";

/** Whether a path is one of a route's, as `/v1/runs/:id`. */
function fits(pattern: string, path: string): boolean {
  const steps = pattern.split("/");
  const given = path.split("/");
  if (pattern.endsWith("*")) return path.startsWith(pattern.slice(0, -1));
  return (
    steps.length === given.length &&
    steps.every((step, i) => (step.startsWith(":") ? given[i] !== "" : step === given[i]))
  );
}

/** What is not even HTTP. */
function answerBroken(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [kind, detail] = brokenBy[error.code ?? ""] ?? ["bad-request", "this is not HTTP/1.1"];
  const problem = new Problem(kind, detail);
  const body = JSON.stringify(problem);
  const head = `HTTP/1.1 ${problem.status} ${statusWords[problem.status]}\r\ncontent-type: ${problemType}\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
}

const brokenBy: Record<string, [ProblemKind, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["timeout", "the request took too long to come in: send it faster, or in pieces"],
  HPE_HEADER_OVERFLOW: ["headers-too-large", "the headers have more than 16 KiB: send fewer"],
};

const statusWords: Record<number, string> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};
