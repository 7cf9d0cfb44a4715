import { setTimeout as sleep } from "node:timers/promises";
import { StoreError } from "../../store/index.ts";
import { type File, isBusy, isOfFile, storeError } from "./file.ts";

/** After so many ms a transaction takes no more work in, so that the event loop gets its turn. */
const longest = 8;

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
  readonly alone: boolean;
  /** Waits while others want something, but not for ever. */
  readonly yields: boolean;
  /** Is on the disk when it resolves. If not, all that was written before it is, whoever wrote it; it may be lost with the machine. */
  readonly synced: boolean;
}

/** So many transactions of others go before one that yields. */
const precedence = 4;
/** ms in which others may come before one that yields. */
const respite = 2;

/**
 * Group commit: what many callers want written at about the same time is one transaction and one sync. Each is told when
 * that is on disk; the next transactions go on meanwhile. Nobody is told that something was written that could still be lost,
 * nor gets a claim that rests on it; whoever only reads may see it. Waits for other processes without blocking the event loop.
 */
export class Writer {
  readonly #file: File;
  readonly #notes: TransactionHooks;
  readonly #busyTimeout: number;
  #jobs: Job[] = [];
  readonly #yielding: Job[] = [];
  #passed = 0;
  /** Whoever wrote last is likely to want something more, such as to claim what it handed over. */
  #mayGoOn = false;
  /** The last commit that has to be on the disk before anything that rests on it gets out. */
  #mattering = 0;
  /** Something that others committed may not be on the disk yet. */
  #others = true;
  readonly #version;
  #known: number | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  /** @param busyTimeout how long to wait for other processes, in ms */
  constructor(file: File, notes: TransactionHooks, busyTimeout: number) {
    this.#file = file;
    this.#notes = notes;
    this.#busyTimeout = busyTimeout;
    // Changes with each commit of another connection.
    this.#version = file.writer.prepare<[], number>("pragma data_version").pluck();
  }

  write<Result>(run: () => Result, synced = true): Promise<Result> {
    return this.#enqueue<Result>(run, { alone: false, yields: false, synced });
  }

  writeAlone<Result>(run: () => Promise<Result>, yields = false): Promise<Result> {
    return this.#enqueue<Result>(run, { alone: true, yields, synced: true });
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

  async #enqueue<Result>(run: () => unknown, how: Pick<Job, "alone" | "yields" | "synced">): Promise<Result> {
    this.checkOpen();
    this.#file.sync?.check();
    return new Promise<Result>((resolve, reject) => {
      (how.yields ? this.#yielding : this.#jobs).push({ run, resolve, reject, ...how });
      this.#running ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    do {
      // What else is asked for in this turn of the event loop joins.
      await new Promise(setImmediate);
      if (this.#jobs.length === 0 && this.#mayGoOn) await sleep(respite);
      const first = this.#next();
      this.#mayGoOn = !first.yields;
      try {
        await this.#begin();
      } catch (error) {
        this.#rollback();
        for (const job of [first, ...this.#jobs.splice(0), ...this.#yielding.splice(0)]) {
          job.reject(storeError(error, this.#file.path));
        }
        continue; // goes on to the condition below
      }
      if (first.alone) await this.#runAlone(first);
      else await this.#runMany(first);
    } while (this.#jobs.length + this.#yielding.length > 0);
    this.#running = undefined;
  }

  #next(): Job {
    const yielding = this.#yielding[0];
    if (yielding === undefined || (this.#jobs.length > 0 && ++this.#passed <= precedence)) return this.#jobs.shift()!;
    this.#passed = 0;
    return this.#yielding.shift()!;
  }

  /** Resolves when all that is committed by now, by others too, is on the disk. @throws StoreError */
  async settled(): Promise<void> {
    const { sync } = this.#file;
    await sync?.until(sync.note());
  }

  async #begin(): Promise<void> {
    const until = performance.now() + this.#busyTimeout;
    for (;;) {
      try {
        this.#open();
        this.#notes.forget();
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
    if (version !== this.#known) this.#others = true;
    this.#known = version;
  }

  #commit(): void {
    this.#notes.beforeCommit();
    this.#file.writer.exec("commit");
    this.#file.checkpointer.committed();
  }

  /** Tells jobs of the transaction that was just committed, as soon as they may know. */
  #tell(done: readonly { readonly job: Job; readonly value: never }[]): void {
    const { sync } = this.#file;
    const commit = sync?.note() ?? 0;
    if (this.#others || done.some(({ job }) => job.synced)) this.#mattering = commit;
    this.#others = false;
    for (const { job, value } of done) {
      if (sync === undefined) job.resolve(value);
      else sync.until(job.synced ? commit : this.#mattering).then(() => job.resolve(value), job.reject);
    }
  }

  #rollback(): void {
    if (this.#file.writer.inTransaction) this.#file.writer.exec("rollback");
    this.#notes.forget();
  }

  async #runMany(first: Job): Promise<void> {
    const started = performance.now();
    const done: { readonly job: Job; readonly value: never }[] = [];
    let job: Job | undefined = first;
    try {
      while (job !== undefined) {
        done.push({ job, value: job.run() as never });
        const more = this.#jobs[0]?.alone === false && performance.now() - started < longest;
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
    this.#tell(done);
  }

  /** One of them failed: it alone gets the error. */
  async #runSeparately(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) {
      try {
        await this.#begin();
        const value = job.run() as never;
        this.#commit();
        this.#tell([{ job, value }]);
      } catch (error) {
        this.#rollback();
        job.reject(storeError(error, this.#file.path));
      }
    }
  }

  async #runAlone(job: Job): Promise<void> {
    try {
      const value = (await job.run()) as never;
      this.#commit();
      this.#tell([{ job, value }]);
    } catch (error) {
      this.#rollback();
      job.reject(storeError(error, this.#file.path));
    }
  }
}
