import { setTimeout as sleep } from "node:timers/promises";
import { StoreError } from "../../store/index.ts";
import { type File, isBusy, isOfFile, storeError } from "./file.ts";

/** Limits the time in ms for which a transaction takes in more jobs, so that the event loop gets its turn. */
const maxBatchTime = 8;

/** Lets caches take part in transactions. */
export interface TransactionHooks {
  /** Writes changes that were collected in memory. */
  beforeCommit(): void;
  /** Forgets everything that was cached, because other processes may write before the next transaction. */
  forget(): void;
}

interface Job {
  readonly run: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  /** Runs alone in its transaction, and may be asynchronous. */
  readonly exclusive: boolean;
  /** Lets other jobs go first, but not for ever. */
  readonly lowPriority: boolean;
  /**
   * If true, resolves after this write is synced. If false, resolves once every earlier commit that matters is synced; this write itself
   * may be lost in a crash of the machine.
   */
  readonly synced: boolean;
}

/** Transactions that may overtake a job of low priority, at most. */
const maxOvertakes = 4;
/** Delays a low-priority job, in ms, so that it can share a transaction with others. */
const lowPriorityDelay = 2;

/**
 * Commits in groups: the jobs of many callers at about the same time run in one transaction, with one sync. Each job resolves once its
 * commit is on disk, while the next transactions already run. No job resolves with a result, not even a claim, that depends on a commit
 * that could still be lost; only plain reads may see such a commit. Waits for other processes without blocking the event loop.
 */
export class Writer {
  readonly #file: File;
  readonly #hooks: TransactionHooks;
  readonly #busyTimeout: number;
  #jobs: Job[] = [];
  readonly #lowPriorityJobs: Job[] = [];
  #overtakes = 0;
  /** Expects that the last caller soon writes again, for example to claim what it has enqueued. */
  #expectsMore = false;
  /** Highest commit number that must be synced before results that depend on it are returned. */
  #requiredCommit = 0;
  /** Another process may have committed something that is not synced yet. */
  #othersCommitted = true;
  readonly #version;
  #seenVersion: number | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  /** @param busyTimeout how long to wait for other processes, in ms */
  constructor(file: File, hooks: TransactionHooks, busyTimeout: number) {
    this.#file = file;
    this.#hooks = hooks;
    this.#busyTimeout = busyTimeout;
    // This number changes with each commit of another connection.
    this.#version = file.writer.prepare<[], number>("pragma data_version").pluck();
  }

  /** Runs a job in a transaction with others. @param synced see {@link Job} */
  write<Result>(run: () => Result, synced = true): Promise<Result> {
    return this.#enqueue<Result>(run, { exclusive: false, lowPriority: false, synced });
  }

  /** Runs an asynchronous job in a transaction of its own. */
  writeExclusive<Result>(run: () => Promise<Result>, lowPriority = false): Promise<Result> {
    return this.#enqueue<Result>(run, { exclusive: true, lowPriority, synced: true });
  }

