import type { TaskTable } from "../messages.ts";

/** Lists the tasks of workers: functions of one input, each in a file of its own that is loaded on first use. */
export const tasks = {
  check: async () => (await import("./check.ts")).check,
  evaluate: async () => (await import("./evaluate.ts")).evaluate,
  lint: async () => (await import("./lint.ts")).lint,
  parse: async () => (await import("./parse.ts")).parse,
  preview: async () => (await import("./preview.ts")).preview,
  test: async () => (await import("./test.ts")).test,
} as const satisfies TaskTable;

export type Tasks = typeof tasks;
