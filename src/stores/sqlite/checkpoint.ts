import { Worker } from "node:worker_threads";
import type Database from "better-sqlite3";
import { inheritedExecArgv } from "../../base/inherited-exec-argv.ts";

/** Pages (of 4 KiB) in the log that are not in the file yet, from which on a checkpoint is started. */
const maxPages = 4_000;
/** Pages from which on SQLite checkpoints by itself, on the event loop, because the thread is too far behind. */
const maxPagesBehind = 16_000;
/** Limits checks of the log to one in this many ms, because a check costs 0.2 ms. */
const interval = 50;

/**
 * Checkpoints the write-ahead log in a thread of its own. A checkpoint by SQLite itself waits for the disk within a commit, and blocks
 * the event loop. Where no thread can be started (`--permission` without `--allow-worker`), SQLite checkpoints by itself.
 */
export class Checkpointer {
  readonly #path: string;
  readonly #writer: Database.Database;
  #lookedAt = 0;
  #worker: Worker | undefined;
  #ended: Promise<void> | undefined;
  #isBusy = false;

  /** @param writer the connection whose commits fill the log */
  constructor(path: string, writer: Database.Database) {
    this.#path = path;
    this.#writer = writer;
    writer.pragma(`wal_autocheckpoint = ${maxPagesBehind}`);
  }

  /** Starts a checkpoint after a commit, if the log has grown enough. Never throws, because the commit is done. */
  committed(): void {
    try {
      this.#look();
    } catch {
      this.#leaveToSqlite();
    }
  }

  #look(): void {
    const now = performance.now();
    if (this.#isBusy || now - this.#lookedAt < interval) return;
    this.#lookedAt = now;
    const [{ log, checkpointed }] = this.#writer.pragma("wal_checkpoint(noop)") as [Progress];
    if (log - checkpointed < maxPages) return;
    this.#worker ??= this.#start();
    if (this.#worker === undefined) return;
    this.#isBusy = true;
    this.#worker.postMessage("checkpoint");
  }

  /** Ends the thread before the connections of the main thread are closed, so that the last connection closes there and removes the log. */
  async close(): Promise<void> {
    this.#worker?.ref();
    this.#worker?.postMessage("close");
    await this.#ended;
  }

  #start(): Worker | undefined {
    try {
      const worker = new Worker(entry, { name: "tocsin-checkpoint", workerData: this.#path, ...inheritedExecArgv() });
      worker.on("message", () => {
        this.#isBusy = false;
      });
      worker.on("error", () => this.#leaveToSqlite());
      this.#ended = new Promise((resolve) => {
        worker.on("exit", () => {
          this.#worker = undefined;
          if (this.#isBusy) this.#leaveToSqlite();
          resolve();
        });
      });
      // The thread must not keep the process alive.
      worker.unref();
      return worker;
    } catch {
      this.#leaveToSqlite();
      return undefined;
    }
  }

  #leaveToSqlite(): void {
    this.#isBusy = true;
    if (this.#writer.open) this.#writer.pragma(`wal_autocheckpoint = ${maxPages}`);
  }
}

/** Holds the result of `pragma wal_checkpoint`: pages in the log, and how many of them are in the file already. */
interface Progress {
  readonly log: number;
  readonly checkpointed: number;
}

/** Locates the thread's module: in the sources, compiled, or bundled as a file beside the bundle. */
const entry = new URL(`./checkpoint-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
