import type { ErrorData } from "./error-data.ts";

/** To a worker: one task at a time. */
export interface TaskMessage {
  readonly task: string;
  readonly input: unknown;
}

/** From a worker: it has loaded; the task has; what came of it. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "begun" }
  | { readonly kind: "done"; readonly output: unknown }
  | { readonly kind: "failed"; readonly error: ErrorData };

/** Functions that workers run, by name, each loaded when it is first asked for. What goes in and comes out is cloned. */
export interface TaskTable {
  // biome-ignore lint/suspicious/noExplicitAny: any function of one input is a task
  readonly [task: string]: () => Promise<(input: any) => unknown>;
}

type Task<Table extends TaskTable, Name extends keyof Table> = Awaited<ReturnType<Table[Name]>>;
export type TaskInput<Table extends TaskTable, Name extends keyof Table> = Parameters<Task<Table, Name>>[0];
export type TaskOutput<Table extends TaskTable, Name extends keyof Table> = Awaited<ReturnType<Task<Table, Name>>>;
