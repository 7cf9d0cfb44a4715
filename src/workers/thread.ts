import { Worker } from "node:worker_threads";
import { inheritedExecArgv } from "../base/inherited-exec-argv.ts";
import { WorkerError, type WorkerProblem } from "./error.ts";
import { toError } from "./error-data.ts";
import type { TaskMessage, WorkerMessage } from "./messages.ts";

const MiB = 2 ** 20;

export interface ThreadOptions {
  readonly entry: URL;
  /** Limits heap and buffers, in bytes. */
  readonly memory: number;
  /** ms for loading the worker, and for loading a task. */
  readonly loading: number;
}

/** Callbacks of a thread, which must not throw. */
export interface ThreadEvents {
  /** Called when the thread can take another task. */
  onFree(thread: Thread): void;
  /** Called once, when the thread has ended for any reason. */
  onEnd(thread: Thread): void;
}

/** A task while it waits and runs. */
export interface Job extends TaskMessage {
  readonly timeout: number;
  /** Exactly one of `done` and `failed` is called, once. */
  done(output: unknown): void;
  failed(error: Error): void;
}

/** Bytes by which V8's own limit is above ours. See {@link Thread}. */
const headroom = 256 * MiB;
/** Factor by which a task may exceed its timeout by the wall clock, because the timeout counts the thread's CPU time. */
const wallClockFactor = 4;
/** Interval of memory checks while a task runs, in ms. */
const memoryCheckInterval = 25;

/**
 * Runs tasks in one worker thread, one at a time. The memory of the worker is checked from outside while a task runs. At its own limit
 * V8 ends only the worker if small allocations fail, but the whole process if a single allocation of some 30 MiB does not fit. V8's
 * limit is therefore set above ours by more than a task allocates at once, so that it is never reached.
 */
export class Thread {
  readonly #options: ThreadOptions;
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  #ready = false;
  #job: Job | undefined;
  #timer: NodeJS.Timeout | undefined;
  #memoryCheck: NodeJS.Timeout | undefined;
  #isCheckingMemory = false;
  #error: WorkerError | undefined;

  constructor(options: ThreadOptions, events: ThreadEvents) {
    this.#options = options;
    this.#events = events;
    const { entry, memory } = options;
    const worker = new Worker(entry, {
      name: "tocsin-worker",
      resourceLimits: { maxOldGenerationSizeMb: (memory + headroom) / MiB, maxYoungGenerationSizeMb: 32 },
      ...inheritedExecArgv(),
    });
    this.#worker = worker;
    worker.on("message", (message: WorkerMessage) => this.#handleMessage(message));
    worker.on("error", (cause: Error & { readonly code?: string }) => {
      this.#error ??=
        cause.code === "ERR_WORKER_OUT_OF_MEMORY" ? this.#outOfMemory() : crashed(cause.message, { cause });
    });
    worker.on("exit", (code) => {
      this.#stopTimers();
      const error = this.#error ?? crashed(`its worker ended with ${code}`);
      this.#error = error;
      this.#events.onEnd(this);
      this.#takeJob()?.failed(
        this.failedToStart ? new WorkerError("unavailable", "no worker could be started", { cause: error }) : error,
      );
    });
    this.#endAfter(options.loading, "crashed", "its worker did not start in time");
  }

  /** Tells whether the worker died before it had started, other than by being ended as idle. */
  get failedToStart(): boolean {
    return !this.#ready && this.#error !== undefined && this.#error.problem !== "closed";
  }

  /** Runs a job, once the worker has started. The job fails if its input cannot be cloned. */
  run(job: Job): void {
    this.#job = job;
    this.#worker.ref();
    if (this.#ready) this.#postTask();
  }

  /** Ends the worker at once; its job fails with `error`. */
  async end(error: WorkerError): Promise<void> {
    this.#error ??= error;
    this.#stopTimers();
    const ended = this.#worker.terminate();
    if (!this.failedToStart) this.#takeJob()?.failed(this.#error);
    await ended;
  }

  #postTask(): void {
    const { task, input } = this.#job!;
    try {
      this.#worker.postMessage({ task, input } satisfies TaskMessage);
    } catch (error) {
      this.#release()?.failed(error as Error);
      return;
    }
    this.#endAfter(this.#options.loading, "crashed", "its worker did not load it in time");
    this.#memoryCheck = setInterval(() => this.#checkMemory(), memoryCheckInterval).unref();
  }

  #handleMessage(message: WorkerMessage): void {
    // Messages that were under way when the worker was ended are ignored.
    if (this.#error !== undefined) return;
    switch (message.kind) {
      case "ready":
        this.#ready = true;
        this.#stopTimers();
        this.#postTask();
        return;
      case "begun":
        void this.#enforceTimeout(this.#job!);
        return;
      case "done":
        this.#release()?.done(message.output);
        return;
      case "failed":
        this.#release()?.failed(toError(message.error));
        return;
      default:
        message satisfies never;
    }
  }

  /** Stops the timers, no longer keeps the process alive, and reports that the thread is free. @returns the finished job */
  #release(): Job | undefined {
    this.#stopTimers();
    this.#worker.unref();
    const job = this.#takeJob();
    this.#events.onFree(this);
    return job;
  }

  #stopTimers(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#memoryCheck);
  }

  /** Removes the current job. @returns the job, once */
  #takeJob(): Job | undefined {
    const job = this.#job;
    this.#job = undefined;
    return job;
  }

  /** Ends the worker when the job has used up its time. */
  async #enforceTimeout(job: Job): Promise<void> {
    const { timeout } = job;
    const late = [timeout, "late", `it took more than ${timeout.toLocaleString("en")} ms and was ended`] as const;
    clearTimeout(this.#timer);
    const until = performance.now() + timeout * wallClockFactor;
    const before = await this.#cpuTime();
    if (this.#job !== job) return;
    if (before === undefined) return this.#endAfter(...late);
    const check = async (): Promise<void> => {
      const used = (await this.#cpuTime()) ?? Number.POSITIVE_INFINITY;
      if (this.#job !== job) return;
      const rest = Math.min(timeout - (used - before), until - performance.now());
      if (rest <= 0) await this.end(new WorkerError("late", late[2]));
      else this.#timer = setTimeout(check, Math.max(rest, memoryCheckInterval));
    };
    this.#timer = setTimeout(check, timeout);
  }

  /** Returns the CPU time of the thread in ms; undefined if Node does not measure it. */
  async #cpuTime(): Promise<number | undefined> {
    const usage = await this.#worker.cpuUsage?.().catch(() => undefined);
    return usage && (usage.user + usage.system) / 1_000;
  }

  #endAfter(ms: number, problem: WorkerProblem, message: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // If this thread was blocked, the result may have arrived without being read yet: give it one more turn.
      this.#timer = setTimeout(() => void this.end(new WorkerError(problem, message)), 1);
    }, ms);
  }

  async #checkMemory(): Promise<void> {
    if (this.#isCheckingMemory) return;
    this.#isCheckingMemory = true;
    const job = this.#job;
    const found = await this.#worker.getHeapStatistics().catch(() => undefined);
    this.#isCheckingMemory = false;
    if (found === undefined || this.#job !== job) return;
    if (found.used_heap_size + found.external_memory > this.#options.memory) {
      await this.end(this.#outOfMemory());
    }
  }

  #outOfMemory(): WorkerError {
    const limit = Math.round(this.#options.memory / MiB).toLocaleString("en");
    return new WorkerError("memory", `it needed more than ${limit} MiB of memory and was ended`);
  }
}

const crashed = (message: string, options?: ErrorOptions): WorkerError => new WorkerError("crashed", message, options);
