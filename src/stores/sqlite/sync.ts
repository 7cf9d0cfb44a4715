import { closeSync, fdatasync, fsyncSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { StoreError } from "../../store/index.ts";

/**
 * Puts commits on the disk, beside the event loop: one sync of the write-ahead log for all that wait for one. SQLite's own
 * would hold up everything else meanwhile. What others commit to the log goes along.
 */
export class Sync {
  readonly #path: string;
  #log: Log | undefined;
  #committed = 0;
  #synced = 0;
  #waiting: { readonly commit: number; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  #running: Promise<void> | undefined;
  /** Why nothing more can be said to be on the disk. */
  #failure: StoreError | undefined;

  /** @param path of the database, which is open and has its log */
  constructor(path: string) {
    this.#path = path;
    this.#log = openLog(path);
  }

  /** Something was committed, by us or by others. @returns its number */
  recordCommit(): number {
    return ++this.#committed;
  }

  /**
   * Resolves when this commit, and all before it, are on the disk. @throws StoreError: then they may be kept, or not. Once one
   * sync failed, all do until the file is opened anew: a system may drop what it could not write, and say so only once.
   */
  async untilSynced(commit = this.#committed): Promise<void> {
    if (commit <= this.#synced) return;
    this.throwIfFailed();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** @throws StoreError if nothing more can be put on the disk */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Waits for what is asked for. */
  async close(): Promise<void> {
    this.#failure ??= new StoreError("closed", `${this.#path}: the store is closed`);
    await this.#running;
    const log = this.#log;
    this.#log = undefined;
    await log?.close();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const upTo = this.#committed;
      const error = await this.#log!.sync();
      if (error === null) this.#synced = upTo;
      else this.#failure = this.#storeError(error);
      const all = this.#waiting;
      this.#waiting = error === null ? all.filter(({ commit }) => commit > upTo) : [];
      for (const { commit, resolve, reject } of all) {
        if (error !== null) reject(this.#failure);
        else if (commit <= upTo) resolve();
      }
    }
    this.#running = undefined;
  }

  #storeError(error: NodeJS.ErrnoException): StoreError {
    const message = `${this.#path}: what was written may not be on the disk (${error.code}); see what is wrong with it, then start anew`;
    return new StoreError(error.code === "ENOSPC" ? "full" : "other", message, { cause: error });
  }
}

interface Log {
  /** Resolves when what is in the log is on the disk, or with what went wrong. */
  sync(): Promise<NodeJS.ErrnoException | null>;
  close(): void | Promise<void>;
}

/** Opens the log of a database, and syncs its folder: that the files are there at all. */
function openLog(path: string): Log {
  const folder = dirname(path);
  if ("permission" in process) return openLogByHandle(`${path}-wal`, folder);
  const log = openSync(`${path}-wal`, "r+");
  syncFolder(folder);
  return {
    sync: () => new Promise((resolve) => fdatasync(log, resolve)),
    close: () => closeSync(log),
  };
}

/** With `--permission`, Node syncs no file that is known by its number, and those that are objects. */
function openLogByHandle(log: string, folder: string): Log {
  const opened = (async () => {
    await syncFolderByHandle(folder);
    return open(log, "r+");
  })();
  // Who syncs is told.
  opened.catch(() => {});
  return {
    async sync() {
      try {
        await (await opened).datasync();
        return null;
      } catch (error) {
        return error as NodeJS.ErrnoException;
      }
    },
    close: () =>
      opened.then(
        (file) => file.close(),
        () => {},
      ),
  };
}

async function syncFolderByHandle(path: string): Promise<void> {
  try {
    await using folder = await open(path, "r");
    await folder.sync();
  } catch {
    // Then it does so by itself.
  }
}

/** Not every system lets a folder be synced. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // Then it does so by itself.
  }
}
