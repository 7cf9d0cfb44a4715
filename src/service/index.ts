/**
 * The program over HTTP. In: engine, store, dispatcher, and requests. Out: answers, when what they say is on disk; and a
 * document that says what can be asked. What is decided is decided elsewhere: here it is only asked for.
 */

export {
  createWorkerPool,
  type WorkerPool,
  type WorkerPoolOptions,
  workerChecker,
  workerEvaluate,
  workerRender,
} from "../workers/index.ts";
export { createKey, listKeys, revokeKey, scopes } from "./keys.ts";
export {
  defaultLimits,
  type ServiceLimits,
  type ServiceLog,
  type ServiceOptions,
  type WorkerLimits,
} from "./options.ts";
export { createService, type Service } from "./service.ts";
