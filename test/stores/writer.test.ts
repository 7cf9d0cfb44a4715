import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openFile } from "../../src/stores/sqlite/file.ts";
import type { Sync } from "../../src/stores/sqlite/sync.ts";
import { Writer } from "../../src/stores/sqlite/writer.ts";
import { inMemory, temporaryFolder } from "./folder.ts";

const folder = temporaryFolder(inMemory);

/** A writer that notes what is done, in order; the disk is slow, and takes a sync only when it is told to. */
function opened() {
  const file = openFile(folder.file());
  const log: string[] = [];
  let committed = 0;
  let safe = 0;
  const waiting: { commit: number; resolve: () => void; reject: (error: unknown) => void }[] = [];
  const end = (error?: Error) => {
    safe = committed;
    for (const { resolve, reject } of waiting.splice(0)) error === undefined ? resolve() : reject(error);
  };
  const sync = {
    recordCommit: () => ++committed,
    untilSynced: (commit = committed) =>
      new Promise<void>((resolve, reject) => {
        if (commit <= safe) resolve();
        else waiting.push({ commit, resolve, reject });
      }),
    throwIfFailed: () => {},
    close: async () => end(),
  } as Sync;
  const notes = { beforeCommit: () => log.push("commit"), forget: () => {} };
  const writer = new Writer({ ...file, sync }, notes, 100);
  const say = (text: string) => () => {
    log.push(text);
  };
  /** Whether it is through by the time that nothing moves any more. */
  const isThrough = async (one: Promise<unknown>) => {
    let through = false;
    const note = () => {
      through = true;
    };
    one.then(note, note);
    await sleep(20);
    return through;
  };
  return { file, log, writer, say, end, isThrough };
}

test("what yields goes last, but does go", async () => {
  const { log, writer, say, end } = opened();
  setInterval(end, 1).unref();
  const yielding = writer.writeExclusive(async () => say("yields")(), true);
  let over = false;
  yielding.then(() => {
    over = true;
  });
  let others = 0;
  while (!over && others < 50) await writer.writeExclusive(async () => say(`other ${++others}`)());
  await yielding;
  expect(others).toBe(5);
  expect(log.filter((one) => one !== "commit")).toEqual([
    "other 1",
    "other 2",
    "other 3",
    "other 4",
    "yields",
    "other 5",
  ]);
});

test("alone, it goes at once", async () => {
  const { log, writer, say, end } = opened();
  setInterval(end, 1).unref();
  await writer.writeExclusive(async () => say("yields")(), true);
  await writer.writeExclusive(async () => say("yields")(), true);
  expect(log).toEqual(["yields", "commit", "yields", "commit"]);
});

test("nothing is said to be written before it is on the disk; the next transaction goes on meanwhile", async () => {
  const { log, writer, say, end, isThrough } = opened();
  const one = writer.write(say("one"));
  expect(await isThrough(one)).toBe(false);
  const two = writer.writeExclusive(async () => say("two")());
  expect(await isThrough(two)).toBe(false);
  expect(log).toEqual(["one", "commit", "two", "commit"]);
  end();
  expect([await isThrough(one), await isThrough(two)]).toEqual([true, true]);
});

test("a claim waits for what it may rest on, and for nothing else", async () => {
  const { writer, say, end, isThrough } = opened();
  // What was there before may not be on the disk.
  const first = writer.write(say("claim"), false);
  expect(await isThrough(first)).toBe(false);
  end();
  expect(await isThrough(first)).toBe(true);
  expect(await isThrough(writer.write(say("claim"), false))).toBe(true);
  const intake = writer.writeExclusive(async () => say("intake")());
  expect(await isThrough(intake)).toBe(false);
  const second = writer.write(say("claim"), false);
  expect(await isThrough(second)).toBe(false);
  end();
  expect([await isThrough(intake), await isThrough(second)]).toEqual([true, true]);
  expect(await isThrough(writer.write(say("claim"), false))).toBe(true);
});

test("a claim waits for what others committed", async () => {
  const { file, writer, say, end, isThrough } = opened();
  end();
  const first = writer.write(say("claim"), false);
  end();
  await sleep(5);
  end();
  expect(await isThrough(first)).toBe(true);
  const other = openFile(file.path);
  other.writer.exec("update counts set n = n where 0; insert into names (name) values ('other')");
  const second = writer.write(say("claim"), false);
  expect(await isThrough(second)).toBe(false);
  end();
  expect(await isThrough(second)).toBe(true);
  await other.sync!.close();
});

test("a disk that fails is told, with what may be the case", async () => {
  const { writer, say, end, isThrough } = opened();
  const one = writer.write(say("one"));
  await isThrough(one.catch(() => {}));
  end(new Error("gone"));
  await expect(one).rejects.toThrow("gone");
});

test("a sync is one for all that wait for it", async () => {
  const { sync } = openFile(folder.file());
  sync!.recordCommit();
  const [one, two] = [sync!.untilSynced(), sync!.untilSynced(1)];
  await Promise.all([one, two, sync!.untilSynced(0)]);
  sync!.recordCommit();
  await sync!.untilSynced();
  await sync!.close();
});

test("what is asked for once it is closed is refused, not forgotten", async () => {
  const { sync } = openFile(folder.file());
  sync!.recordCommit();
  const closing = sync!.close();
  const late = sync!.untilSynced();
  await closing;
  await expect(late).rejects.toMatchObject({ problem: "closed" });
});
