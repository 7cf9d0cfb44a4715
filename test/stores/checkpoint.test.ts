import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
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