  /** @throws StoreError if the writer is closed */
  checkOpen(): void {
    if (this.#closed) throw new StoreError("closed", `${this.#file.path}: the store is closed`);
  }

  /** Refuses further jobs, and waits for those it has. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#file.sync?.close();
    await this.#file.checkpointer.close();
  }

  async #enqueue<Result>(run: () => unknown, how: Pick<Job, "exclusive" | "lowPriority" | "synced">): Promise<Result> {
    this.checkOpen();
    this.#file.sync?.throwIfFailed();
    return new Promise<Result>((resolve, reject) => {
      (how.lowPriority ? this.#lowPriorityJobs : this.#jobs).push({ run, resolve, reject, ...how });
      this.#running ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    do {
      // Jobs that are enqueued in the same turn of the event loop join the transaction.
      await new Promise(setImmediate);
      if (this.#jobs.length === 0 && this.#expectsMore) await sleep(lowPriorityDelay);
      const first = this.#next();
      this.#expectsMore = !first.lowPriority;
      try {
        await this.#begin();
      } catch (error) {
        this.#rollback();
        for (const job of [first, ...this.#jobs.splice(0), ...this.#lowPriorityJobs.splice(0)]) {
          job.reject(storeError(error, this.#file.path));
        }
        continue; // goes on to the condition below
      }
      if (first.exclusive) await this.#runExclusively(first);
      else await this.#runBatch(first);
    } while (this.#jobs.length + this.#lowPriorityJobs.length > 0);
    this.#running = undefined;
  }

  #next(): Job {
    const deferred = this.#lowPriorityJobs[0];
    if (deferred === undefined || (this.#jobs.length > 0 && ++this.#overtakes <= maxOvertakes))
      return this.#jobs.shift()!;
    this.#overtakes = 0;
    return this.#lowPriorityJobs.shift()!;
  }

  /** Resolves once all commits so far, those of other processes too, are on disk. @throws StoreError */
  async untilSynced(): Promise<void> {
    const { sync } = this.#file;
    await sync?.untilSynced(sync.recordCommit());
  }

  async #begin(): Promise<void> {
    const until = performance.now() + this.#busyTimeout;
    for (;;) {
      try {
        this.#open();
        this.#hooks.forget();
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw error;
        await sleep(1 + Math.random() * 9);
      }
    }
  }

  #open(): void {
    this.#file.writer.exec("begin immediate");
    const version = this.#version.get();
    if (version !== this.#seenVersion) this.#othersCommitted = true;
    this.#seenVersion = version;
  }

  #commit(): void {
    this.#hooks.beforeCommit();
    this.#file.writer.exec("commit");
    this.#file.checkpointer.committed();
  }

  /** Resolves the jobs of the transaction that was just committed, once the commits that they depend on are synced. */
  #resolveOnceSynced(done: readonly { readonly job: Job; readonly value: never }[]): void {
    const { sync } = this.#file;
    const commit = sync?.recordCommit() ?? 0;
    if (this.#othersCommitted || done.some(({ job }) => job.synced)) this.#requiredCommit = commit;
    this.#othersCommitted = false;
    for (const { job, value } of done) {
      if (sync === undefined) job.resolve(value);
      else sync.untilSynced(job.synced ? commit : this.#requiredCommit).then(() => job.resolve(value), job.reject);
    }
  }

  #rollback(): void {
    if (this.#file.writer.inTransaction) this.#file.writer.exec("rollback");
    this.#hooks.forget();
  }

  async #runBatch(first: Job): Promise<void> {
    const started = performance.now();
    const done: { readonly job: Job; readonly value: never }[] = [];
    let job: Job | undefined = first;
    try {
      while (job !== undefined) {
        done.push({ job, value: job.run() as never });
        const more = this.#jobs[0]?.exclusive === false && performance.now() - started < maxBatchTime;
        job = more ? this.#jobs.shift() : undefined;
      }
      this.#commit();
    } catch (error) {
      this.#rollback();
      const jobs = [...done.map((one) => one.job), ...(job === undefined ? [] : [job])];
      if (jobs.length === 1 || isOfFile(error)) for (const one of jobs) one.reject(storeError(error, this.#file.path));
      else await this.#runSeparately(jobs);
      return;
    }
    this.#resolveOnceSynced(done);
  }

  /** Runs each job in a transaction of its own after a common one failed, so that only the failing job gets the error. */
  async #runSeparately(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) {
      try {
        await this.#begin();
        const value = job.run() as never;
        this.#commit();
        this.#resolveOnceSynced([{ job, value }]);
      } catch (error) {
        this.#rollback();
        job.reject(storeError(error, this.#file.path));
      }
    }
  }

  async #runExclusively(job: Job): Promise<void> {
    try {
      const value = (await job.run()) as never;
      this.#commit();
      this.#resolveOnceSynced([{ job, value }]);
    } catch (error) {
      this.#rollback();
      job.reject(storeError(error, this.#file.path));
    }
  }
}
