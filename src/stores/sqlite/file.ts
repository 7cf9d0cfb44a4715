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

/** How long opening waits for others, in ms. Later waits do not block the event loop. */
const openingWait = 10_000;
/** How long one statement may block the event loop waiting for another process, in ms. */
const shortWait = 2;

export interface File {
  readonly path: string;
  readonly writer: Database.Database;
  readonly reader: Database.Database;
  /** Absent if nobody waits for the disk. */
  readonly sync: Sync | undefined;
  readonly checkpointer: Checkpointer;
}

/** Opens or makes the file, brings its tables up to date. @param durable whether commits survive the end of the machine */
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
    // As one, since another process may be making the file.
    writer.transaction(checkVersion)(writer, path);
    writer.pragma("journal_mode = wal");
    // Synced by us where it matters.
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

/** A chain of links longer than systems follow goes in a circle. */
const maxLinks = 40;

/**
 * Follows links to the file that is meant, there or not. SQLite does, too, and puts its log beside that file: we have to sync
 * the same log, and a file that a link leads to is made as private as any.
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
 * SQLite plans a statement anew each time a value is bound that it looked at when it planned (its STAT4), which costs several
 * times what most of ours cost. It does not look behind a plus, which changes nothing else.
 */
function opened(path: string, readonly: boolean): Database.Database {
  const db = new Database(path, { readonly, timeout: openingWait });
  const prepare = db.prepare.bind(db) as (sql: string) => Database.Statement;
  db.prepare = ((sql: string) => prepare(sql.replaceAll("?", "+?"))) as typeof db.prepare;
  return db;
}

/** Writes what is kept into a file that is not there yet. @throws StoreError */
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
 * Makes a file that only its user can read: what is known of people is in it, and the secrets of streams. What SQLite puts
 * beside it gets the same mode; one that is there keeps its own, and is not opened: closing it would end the locks that
 * this process has on it.
 */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, "ax", 0o600));
  } catch {
    // It is there; or SQLite will say so.
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

/** Brings the tables up to date. What a step removes is overwritten, in the log beside the file, too. */
function migrate(db: Database.Database, path: string): void {
  const before = db.pragma("user_version", { simple: true }) as number;
  db.pragma("secure_delete = on");
  db.transaction(() => {
    // Another process may have been here since.
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

/** SQLite's result codes: https://sqlite.org/rescode.html */
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

/** Says what SQLite says in our words; anything else stays what it is. */
export function storeError(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const known = problems.find(([code]) => error.code === code || error.code.startsWith(`${code}_`));
  const words = known === undefined ? `${error.message} (${error.code})` : `${known[2]} (${error.code})`;
  return new StoreError(known?.[1] ?? "other", `${path}: ${words}`, { cause: error });
}

export const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");

/** Nothing more can be written; trying the parts of a transaction one by one would not help. */
export const isOfFile = (error: unknown): boolean =>
  error instanceof Database.SqliteError && !error.code.startsWith("SQLITE_CONSTRAINT") && error.code !== "SQLITE_ERROR";
