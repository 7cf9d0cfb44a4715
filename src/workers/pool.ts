import { WorkerError } from "./error.ts";
import { FairQueue } from "./fair-queue.ts";
import type { TaskInput, TaskOutput, TaskTable } from "./messages.ts";
import type { Tasks } from "./tasks/index.ts";
import { type Job, Thread, type ThreadEvents } from "./thread.ts";

export interface WorkerPoolOptions {
  /** Workers at once, and so tasks. Each one that was used takes some 40 MiB. @default 2 */
  readonly size?: number | undefined;
  /** Bytes of heap and buffers that a worker may have, a loaded one's own 20 MiB among them. @default 128 MiB */
  readonly memory?: number | undefined;
  /** Tasks that may wait together; their inputs are held that long. @default 50 */
  readonly queue?: number | undefined;
  /** Time that a task may wait, in ms. @default 10_000 */
  readonly wait?: number | undefined;
  /** Time after which an idle worker is ended, in ms. @default 60_000 */
  readonly idle?: number | undefined;
  /** Time that a worker may take to start, and to load a task, in ms. @default 30_000 */
  readonly loading?: number | undefined;
  /** The module that workers run, which calls `serveTasks`. @default the one with our tasks */
  readonly entry?: URL | undefined;
}

export interface RunOptions {
  /**
   * How long the task may compute from when it begins, in ms; then its worker is ended, at the latest after four times as long by the
   * clock. Where Node does not tell a thread's time (before 24.6), the clock counts.
   */
  readonly timeout: number;
  /** Names the caller: callers take turns. @default "" */
  readonly caller?: string | undefined;
  /** Ends it: what waits is taken out, what runs is ended with its worker. The promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface WorkerPool<Table extends TaskTable = Tasks> {
  /**
   * Runs a task in a worker. Input and output are cloned as by `structuredClone`: plain data, no functions.
   * @throws WorkerError; what the task threw, TemplateError and built-in classes as they were; DataCloneError
   */
  run<Name extends keyof Table & string>(
    task: Name,
    input: TaskInput<Table, Name>,
    options: RunOptions,
  ): Promise<TaskOutput<Table, Name>>;
  /** Ends all workers at once, and fails what waits and runs. */
  close(): Promise<void>;
}

/** Pauses after workers that died before they had started, in ms. */
const firstPause = 100;
const maxPause = 30_000;

interface WaitingJob extends Job {
  started(by: Thread): void;
}

/** Starts no worker before there is a task for it. A process ends with idle workers; one that is at work holds it. */
export function createWorkerPool<Table extends TaskTable = Tasks>(options: WorkerPoolOptions = {}): WorkerPool<Table> {
  const {
    size = 2,
    memory = 128 * 2 ** 20,
    queue: maxWaiting = 50,
    wait = 10_000,
    idle = 60_000,
    loading = 30_000,
  } = options;
  const entry = options.entry ?? siblingModule("worker");
  const threads = new Set<Thread>();
  const idleThreads = new Map<Thread, NodeJS.Timeout>();
  const queue = new FairQueue<WaitingJob>(maxWaiting);
  /** Starts that failed in a row, and when the next may be tried. */
  let failures = 0;
  let notBefore = 0;
  let closed = false;

  const events: ThreadEvents = {
    onFree(thread) {
      failures = 0;
      const impatient = setTimeout(() => {
        // It takes a while to end; what comes meanwhile is for the next one.
        removeIdle(idleThreads, thread);
        void thread.end(new WorkerError("closed", "it was idle"));
      }, idle).unref();
      idleThreads.set(thread, impatient);
      assignJobs();
    },
    onEnd(thread) {
      threads.delete(thread);
      removeIdle(idleThreads, thread);
      if (thread.failedToStart) delayNextStart();
      assignJobs();
    },
  };

  function delayNextStart(): void {
    notBefore = performance.now() + Math.min(firstPause * 2 ** failures++, maxPause);
  }

  /** @returns undefined where the process may have none, as with `--permission` and without `--allow-worker` */
  function startThread(job: WaitingJob): Thread | undefined {
    try {
      const thread = new Thread({ entry, memory, loading }, events);
      threads.add(thread);
      return thread;
    } catch (cause) {
      delayNextStart();
      job.failed(new WorkerError("unavailable", "no worker could be started", { cause }));
      return undefined;
    }
  }

  /** Gives what waits to whoever is free. */
  function assignJobs(): void {
    while (queue.size > 0) {
      const [free] = idleThreads.keys();
      if (free === undefined && (threads.size >= size || performance.now() < notBefore)) break;
      if (free !== undefined) removeIdle(idleThreads, free);
      const job = queue.next()!;
      const thread = free ?? startThread(job);
      if (thread === undefined) continue;
      job.started(thread);
      thread.run(job);
    }
    // Nobody is left who could come for them.
    if (threads.size === 0) failAll(new WorkerError("unavailable", "no worker can be started at the moment"));
  }

  function failAll(error: WorkerError): void {
    for (let job = queue.next(); job; job = queue.next()) job.failed(error);
  }

  return {
    run(task, input, { timeout, caller = "", signal }) {
      return new Promise((resolve, reject) => {
        if (closed) throw new WorkerError("closed", "the workers have been ended");
        signal?.throwIfAborted();
        let thread: Thread | undefined;
        const impatient = setTimeout(() => {
          if (queue.remove(job)) job.failed(new WorkerError("busy", "too many others are waiting"));
        }, wait);
        const settle = (): void => {
          clearTimeout(impatient);
          signal?.removeEventListener("abort", abort);
        };
        const job: WaitingJob = {
          task,
          input,
          timeout,
          started: (by) => {
            clearTimeout(impatient);
            thread = by;
          },
          done: (output) => {
            settle();
            resolve(output as never);
          },
          failed: (error) => {
            settle();
            reject(error);
          },
        };
        const abort = (): void => {
          job.failed(signal!.reason);
          if (!queue.remove(job)) void thread?.end(new WorkerError("closed", "nobody waits for it any more"));
        };
        signal?.addEventListener("abort", abort, { once: true });
        queue.add(caller, job)?.failed(new WorkerError("busy", "too many others are waiting"));
        assignJobs();
      });
    },
    async close() {
      closed = true;
      const error = new WorkerError("closed", "the workers have been ended");
      failAll(error);
      await Promise.all([...threads].map((one) => one.end(error)));
    },
  };
}

function removeIdle(resting: Map<Thread, NodeJS.Timeout>, thread: Thread): void {
  clearTimeout(resting.get(thread));
  resting.delete(thread);
}

/** Finds a module of this folder where it was written, compiled (`.js`), and bundled: there it is a file beside all others. */
function siblingModule(name: string): URL {
  return new URL(`./${name}${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
}
