import { setTimeout as pause } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import { serveTasks } from "../../src/workers/serve-tasks.ts";

/** Tasks of tests, good and bad. */
export const tasks = {
  echo:
    async () =>
    (value: unknown): unknown =>
      value,
  worker: async () => () => threadId,
  pause: async () => () => pause(20),
  /** Says how often it was called in this worker. */
  count: async () => () => ++calls,
  spin: async () => () => {
    for (;;);
  },
  never: async () => () => new Promise<never>(() => {}),
  /** More than there is, in small pieces. */
  hoard: async () => () => {
    const all: string[] = [];
    for (;;) all.push(`${all.length}`.repeat(50));
  },
  /** In pieces for which V8 would end the process. */
  grow: async () => () => {
    const all = new Map<number, number>();
    for (let i = 0; ; i++) all.set(i, i);
  },
  list: async () => () => {
    const all: number[] = [];
    for (;;) all.push(1.5);
  },
  buffers: async () => () => {
    const all: Buffer[] = [];
    for (;;) all.push(Buffer.alloc(1_000_000, 1));
  },
  exit: async () => () => process.exit(3),
  throwLater: async () => () =>
    new Promise<never>(() => {
      setImmediate(() => {
        throw new Error("nobody caught this");
      });
    }),
  fail: async () => (kind: string) => {
    throw kind === "text" ? "a text" : new TypeError("not so");
  },
  unclonable: async () => () => () => {},
  missing: async (): Promise<() => void> => {
    throw new Error("no such module");
  },
} as const;

let calls = 0;

serveTasks(tasks);
