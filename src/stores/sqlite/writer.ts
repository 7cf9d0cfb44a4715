import { setTimeout as sleep } from "node:timers/promises";
import { StoreError } from "../../store/index.ts";
import { type File, isBusy, isOfFile, storeError } from "./file.ts";

/** After so many ms a transaction takes no more work in, so that the event loop gets its turn. */
const maxBatchTime = 8;

/** What is kept in memory about the transaction that is open. */
export interface TransactionHooks {
  /** Writes down what was collected. */
  beforeCommit(): void;
  /** Forgets everything: the next transaction finds what others wrote. */
  forget(): void;
}

interface Job {
  readonly run: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  /** Has the transaction for itself, and may wait in it. */
  readonly exclusive: boolean;
  /** Waits while others want something, but not for ever. */
  readonly lowPriority: boolean;
  /** Is on the disk when it resolves. If not, all that was written before it is, whoever wrote it; it may be lost with the machine. */
  readonly synced: boolean;
}

/** So many transactions of others go before one that lowPriority. */
const maxOvertakes = 4;
/** ms in which others may come before one that lowPriority. */
const lowPriorityDelay = 2;

/**
 * Group commit: what many callers want written at about the same time is one transaction and one sync. Each is told when
 * that is on disk; the next transactions go on meanwhile. Nobody is told that something was written that could still be lost,
 * nor gets a claim that rests on it; whoever only reads may see it. Waits for other processes without blocking the event loop.
 */
export class Writer {
  readonly #file: File;
  readonly #hooks: TransactionHooks;
  readonly #busyTimeout: number;
  #jobs: Job[] = [];
  readonly #lowPriorityJobs: Job[] = [];
  #overtakes = 0;
  /** Whoever wrote last is likely to want something more, such as to claim what it handed over. */
  #expectsMore = false;
  /** The last commit that has to be on the disk before anything that rests on it gets out. */
  #requiredCommit = 0;
  /** Something that others committed may not be on the disk yet. */
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
    // Changes with each commit of another connection.
    this.#version = file.writer.prepare<[], number>("pragma data_version").pluck();
  }

  write<Result>(run: () => Result, synced = true): Promise<Result> {
    return this.#enqueue<Result>(run, { exclusive: false, lowPriority: false, synced });
  }

  writeExclusive<Result>(run: () => Promise<Result>, lowPriority = false): Promise<Result> {
    return this.#enqueue<Result>(run, { exclusive: true, lowPriority, synced: true });
  }

  /** @throws StoreError if it was closed */
  checkOpen(): void {
    if (this.#closed) throw new StoreError("closed", `${this.#file.path}: the store is closed`);
  }

  /** Takes nothing more, and waits for what it took. */
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
      // What else is asked for in this turn of the event loop joins.
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

  /** Resolves when all that is committed by now, by others too, is on the disk. @throws StoreError */
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

  /** Tells jobs of the transaction that was just committed, as soon as they may know. */
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

  /** One of them failed: it exclusive gets the error. */
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
