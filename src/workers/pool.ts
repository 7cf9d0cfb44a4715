import { WorkerError } from "./error.ts";
import { FairQueue } from "./fair-queue.ts";
import type { TaskInput, TaskOutput, TaskTable } from "./messages.ts";
import type { Tasks } from "./tasks/index.ts";
import { type Job, Thread, type ThreadEvents } from "./thread.ts";

export interface WorkerPoolOptions {
  /** Limits the workers, and so the concurrent tasks. A used worker takes some 40 MiB. @default 2 */
  readonly size?: number | undefined;
  /** Limits the heap and buffers of a worker in bytes, including the 20 MiB of a loaded worker. @default 128 MiB */
  readonly memory?: number | undefined;
  /** Limits the waiting tasks, whose inputs are kept in memory. @default 50 */
  readonly queue?: number | undefined;
  /** Limits how long a task waits, in ms. @default 10_000 */
  readonly wait?: number | undefined;
  /** Time after which an idle worker is ended, in ms. @default 60_000 */
  readonly idle?: number | undefined;
  /** Limits how long a worker takes to start, and to load a task, in ms. @default 30_000 */
  readonly loading?: number | undefined;
  /** The module that workers run, which calls `serveTasks`. @default the module with the project's tasks */
  readonly entry?: URL | undefined;
}

export interface RunOptions {
  /**
   * Limits the CPU time of the task from when it begins, in ms; then its worker is ended, at the latest after four times as long by the
   * wall clock. If Node does not measure a thread's CPU time (before 24.6), the wall clock counts.
   */
  readonly timeout: number;
  /** Names the caller: callers take turns. @default "" */
  readonly caller?: string | undefined;
  /** Cancels the task: a waiting one leaves the queue, a running one is ended with its worker. The promise rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface WorkerPool<Table extends TaskTable = Tasks> {
  /**
   * Runs a task in a worker. Input and output are cloned as by `structuredClone`: plain data, no functions.
   * @throws WorkerError; the error of the task (TemplateError and built-in classes keep their class); DataCloneError
   */
  run<Name extends keyof Table & string>(
    task: Name,
    input: TaskInput<Table, Name>,
    options: RunOptions,
  ): Promise<TaskOutput<Table, Name>>;
  /** Ends all workers at once; waiting and running tasks fail. */
  close(): Promise<void>;
}

/** Delays of the next start after workers died before they had started, in ms. */
const firstPause = 100;
const maxPause = 30_000;

interface WaitingJob extends Job {
  started(by: Thread): void;
}

/** Creates a pool. It starts workers on demand. Idle workers do not keep the process alive; running tasks do. */
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
  /** Starts that failed in a row, and the time before which none is tried. */
  let failures = 0;
  let notBefore = 0;
  let closed = false;

  const events: ThreadEvents = {
    onFree(thread) {
      failures = 0;
      const idleTimer = setTimeout(() => {
        // Ending takes a while: the thread must not get another task meanwhile.
        removeIdle(idleThreads, thread);
        void thread.end(new WorkerError("closed", "it was idle"));
      }, idle).unref();
      idleThreads.set(thread, idleTimer);
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

  /** Starts a thread. @returns undefined if the process may not have any, as with `--permission` and without `--allow-worker` */
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

  /** Assigns waiting jobs to free threads, and starts threads for them. */
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
    // No thread is left that could take them.
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
        const waitTimer = setTimeout(() => {
          if (queue.remove(job)) job.failed(new WorkerError("busy", "too many others are waiting"));
        }, wait);
        const settle = (): void => {
          clearTimeout(waitTimer);
          signal?.removeEventListener("abort", abort);
        };
        const job: WaitingJob = {
          task,
          input,
          timeout,
          started: (by) => {
            clearTimeout(waitTimer);
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

/** Returns the URL of a module of this folder: as source, compiled (`.js`), or bundled, where it is a file beside the bundle. */
function siblingModule(name: string): URL {
  return new URL(`./${name}${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
}
