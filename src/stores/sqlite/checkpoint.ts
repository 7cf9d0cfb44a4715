import { Worker } from "node:worker_threads";
import type Database from "better-sqlite3";

/** Moves the log into the file once it has so many pages (of 4 KiB) that are not there yet. */
const maxPages = 4_000;
/** SQLite does it by itself, on the event loop, if the thread is this far behind. */
const maxPagesBehind = 16_000;
/** Looks at the log at most every so many ms, since a look costs 0.2 ms. */
const interval = 50;

/**
 * Checkpoints the write-ahead log in a thread of its own: SQLite's own checkpoint waits for the disk within a commit, and so
 * would everything else on the event loop. Where no thread can be started (`--permission` without `--allow-worker`), SQLite
 * does it as ever.
 */
export class Checkpointer {
  readonly #path: string;
  readonly #writer: Database.Database;
  #lookedAt = 0;
  #worker: Worker | undefined;
  #ended: Promise<void> | undefined;
  #isBusy = false;

  /** @param writer whose commits are looked at */
  constructor(path: string, writer: Database.Database) {
    this.#path = path;
    this.#writer = writer;
    writer.pragma(`wal_autocheckpoint = ${maxPagesBehind}`);
  }

  /** Looks whether the log has to be moved, after a commit. */
  committed(): void {
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

  /** Ends the thread, so that the last connection to be closed is one of this thread's. */
  async close(): Promise<void> {
    this.#worker?.ref();
    this.#worker?.postMessage("close");
    await this.#ended;
  }

  #start(): Worker | undefined {
    try {
      const worker = new Worker(entry, { name: "tocsin-checkpoint", workerData: this.#path, execArgv: [] });
      worker.on("message", () => {
        this.#isBusy = false;
      });
      worker.on("error", () => this.#giveUp());
      this.#ended = new Promise((resolve) => {
        worker.on("exit", () => {
          this.#worker = undefined;
          resolve();
        });
      });
      // Never keeps a process alive.
      worker.unref();
      return worker;
    } catch {
      this.#giveUp();
      return undefined;
    }
  }

  #giveUp(): void {
    this.#isBusy = true;
    if (this.#writer.open) this.#writer.pragma(`wal_autocheckpoint = ${maxPages}`);
  }
}

/** Pages that are in the log, and those of them that are in the file, too. */
interface Progress {
  readonly log: number;
  readonly checkpointed: number;
}

/** The thread's module, where it was written, compiled, and bundled: there it is a file beside all others. */
const entry = new URL(`./checkpoint-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
