import { closeSync, fdatasync, fsyncSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { StoreError } from "../../store/index.ts";

/**
 * Syncs commits to disk off the event loop: one sync of the write-ahead log for all commits that wait for one. A sync by SQLite itself
 * would block the event loop. Commits of other processes are in the same log, and are synced along with ours.
 */
export class Sync {
  readonly #path: string;
  #log: Log | undefined;
  #committed = 0;
  #synced = 0;
  #waiting: { readonly commit: number; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  #running: Promise<void> | undefined;
  /** Why no further commit can be synced. */
  #failure: StoreError | undefined;

  /** @param path of the database, which is open and has its log */
  constructor(path: string) {
    this.#path = path;
    this.#log = openLog(path);
  }

  /** Records a commit, of this process or of others. @returns its number */
  recordCommit(): number {
    return ++this.#committed;
  }

  /**
   * Resolves once this commit and all before it are on disk. Once one sync has failed, all fail until the file is opened again, because
   * an operating system may drop data that it could not write, and report it only once.
   * @throws StoreError; then the commits may be kept or not
   */
  async untilSynced(commit = this.#committed): Promise<void> {
    if (commit <= this.#synced) return;
    this.throwIfFailed();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** @throws StoreError if no further commit can be synced */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Waits for pending syncs, and closes the log. */
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
  /** Resolves with null once the log is on disk, or with the error. */
  sync(): Promise<NodeJS.ErrnoException | null>;
  close(): void | Promise<void>;
}

/** Opens the log of a database, and syncs its folder, so that the files themselves survive a crash. */
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

/** Opens the log as a FileHandle: with `--permission`, Node refuses to sync file descriptors, but syncs FileHandles. */
function openLogByHandle(log: string, folder: string): Log {
  const opened = (async () => {
    await syncFolderByHandle(folder);
    return open(log, "r+");
  })();
  // Reported by `sync`.
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
    // Not every system can sync a folder; those that cannot need not.
  }
}

function syncFolder(path: string): void {
  try {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // Not every system can sync a folder; those that cannot need not.
  }
}
