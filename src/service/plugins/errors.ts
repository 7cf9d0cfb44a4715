import type { Socket } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { fastifyPlugin } from "fastify-plugin";
import { WorkerError } from "../../workers/index.ts";
import type { ServiceLog } from "../options.ts";
import { Problem, type ProblemKind, problemType } from "../problem.ts";
import { toProblem } from "../to-problem.ts";
import type { UnauthenticatedLimit } from "../unauthenticated-limit.ts";

export interface ErrorOptions {
  readonly log: ServiceLog | undefined;
  readonly unauthenticated: UnauthenticatedLimit;
}

/** Responds to every error with a problem (RFC 9457), and logs those with a 5xx status. */
export const errors = fastifyPlugin(
  async (app: FastifyInstance, { log, unauthenticated }: ErrorOptions): Promise<void> => {
    app.setErrorHandler(async (error, request, reply) => {
      const problem = await problemFor(error, request, unauthenticated);
      if (problem.status >= 500) {
        const { method, routeOptions } = request;
        const { cause } = problem.more;
        // Load alone is no fault of the service.
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
  },
);

/** Returns the problem to respond with, and counts a 4xx against the address of a caller without a valid key or signature. */
export async function problemFor(
  error: unknown,
  request: FastifyRequest,
  unauthenticated: UnauthenticatedLimit,
): Promise<Problem> {
  const problem = toProblem(error, request.id);
  const { status } = problem;
  const isAuthenticated = request.apiKey !== undefined || request.rateLimitKey !== undefined;
  if (isAuthenticated || status >= 500 || status === 429) return problem;
  return (await unauthenticated.count(request.address ?? request.ip)) ?? problem;
}

const isBusyWorker = (cause: unknown): boolean => cause instanceof WorkerError && cause.problem === "busy";

/** Responds to bytes that are no HTTP request, and closes the connection. */
export function respondToClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [kind, detail] = clientErrors[error.code ?? ""] ?? ["bad-request", "this is not HTTP/1.1"];
  const problem = new Problem(kind, detail);
  const body = JSON.stringify(problem);
  const head = `HTTP/1.1 ${problem.status} ${statusTexts[problem.status]}\r\ncontent-type: ${problemType}\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
}

const clientErrors: Record<string, [ProblemKind, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["timeout", "the request took too long to arrive: send it faster, or in several requests"],
  HPE_HEADER_OVERFLOW: ["headers-too-large", "the headers are larger than 16 KiB: send fewer or shorter ones"],
};

const statusTexts: Record<number, string> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};
