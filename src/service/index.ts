/**
 * The engine over HTTP. In: requests, and the engine, store and dispatcher that they are passed to. Out: responses, each sent once
 * its result is on disk, and an OpenAPI document. Decides nothing itself but who may ask and how much.
 *
 * - `service.ts` puts the parts together; `options.ts` has the options, the limits and their defaults.
 * - `plugins/` is what holds for all routes, one Fastify plugin a file: `access` (keys, signatures, rates), `bodies`, `idempotency`,
 *   `errors`, `not-found`, `response-headers`, `access-log`, `proxies`, `openapi`.
 * - `routes/` has one file a resource.
 * - A body passes `receive.ts`, `inflate.ts` and `parse-large.ts`, with `in-flight.ts` accounting for its memory; `unread-body.ts`
 *   handles one that nobody reads.
 * - `keys.ts` are API keys, `signature.ts` signatures of webhooks, `unauthenticated-limit.ts` the limit of callers with neither.
 * - `problem.ts` are the errors of the API (RFC 9457); `to-problem.ts` and `validation.ts` make them. `schemas.ts` and `cursor.ts` are
 *   shared by routes.
 */

export { type CheckerOptions, workerChecker } from "../workers/checker.ts";
export { workerEvaluate } from "../workers/evaluate.ts";
export { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from "../workers/pool.ts";
export { type WorkerRender, workerRender } from "../workers/render.ts";
export { createKey, listKeys, revokeKey } from "./keys.ts";
export {
  defaultLimits,
  type ServiceLimits,
  type ServiceLog,
  type ServiceOptions,
  type WorkerLimits,
} from "./options.ts";
export { createService, type Service } from "./service.ts";
