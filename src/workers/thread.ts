import { Worker } from "node:worker_threads";
import { WorkerError, type WorkerProblem } from "./error.ts";
import { toError } from "./error-data.ts";
import type { TaskMessage, WorkerMessage } from "./messages.ts";

const MiB = 2 ** 20;

export interface ThreadOptions {
  readonly entry: URL;
  /** Bytes. */
  readonly memory: number;
  /** ms that loading may take, of the worker and of a task each. */
  readonly loading: number;
}

/** Must not throw. */
export interface ThreadEvents {
  /** Called when it can take another task. */
  onFree(thread: Thread): void;
  /** Called once, when it has ended for whatever reason. */
  onEnd(thread: Thread): void;
}

/** Holds one task while it waits and runs. */
export interface Job extends TaskMessage {
  readonly timeout: number;
  /** Called once, one of the two. */
  done(output: unknown): void;
  failed(error: Error): void;
}

/** Sets V8's own limit so far above ours. See {@link Thread}. */
const headroom = 256 * MiB;
/** A task's time is that of its thread: on a busy machine it may take so many times as long. */
const wallClockFactor = 4;
/** Sets the interval of memory checks while a task runs, in ms. */
const memoryCheckInterval = 25;

/**
 * A worker that does one task after the other. Its memory is looked at from here while it works: at its own limit V8 asks
 * a worker to end only where it runs out in small pieces, and ends the whole process where one piece of some 30 MiB does not
 * fit. So V8's limit is further up than any piece that a task asks for, and none is reached.
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

  /** Says whether it died before it had started, other than by being ended as idle. */
  get failedToStart(): boolean {
    return !this.#ready && this.#error !== undefined && this.#error.problem !== "closed";
  }

  /** @param job fails if it cannot be cloned */
  run(job: Job): void {
    this.#job = job;
    this.#worker.ref();
    if (this.#ready) this.#postTask();
  }

  /** Ends it at once, and what it does with `error`. */
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
    // Whatever was on its way when it was ended has lost.
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

  /** Stops all clocks, lets the process end if nothing else holds it, and takes the next task. @returns the last one */
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

  /** @returns the task, once */
  #takeJob(): Job | undefined {
    const job = this.#job;
    this.#job = undefined;
    return job;
  }

  /** Ends the task when its time is used up. */
  async #enforceTimeout(job: Job): Promise<void> {
    const { timeout } = job;
    const late = [timeout, "late", `it took more than ${timeout.toLocaleString("en")} ms and was ended`] as const;
    clearTimeout(this.#timer);
    const until = performance.now() + timeout * wallClockFactor;
    const before = await this.#cpuTime();
    if (this.#job !== job) return;
    if (before === undefined) return this.#endAfter(...late);
    const look = async (): Promise<void> => {
      const used = (await this.#cpuTime()) ?? Number.POSITIVE_INFINITY;
      if (this.#job !== job) return;
      const rest = Math.min(timeout - (used - before), until - performance.now());
      if (rest <= 0) await this.end(new WorkerError("late", late[2]));
      else this.#timer = setTimeout(look, Math.max(rest, memoryCheckInterval));
    };
    this.#timer = setTimeout(look, timeout);
  }

  /** ms that the thread has computed; undefined where Node does not say. */
  async #cpuTime(): Promise<number | undefined> {
    const usage = await this.#worker.cpuUsage?.().catch(() => undefined);
    return usage && (usage.user + usage.system) / 1_000;
  }

  #endAfter(ms: number, problem: WorkerProblem, message: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // Where this thread was held up, the answer may be there and only not have been read.
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

/**
 * Node's options are those of this process, `--permission` among them, which a list of our own would lift. But what a process
 * was given as text (`node -e`) is not what a worker is to run.
 */
function inheritedExecArgv(): { execArgv?: string[] } {
  const { execArgv } = process;
  if (!execArgv.some((one) => /^(--input-type|--eval|--print|-[a-z]*[ep])\b/.test(one))) return {};
  return { execArgv: execArgv.filter((one) => /^--(permission|experimental-permission|allow-)/.test(one)) };
}
