import { serveTasks } from "./serve-tasks.ts";
import { tasks } from "./tasks/index.ts";

// Bundled as a file of its own beside the bundle with the pool: see `createWorkerPool`.
serveTasks(tasks);
