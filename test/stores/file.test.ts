import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { StoreError } from "../../src/dispatch/store.ts";
import { openFile } from "../../src/stores/sqlite/file.ts";
import { steps } from "../../src/stores/sqlite/schema.ts";
import { Writer } from "../../src/stores/sqlite/writer.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { claimAll, entry, idsOf } from "../dispatch/entries.ts";
import { temporaryFolder } from "./folder.ts";

const folder = temporaryFolder();

function problemOf(act: () => unknown): StoreError {
  try {
    act();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

async function made(): Promise<string> {
  const file = folder.file();
  const store = sqliteStore(file);
  await store.outbox.add([entry({ id: "msg_1" })]);
  await store.close();
  return file;
}

describe("opening", () => {
  test("what was kept is there the next time", async () => {
    const store = sqliteStore(await made());
    expect(await store.outbox.find("msg_1")).toMatchObject({ state: "pending", alert: { title: "Hello" } });
    await store.close();
  });

  test("is durable: a write-ahead log, synced at each commit", async () => {
    const { writer, reader } = openFile(folder.file());
    expect(writer.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(writer.pragma("synchronous", { simple: true })).toBe(2);
    reader.close();
    writer.close();
  });

  test("a file of an older version is brought up to date", () => {
    const file = folder.file();
    new Database(file).close();
    const { writer, reader } = openFile(file);
    expect(writer.pragma("user_version", { simple: true })).toBe(steps.length);
    reader.close();
    writer.close();
  });

  test("a file of a newer version is refused and left as it is", async () => {
    const file = await made();
    const db = new Database(file);
    db.pragma(`user_version = ${steps.length + 1}`);
    db.close();
    const { problem, message } = problemOf(() => sqliteStore(file));
    expect(problem).toBe("newer");
    expect(message).toBe(
      `${file} has version ${steps.length + 1}, and this version of tocsin knows versions up to ${steps.length}; use the one that wrote it, or a later one`,
    );
  });

  test("another program's file is refused and left as it is", () => {
    const file = folder.file();
    const db = new Database(file);
    db.exec("create table theirs (x)");
    db.close();
    const { problem, message } = problemOf(() => sqliteStore(file));
    expect(problem).toBe("corrupt");
    expect(message).toContain("is a SQLite file of another program");
    expect(new Database(file).prepare("select name from sqlite_schema").pluck().all()).toEqual(["theirs"]);
  });

  test("what is no SQLite file is refused and left as it is", () => {
    const file = folder.file();
    writeFileSync(file, "title: Hello\n".repeat(100));
    expect(problemOf(() => sqliteStore(file))).toMatchObject({ problem: "corrupt" });
    expect(readFileSync(file, "utf8")).toBe("title: Hello\n".repeat(100));
  });

  test("a damaged file", async () => {
    const file = await made();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 100, 4096);
    writeFileSync(file, bytes);
    expect(problemOf(() => sqliteStore(file))).toMatchObject({ problem: "corrupt" });
  });

  test.each([
    ["no such folder", join(folder.path, "none", "x.db"), "missing", "there is no folder"],
    ["a folder", folder.path, "other", "is a folder"],
    ["nothing", "", "other", "memoryStore()"],
    ["memory", ":memory:", "other", "memoryStore()"],
  ])("%s", (_, path, problem, words) => {
    const error = problemOf(() => sqliteStore(path));
    expect(error.problem).toBe(problem);
    expect(error.message).toContain(words);
  });

  test.skipIf(process.getuid?.() === 0)("a folder that may not be written", () => {
    const closed = join(folder.path, "closed");
    mkdirSync(closed, { mode: 0o555 });
    expect(problemOf(() => sqliteStore(join(closed, "x.db")))).toMatchObject({ problem: "missing" });
    chmodSync(closed, 0o755);
  });
});

describe("writing", () => {
  test("no space left: what was being written is not kept, and it goes on when there is", async () => {
    const file = openFile(folder.file());
    file.writer.exec("create table t (x)");
    const writer = new Writer(file, { beforeCommit() {}, forget() {} }, 1000);
    const insert = file.writer.prepare("insert into t values (?)");
    const pages = file.writer.pragma("page_count", { simple: true }) as number;
    file.writer.pragma(`max_page_count = ${pages + 5}`);
    const full = await Promise.allSettled([1, 2].map(() => writer.write(() => insert.run("x".repeat(100_000)))));
    expect(full.map((one) => (one as PromiseRejectedResult).reason.problem)).toEqual(["full", "full"]);
    file.writer.pragma(`max_page_count = ${pages + 500}`);
    await writer.write(() => insert.run("x".repeat(100_000)));
    expect(file.reader.prepare("select count(*) from t").pluck().get()).toBe(1);
    await writer.close();
    file.reader.close();
    file.writer.close();
  });

  test("one that fails among others that share its transaction fails alone", async () => {
    const file = await made();
    const store = sqliteStore(file);
    const results = await Promise.allSettled([
      store.outbox.add([entry({ id: "msg_2" })]),
      store.outbox.add([entry({ id: "msg_1" })]),
      store.outbox.add([entry({ id: "msg_3" })]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(idsOf((await store.outbox.list()).items)).toEqual(["msg_3", "msg_2", "msg_1"]);
    expect((await store.outbox.stats()).total.pending).toBe(3);
    await store.close();
  });

  test("others hold it for too long: said after the patience, without blocking", async () => {
    const file = await made();
    const store = sqliteStore(file, { patience: 50 });
    const other = new Database(file);
    other.exec("begin immediate");
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    const error = await store.outbox.add([entry()]).catch((reason) => reason);
    clearInterval(counting);
    expect(error).toMatchObject({ name: "StoreError", problem: "locked" });
    expect(turns).toBeGreaterThan(1);
    other.exec("commit");
    expect(await store.outbox.add([entry()])).toHaveLength(1);
    other.close();
    await store.close();
  });

  test("reading goes on while others write", async () => {
    const file = await made();
    const store = sqliteStore(file);
    const other = new Database(file);
    other.exec("begin immediate");
    expect(await store.outbox.find("msg_1")).toBeDefined();
    expect((await store.outbox.list()).items).toHaveLength(1);
    other.exec("commit");
    other.close();
    await store.close();
  });
});

describe("several on one file", () => {
  test("two stores: an id is claimed by one of them", async () => {
    const file = folder.file();
    const [one, other] = [sqliteStore(file), sqliteStore(file)];
    await one.outbox.add(Array.from({ length: 300 }, (_, i) => entry({ destination: `${i % 7}` })));
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? one : other).outbox.claim(claimAll({ limit: 20 }))),
    );
    const ids = claims.flatMap(({ claimed }) => idsOf(claimed));
    expect(ids).toHaveLength(300);
    expect(new Set(ids).size).toBe(300);
    await Promise.all([one.close(), other.close()]);
  });

  test("three processes hand over and deliver: each delivery once, each key one delivery", async () => {
    const file = folder.file();
    const run = promisify(execFile);
    const child = join(import.meta.dirname, "child.ts");
    const outputs = await Promise.all(["a", "b", "c"].map((name) => run(process.execPath, [child, file, name, "100"])));
    const reports = outputs.map(({ stdout }) => JSON.parse(stdout) as { ids: string[]; delivered: string[] });
    const delivered = reports.flatMap((report) => report.delivered);
    const ids = new Set(reports.flatMap((report) => report.ids));
    expect(ids.size).toBe(50 + 3 * 50);
    expect(delivered.toSorted()).toEqual([...ids].sort());
    const store = sqliteStore(file);
    expect((await store.outbox.stats()).total).toMatchObject({ pending: 0, delivered: 200 });
    await store.close();
  });
});
