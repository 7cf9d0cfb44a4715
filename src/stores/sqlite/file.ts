import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import Database from "better-sqlite3";
import { StoreError, type StoreProblem } from "../../store/index.ts";
import { Checkpointer } from "./checkpoint.ts";
import { applicationId, steps } from "./schema.ts";
import { Sync } from "./sync.ts";

/** Limits how long opening waits for other processes, in ms, with the event loop blocked. Later waits do not block it. */
const openingWait = 10_000;
/** Limits how long one statement may block the event loop while it waits for another process, in ms. */
const shortWait = 2;

export interface File {
  readonly path: string;
  readonly writer: Database.Database;
  readonly reader: Database.Database;
  /** Absent if the store is not durable. */
  readonly sync: Sync | undefined;
  readonly checkpointer: Checkpointer;
}

/** Opens or creates the file, and migrates its tables. @param durable whether commits have to survive a crash of the machine */
export function openFile(given: string, durable = true): File {
  if (given === "" || given === ":memory:") {
    throw new StoreError("other", "a SQLite store needs the path of a file; use memoryStore() for one in memory");
  }
  const path = targetOf(given);
  let writer: Database.Database | undefined;
  let reader: Database.Database | undefined;
  try {
    checkWritable(path);
    makePrivate(path);
    writer = opened(path, false);
    // In one transaction, because another process may be creating the file.
    writer.transaction(checkVersion)(writer, path);
    writer.pragma("journal_mode = wal");
    // `Sync` syncs the log itself, where it matters.
    writer.pragma(`synchronous = ${durable ? "normal" : "off"}`);
    writer.pragma(`journal_size_limit = ${64 * 2 ** 20}`);
    writer.pragma("cache_size = -64000");
    migrate(writer, path);
    reader = opened(path, true);
    writer.pragma(`busy_timeout = ${shortWait}`);
    const checkpointer = new Checkpointer(path, writer);
    return { path, writer, reader, sync: durable ? new Sync(path) : undefined, checkpointer };
  } catch (error) {
    reader?.close();
    writer?.close();
    throw storeError(error, path);
  }
}

/** Links that are followed at most, as many as Linux follows: a longer chain is taken for a circle. */
const maxLinks = 40;

/**
 * Follows symbolic links to the real path, whether the file exists or not. SQLite does so, too, and puts its log beside that file:
 * `Sync` has to sync the same log, and `makePrivate` has to create the same file.
 */
function targetOf(given: string): string {
  let path = given;
  for (let links = 0; lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink(); links++) {
    if (links === maxLinks)
      throw new StoreError("other", `${given} is a link that leads in a circle; name the file itself`);
    path = resolve(dirname(path), readlinkSync(path));
  }
  return path;
}

/**
 * Opens a connection whose statements have a unary plus before every parameter. Without it SQLite plans a statement again whenever a
 * parameter that its planner has looked at (STAT4) is bound to another value, which costs several times what most statements cost. The
 * planner does not look behind a plus, and the plus changes nothing else.
 */
function opened(path: string, readonly: boolean): Database.Database {
  const db = new Database(path, { readonly, timeout: openingWait });
  const prepare = db.prepare.bind(db) as (sql: string) => Database.Statement;
  db.prepare = ((sql: string) => prepare(sql.replaceAll("?", "+?"))) as typeof db.prepare;
  return db;
}

/** Writes a copy of a database to a new file. @throws StoreError */
export function copyFile(db: Database.Database, to: string): void {
  if (to === "") throw new StoreError("other", "a copy needs the path of a file that is not there yet");
  if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) {
    throw new StoreError("other", `${to} is there already; a copy is written to a file that is not there yet`);
  }
  const folder = dirname(to);
  if (!existsSync(folder)) throw new StoreError("missing", `${to}: there is no folder ${folder}; make it first`);
  try {
    makePrivate(to);
    db.prepare("vacuum into ?").run(to);
  } catch (error) {
    rmSync(to, { force: true });
    throw storeError(error, to);
  }
}

