import { parentPort } from "node:worker_threads";
import { errorData } from "./error-data.ts";
import type { TaskMessage, TaskTable, WorkerMessage } from "./messages.ts";

/** Does the tasks that come in, in a worker. The clock of a task starts once it is loaded. */
export function serveTasks(tasks: TaskTable): void {
  const port = parentPort!;
  const say = (message: WorkerMessage): void => port.postMessage(message);
  port.on("message", async ({ task, input }: TaskMessage) => {
    try {
      const run = await tasks[task]!();
      say({ kind: "begun" });
      say({ kind: "done", output: await run(input) });
    } catch (error) {
      say({ kind: "failed", error: errorData(error) });
    }
  });
  say({ kind: "ready" });
}
