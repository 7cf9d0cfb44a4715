import type { ErrorData } from "./error-data.ts";

/** Message to a worker: one task at a time. */
export interface TaskMessage {
  readonly task: string;
  readonly input: unknown;
}

/** Message from a worker: the worker has loaded; the task has loaded; the task's result. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "begun" }
  | { readonly kind: "done"; readonly output: unknown }
  | { readonly kind: "failed"; readonly error: ErrorData };

/** Functions that workers run, by name; each is loaded on first use. Input and output are cloned. */
export interface TaskTable {
  // biome-ignore lint/suspicious/noExplicitAny: any function of one input is a task
  readonly [task: string]: () => Promise<(input: any) => unknown>;
}

type Task<Table extends TaskTable, Name extends keyof Table> = Awaited<ReturnType<Table[Name]>>;
export type TaskInput<Table extends TaskTable, Name extends keyof Table> = Parameters<Task<Table, Name>>[0];
export type TaskOutput<Table extends TaskTable, Name extends keyof Table> = Awaited<ReturnType<Task<Table, Name>>>;
