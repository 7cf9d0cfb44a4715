/**
 * Runs work that callers ask for, and that may be hostile, in worker threads. In: the name of a task and its input, plain data.
 * Out: its output, or the error it threw; or a `WorkerError`, where it took too long or too much memory, or too many wait.
 *
 * `pool.ts` has the workers and who waits for them, `thread.ts` is one of them as it is seen from here, `serve-tasks.ts` runs
 * in it and does `tasks/`.
 */
export { type CheckerOptions, workerChecker } from "./checker.ts";
export { WorkerError, type WorkerProblem } from "./error.ts";
export { workerEvaluate } from "./evaluate.ts";
export type { TaskInput, TaskOutput, TaskTable } from "./messages.ts";
export { createWorkerPool, type RunOptions, type WorkerPool, type WorkerPoolOptions } from "./pool.ts";
export { type PortableOptions, toPortable } from "./portable-options.ts";
export { type RenderOptions, type WorkerRender, workerRender } from "./render.ts";
export type { Tasks } from "./tasks/index.ts";
