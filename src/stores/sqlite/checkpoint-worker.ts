import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";

// Built into a file of its own beside whatever has the store: see `Checkpointer`.
const db = new Database(workerData as string, { fileMustExist: true });
parentPort!.on("message", (message: "checkpoint" | "close") => {
  if (message === "close") {
    db.close();
    parentPort!.close();
    return;
  }
  // Passive: waits for nobody, and leaves for the next time what a reader still needs.
  db.pragma("wal_checkpoint(passive)");
  parentPort!.postMessage("done");
});
