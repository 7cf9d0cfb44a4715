import { serveTasks } from "./serve-tasks.ts";
import { tasks } from "./tasks/index.ts";

// Built into a file of its own beside whatever has the pool: see `createWorkerPool`.
serveTasks(tasks);
