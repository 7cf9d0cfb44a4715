import { expect, test } from "vitest";
import { openFile } from "../../src/stores/sqlite/file.ts";
import { Writer } from "../../src/stores/sqlite/writer.ts";
import { inMemory, temporaryFolder } from "./folder.ts";

const folder = temporaryFolder(inMemory);

/** A writer that notes what is done, in order. */
function opened() {
  const file = openFile(folder.file());
  const log: string[] = [];
  const sync = (synced: boolean) => {
    log.push(synced ? "synced from here" : "unsynced from here");
    file.sync(synced);
  };
  const notes = { beforeCommit: () => log.push("commit"), forget: () => {} };
  const writer = new Writer({ ...file, sync }, notes, 100);
  const say = (text: string) => () => {
    log.push(text);
  };
  return { log, writer, say };
}

test("what yields goes last, but does go", async () => {
  const { log, writer, say } = opened();
  const yielding = writer.writeAlone(async () => say("yields")(), true);
  let over = false;
  yielding.then(() => {
    over = true;
  });
  let others = 0;
  while (!over && others < 50) await writer.writeAlone(async () => say(`other ${++others}`)());
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
  const { log, writer, say } = opened();
  await writer.writeAlone(async () => say("yields")(), true);
  await writer.writeAlone(async () => say("yields")(), true);
  expect(log).toEqual(["yields", "commit", "yields", "commit"]);
});

test("what need not be synced is, together with what must be", async () => {
  const { log, writer, say } = opened();
  await writer.write(say("claim"), false);
  await Promise.all([writer.write(say("claim"), false), writer.write(say("settle"))]);
  await writer.write(say("claim"), false);
  await writer.writeAlone(async () => say("intake")());
  expect(log).toEqual([
    "unsynced from here",
    "claim",
    "commit",
    "synced from here",
    "claim",
    "settle",
    "commit",
    "unsynced from here",
    "claim",
    "commit",
    "synced from here",
    "intake",
    "commit",
  ]);
});
