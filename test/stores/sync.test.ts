import { copyFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { openFile } from "../../src/stores/sqlite/file.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { entry, start } from "../store/builders.ts";
import { temporaryFolder } from "./folder.ts";

const folder = temporaryFolder();

/** The disk: what is in the files when a sync begins is safe when it ends. */
const disk = vi.hoisted(() => ({
  begin: () => () => {},
  error: undefined as NodeJS.ErrnoException | undefined,
}));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const fdatasync = (log: number, done: (error: NodeJS.ErrnoException | null) => void) => {
    const end = disk.begin();
    fs.fdatasync(log, (error) => {
      end();
      done(disk.error ?? error);
    });
  };
  return { ...fs, fdatasync };
});

test("what the store says is there after the machine went down, and so is what rests on it", async () => {
  const file = folder.file();
  const store = sqliteStore(file);
  const other = sqliteStore(file);
  let safe = 0;
  let syncs = 0;
  disk.begin = () => {
    const sync = ++syncs;
    for (const end of ["", "-wal"]) copyFileSync(file + end, `${file}.${sync}${end}`);
    return () => {
      safe = Math.max(safe, sync);
    };
  };
  /** Returns what would be on disk if the power failed now. */
  const found = async (ids: readonly string[]) => {
    const copy = folder.file();
    for (const end of ["", "-wal"]) copyFileSync(`${file}.${safe}${end}`, copy + end);
    const left = sqliteStore(copy, { durable: false });
    const all = await Promise.all(ids.map((id) => left.outbox.find(id)));
    await left.close();
    return all.map((one) => one?.id);
  };
  const add = async (through: typeof store, n: number) => {
    const ids = [0, 1, 2].map((i) => `msg_${n}_${i}`);
    await through.outbox.add(ids.map((id) => entry({ id })));
    expect(await found(ids)).toEqual(ids);
  };
  const claim = async () => {
    const channels = { crm: { perDestination: 10, overrides: new Map() } };
    const request = { now: start + 1000, lease: 60_000, limit: 5, retries: 5, channels };
    const ids = (await store.outbox.claim(request)).claimed.map(({ id }) => id);
    expect(await found(ids)).toEqual(ids);
    return ids.length;
  };
  await add(store, 0);
  let claimed = 0;
  for (let n = 1; n <= 25; n++) {
    const [, , count] = await Promise.all([
      add(store, 2 * n),
      sleep(n % 5).then(() => add(other, 2 * n + 1)),
      sleep(n % 7).then(claim),
    ]);
    claimed += count;
  }
  expect(claimed).toBeGreaterThan(25);
  await other.close();
  await store.close();
});

test("an answer that is given again is on the disk, whoever wrote it", async () => {
  const file = folder.file();
  const store = sqliteStore(file);
  const other = openFile(file);
  let syncs = 0;
  disk.begin = () => () => {
    syncs++;
  };
  other.writer.exec("insert into answers (key, fingerprint, status, body, at) values ('k', '', 200, '', 0)");
  expect(await store.idempotency.get("none")).toBeUndefined();
  expect(syncs).toBe(0);
  expect(await store.idempotency.get("k")).toMatchObject({ status: 200 });
  expect(syncs).toBe(1);
  await other.sync!.close();
  await store.close();
});

test("once the disk has failed, nothing is written until the file is opened anew", async () => {
  const file = folder.file();
  const store = sqliteStore(file);
  const add = (through: typeof store, id: string) => through.outbox.add([entry({ id })]).catch((error) => error);
  disk.error = Object.assign(new Error(), { code: "EIO" });
  const first = await add(store, "msg_1");
  disk.error = undefined;
  expect(first).toMatchObject({ name: "StoreError", problem: "other" });
  expect(first.message).toBe(
    `${file}: what was written may not be on the disk (EIO); see what is wrong with it, then start anew`,
  );
  expect(await add(store, "msg_2")).toBe(first);
  expect(await store.outbox.find("msg_2")).toBeUndefined();
  await store.close();
  const again = sqliteStore(file);
  expect(await add(again, "msg_3")).toHaveLength(1);
  await again.close();
});
