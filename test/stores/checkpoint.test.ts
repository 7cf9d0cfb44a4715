import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test, vi } from "vitest";
import { Checkpointer } from "../../src/stores/sqlite/checkpoint.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { temporaryFolder } from "./folder.ts";

const folder = temporaryFolder();
const source = join(import.meta.dirname, "../../src/stores/sqlite.ts");

async function write(store: ReturnType<typeof sqliteStore>, megabytes: number): Promise<void> {
  for (let i = 0; i < megabytes; i++) {
    const event = { id: `evt_${i}`, stream: "shop", receivedAt: 0, payload: { text: "x".repeat(2 ** 20) } };
    await store.transaction(async ({ events }) => events.add([event]));
  }
}

test("what is in the log gets into the file while the store is open", async () => {
  const path = folder.file();
  const store = sqliteStore(path);
  await write(store, 20);
  await vi.waitFor(
    async () => {
      await store.transaction(async () => {});
      expect(statSync(path).size).toBeGreaterThan(16 * 2 ** 20);
    },
    { timeout: 10_000, interval: 60 },
  );
  await store.close();
  expect([existsSync(`${path}-wal`), existsSync(`${path}-shm`)]).toEqual([false, false]);
}, 20_000);

test("no thread of the store keeps a process alive", () => {
  const text = `
    const { sqliteStore } = await import(${JSON.stringify(source)});
    const store = sqliteStore(process.argv[1]);
    for (let i = 0; i < 20; i++) {
      const event = { id: "evt_" + i, stream: "shop", receivedAt: 0, payload: { text: "x".repeat(2 ** 20) } };
      await store.transaction(async ({ events }) => events.add([event]));
    }
    process.stdout.write("written");`;
  const options = { timeout: 20_000, encoding: "utf8" } as const;
  const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", text, folder.file()], options);
  expect([status, stdout]).toEqual([0, "written"]);
}, 30_000);

/**
 * Writes in a process under `--permission` until the file has grown, which it does before it is closed only by checkpoints. `threads`:
 * for each thread that is started, whether another one with the same options is restricted, too.
 */
function writeRestricted(...flags: readonly string[]): unknown {
  const path = JSON.stringify(folder.file());
  const text = `
    const { statSync } = await import("node:fs");
    const { createRequire, syncBuiltinESMExports } = await import("node:module");
    const module = createRequire(${JSON.stringify(source)})("node:worker_threads");
    const { Worker } = module;
    const threads = [];
    module.Worker = class extends Worker {
      constructor(entry, options) {
        super(entry, options);
        const code = "require('node:worker_threads').parentPort.postMessage(process.permission !== undefined)";
        threads.push(new Promise((resolve) => new Worker(code, { ...options, eval: true }).once("message", resolve)));
      }
    };
    syncBuiltinESMExports();
    const { sqliteStore } = await import(${JSON.stringify(source)});
    const store = sqliteStore(${path});
    const isGrown = () => statSync(${path}).size >= 2 ** 24;
    for (let i = 0; i < 150 && !isGrown(); i++) {
      const event = { id: "evt_" + i, stream: "shop", receivedAt: 0, payload: { text: "x".repeat(2 ** 20) } };
      await store.transaction(async ({ events }) => events.add([event]));
      if (i > 20) await new Promise((resolve) => setTimeout(resolve, 60));
    }
    const grown = isGrown();
    await store.close();
    process.stdout.write(JSON.stringify({ threads: await Promise.all(threads), grown }));`;
  const root = join(import.meta.dirname, "../..");
  const readable = ["src", "grammar", "node_modules", "package.json"].map((name) => join(root, name));
  const lists = [...readable, folder.path].map((allowed) => `--allow-fs-read=${allowed}`);
  const all = ["--permission", "--allow-addons", ...flags, ...lists, `--allow-fs-write=${folder.path}`];
  const options = { timeout: 40_000, encoding: "utf8" } as const;
  const { stdout, stderr } = spawnSync(process.execPath, [...all, "--input-type=module", "-e", text], options);
  return stdout === "" ? stderr : JSON.parse(stdout);
}

test("the thread is restricted as its process is; where there may be none, SQLite checkpoints by itself", () => {
  expect(writeRestricted("--allow-worker")).toEqual({ threads: [true], grown: true });
  expect(writeRestricted()).toEqual({ threads: [], grown: true });
}, 90_000);

test("a log that cannot be looked at does not make a commit fail that is done: SQLite checkpoints by itself from then on", () => {
  const db = new Database(folder.file());
  const pragma = vi.spyOn(db, "pragma").mockImplementation((text) => {
    if (text.startsWith("wal_checkpoint")) throw new Database.SqliteError("disk I/O error", "SQLITE_IOERR");
  });
  const checkpointer = new Checkpointer(db.name, db);
  const calls = () => pragma.mock.calls.splice(0).map(([text]) => text);
  expect(calls()).toEqual(["wal_autocheckpoint = 16000"]);
  checkpointer.committed();
  checkpointer.committed();
  expect(calls()).toEqual(["wal_checkpoint(noop)", "wal_autocheckpoint = 4000"]);
  db.close();
});
