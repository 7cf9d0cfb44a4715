import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";

// Runs in a separate thread, and is built into a separate file beside the bundle: see `Checkpointer`.
const db = new Database(workerData as string, { fileMustExist: true });
parentPort!.on("message", (message: "checkpoint" | "close") => {
  if (message === "close") {
    db.close();
    parentPort!.close();
    return;
  }
  // A passive checkpoint waits for no reader or writer, and leaves pages that a reader still needs to the next checkpoint.
  db.pragma("wal_checkpoint(passive)");
  parentPort!.postMessage("done");
});
