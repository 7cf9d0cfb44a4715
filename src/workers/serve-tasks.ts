import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { toErrorData } from "./error-data.ts";
import type { TaskMessage, TaskTable, WorkerMessage } from "./messages.ts";

/** Runs incoming tasks, inside a worker. The time of a task starts once it is loaded. */
export function serveTasks(tasks: TaskTable): void {
  const port = parentPort!;
  lowerPriority();
  const post = (message: WorkerMessage): void => port.postMessage(message);
  port.on("message", async ({ task, input }: TaskMessage) => {
    try {
      const run = await tasks[task]!();
      post({ kind: "begun" });
      post({ kind: "done", output: await run(input) });
    } catch (error) {
      post({ kind: "failed", error: toErrorData(error) });
    }
  });
  post({ kind: "ready" });
}

/** Niceness at which a worker gets a third of the main thread's CPU share when both compete for a core. */
const niceness = 5;

/** Lowers the priority of this thread below the main thread's. Only Linux has a priority per thread; elsewhere nothing changes. */
function lowerPriority(): void {
  try {
    const [, thread] = /task\/(\d+)$/.exec(readlinkSync("/proc/thread-self")) ?? [];
    if (thread !== undefined) setPriority(Number(thread), niceness);
  } catch {
    // Not Linux, or not permitted.
  }
}
