import { setTimeout as sleep } from "node:timers/promises";
import { StoreError } from "../../dispatch/store.ts";
import { type File, isBusy, isOfFile, storeError } from "./file.ts";

/** After so many ms a transaction takes no more work in, so that the event loop gets its turn. */
const longest = 8;

/** What is kept in memory about the transaction that is open. */
export interface Notes {
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
}

/**
 * Group commit: what many callers want written at about the same time is one transaction and one sync. Each is told when
 * that is on disk. Waits for other processes without blocking the event loop.
 */
export class Writer {
  readonly #file: File;
  readonly #notes: Notes;
  readonly #patience: number;
  #jobs: Job[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  /** @param patience how long to wait for other processes, in ms */
  constructor(file: File, notes: Notes, patience: number) {
    this.#file = file;
    this.#notes = notes;
    this.#patience = patience;
  }

  write<Result>(run: () => Result): Promise<Result> {
    return this.#enqueue<Result>(run, false);
  }

  writeAlone<Result>(run: () => Promise<Result>): Promise<Result> {
    return this.#enqueue<Result>(run, true);
  }

  /** @throws StoreError if it was closed */
  checkOpen(): void {
    if (this.#closed) throw new StoreError("closed", `${this.#file.path}: the store is closed`);
  }

  /** Takes nothing more, and waits for what it took. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #enqueue<Result>(run: () => unknown, alone: boolean): Promise<Result> {
    this.checkOpen();
    return new Promise<Result>((resolve, reject) => {
      this.#jobs.push({ run, resolve, reject, alone });
      this.#running ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    do {
      // What else is asked for in this turn of the event loop joins.
      await new Promise(setImmediate);
      try {
        await this.#begin();
      } catch (error) {
        for (const job of this.#jobs.splice(0)) job.reject(storeError(error, this.#file.path));
        continue; // goes on to the condition below
      }
      if (this.#jobs[0]!.alone) await this.#runAlone(this.#jobs.shift()!);
      else this.#runMany();
    } while (this.#jobs.length > 0);
    this.#running = undefined;
  }

  async #begin(): Promise<void> {
    const until = performance.now() + this.#patience;
    for (;;) {
      try {
        this.#file.writer.exec("begin immediate");
        this.#notes.forget();
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw error;
        await sleep(1 + Math.random() * 9);
      }
    }
  }

  #commit(): void {
    this.#notes.beforeCommit();
    this.#file.writer.exec("commit");
  }

  #rollback(): void {
    if (this.#file.writer.inTransaction) this.#file.writer.exec("rollback");
    this.#notes.forget();
  }

  #runMany(): void {
    const started = performance.now();
    const done: { readonly job: Job; readonly value: never }[] = [];
    let job: Job | undefined;
    try {
      while (this.#jobs.length > 0 && !this.#jobs[0]!.alone && performance.now() - started < longest) {
        job = this.#jobs.shift()!;
        done.push({ job, value: job.run() as never });
        job = undefined;
      }
      this.#commit();
    } catch (error) {
      this.#rollback();
      const jobs = [...done.map((one) => one.job), ...(job === undefined ? [] : [job])];
      if (jobs.length === 1 || isOfFile(error)) for (const one of jobs) one.reject(storeError(error, this.#file.path));
      else this.#runSeparately(jobs);
      return;
    }
    for (const { job, value } of done) job.resolve(value);
  }

  /** One of them failed: it alone gets the error. */
  #runSeparately(jobs: readonly Job[]): void {
    for (const job of jobs) {
      try {
        this.#file.writer.exec("begin immediate");
        const value = job.run() as never;
        this.#commit();
        job.resolve(value);
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
      job.resolve(value);
    } catch (error) {
      this.#rollback();
      job.reject(storeError(error, this.#file.path));
    }
  }
}
