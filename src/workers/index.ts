/**
 * Runs work for callers, which may be hostile, in worker threads. In: the name of a task and its input, plain data. Out: its output, or
 * the error it threw; or a `WorkerError` if it took too long or too much memory, or too many tasks wait.
 *
 * `pool.ts` has the workers and the queue, `thread.ts` controls one worker from outside, `serve-tasks.ts` runs `tasks/` inside it.
 */
export { type CheckerOptions, workerChecker } from "./checker.ts";
export { WorkerError, type WorkerProblem } from "./error.ts";
export { workerEvaluate } from "./evaluate.ts";
export type { TaskInput, TaskOutput, TaskTable } from "./messages.ts";
export { createWorkerPool, type RunOptions, type WorkerPool, type WorkerPoolOptions } from "./pool.ts";
export { type PortableOptions, toPortable } from "./portable-options.ts";
export { type RenderOptions, type WorkerRender, workerRender } from "./render.ts";
export type { Tasks } from "./tasks/index.ts";
