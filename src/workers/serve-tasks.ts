import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { toErrorData } from "./error-data.ts";
import type { TaskMessage, TaskTable, WorkerMessage } from "./messages.ts";

/** Does the tasks that come in, in a worker. The clock of a task starts once it is loaded. */
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

/** A third of the share that the event loop gets where both want a core. */
const niceness = 5;

/** Lets the event loop go first where there are fewer cores than threads. Linux has a priority for each thread; others go on as they are. */
function lowerPriority(): void {
  try {
    const [, thread] = /task\/(\d+)$/.exec(readlinkSync("/proc/thread-self")) ?? [];
    if (thread !== undefined) setPriority(Number(thread), niceness);
  } catch {
    // Not Linux, or not allowed.
  }
}