/**
 * Creates a file that only its user can read, because it holds personal data and the secrets of streams. SQLite gives its log the
 * same mode. An existing file keeps its mode, and is not opened, because closing it would drop the POSIX locks that this process
 * has on it.
 */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, "ax", 0o600));
  } catch {
    // The file exists; or it cannot be created, and SQLite will say why.
  }
}

function checkWritable(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder)) {
    throw new StoreError("missing", `${path}: there is no folder ${folder}; make it first`);
  }
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    throw new StoreError("other", `${path} is a folder; a store needs a file`);
  }
  for (const one of [path, folder]) {
    try {
      accessSync(one, constants.W_OK);
    } catch {
      throw new StoreError(
        "readonly",
        `${one} may not be written by this user; a store writes to its file and beside it`,
      );
    }
  }
}

function checkVersion(db: Database.Database, path: string): void {
  const found = db.pragma("application_id", { simple: true });
  const version = db.pragma("user_version", { simple: true }) as number;
  const tables = db.prepare("select count(*) from sqlite_schema").pluck().get() as number;
  if (found !== applicationId && (found !== 0 || version !== 0 || tables > 0)) {
    throw new StoreError(
      "corrupt",
      `${path} is a SQLite file of another program; name a file of its own for the store`,
    );
  }
  if (version > steps.length) {
    throw new StoreError(
      "newer",
      `${path} has version ${version}, and this version of tocsin knows versions up to ${steps.length}; use the one that wrote it, or a later one`,
    );
  }
}

/** Migrates the tables to the newest version. Data that a step removes is overwritten, in the write-ahead log as well. */
function migrate(db: Database.Database, path: string): void {
  const before = db.pragma("user_version", { simple: true }) as number;
  db.pragma("secure_delete = on");
  db.transaction(() => {
    // Another process may have migrated the file since.
    checkVersion(db, path);
    const version = db.pragma("user_version", { simple: true }) as number;
    for (const step of steps.slice(version)) {
      if (typeof step === "string") db.exec(step);
      else step(db);
    }
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${steps.length}`);
  }).immediate();
  db.pragma("secure_delete = off");
  if (before !== steps.length) db.pragma("wal_checkpoint(truncate)");
}

/** Maps SQLite's result codes (https://sqlite.org/rescode.html) to problems. */
const problems: readonly (readonly [code: string, problem: StoreProblem, words: string])[] = [
  [
    "SQLITE_BUSY",
    "locked",
    "others hold it for too long; see which process writes to it, and how long its transactions are",
  ],
  ["SQLITE_LOCKED", "locked", "others hold it for too long"],
  ["SQLITE_FULL", "full", "no space is left; what was being written is not kept"],
  ["SQLITE_READONLY", "readonly", "it may not be written"],
  ["SQLITE_PERM", "readonly", "it may not be written"],
  [
    "SQLITE_CORRUPT",
    "corrupt",
    "it is damaged; restore it from a backup, or save what can be read with sqlite3's .recover",
  ],
  ["SQLITE_NOTADB", "corrupt", "it is not a SQLite file"],
  ["SQLITE_CANTOPEN", "missing", "it cannot be opened; does its folder exist, and may this user write there?"],
];

/** Makes a StoreError of an error of SQLite. Returns any other error as it is. */
export function storeError(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const known = problems.find(([code]) => error.code === code || error.code.startsWith(`${code}_`));
  const words = known === undefined ? `${error.message} (${error.code})` : `${known[2]} (${error.code})`;
  return new StoreError(known?.[1] ?? "other", `${path}: ${words}`, { cause: error });
}

export const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");

/** Says whether an error concerns the whole file, so that running the jobs of a transaction one by one would not help. */
export const isOfFile = (error: unknown): boolean =>
  error instanceof Database.SqliteError && !error.code.startsWith("SQLITE_CONSTRAINT") && error.code !== "SQLITE_ERROR";
