/** Kills services with `npm run crash-test:service`: 100 times, or as often as `npm run crash-test:service -- 1000` says. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crashService } from "./crash.ts";

const kills = Number(process.argv[2] ?? 100);
if (!Number.isInteger(kills) || kills < 1) throw new Error(`how many kills is "${process.argv[2]}"?`);
const folder = mkdtempSync(join(tmpdir(), "tocsin-crash-"));
try {
  const { accepted, alerts, backfilled, scheduledRuns, duplicates, faults } = await crashService(folder, kills);
  console.log(`${kills} times killed with SIGKILL, two services on one file`);
  console.log(`${accepted} orders accepted; ${backfilled} members backfilled; ${scheduledRuns} scheduled runs`);
  console.log(`${alerts} alerts arrived, each once; ${duplicates} were received once more, with the id they had`);
  for (const fault of faults.slice(0, 20)) console.error(fault);
  console.log(`${faults.length} faults`);
  if (faults.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
