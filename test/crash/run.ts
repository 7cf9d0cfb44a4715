/** Kills processes with `npm run crash-test`: at least 200 times, or as often as `npm run crash-test -- 1000` says. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crash } from "./crash.ts";

const kills = Number(process.argv[2] ?? 200);
if (!Number.isInteger(kills) || kills < 1) throw new Error(`crash-test: how many kills is "${process.argv[2]}"?`);
const folder = mkdtempSync(join(tmpdir(), "tocsin-crash-"));
try {
  const report = await crash(join(folder, "outbox.db"), kills, Math.random);
  const { accepted, kept, settled, duplicates, faults } = report;
  const total = kept.delivered + kept.dead + kept.pending;
  console.log(`${report.kills} times killed with SIGKILL, two processes on one file`);
  console.log(
    `${accepted} said to be accepted, ${total} kept: ${total - accepted} were kept when it could not be said any more`,
  );
  console.log(
    `after the last kill: ${kept.delivered} delivered + ${kept.dead} dead + ${kept.pending} pending = ${total}`,
  );
  console.log(`after draining: ${settled.delivered} delivered + ${settled.dead} dead + ${settled.pending} pending`);
  console.log(`${duplicates} received once more, with the id they had`);
  for (const fault of faults.slice(0, 20)) console.error(fault);
  console.log(`${faults.length} faults`);
  if (faults.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
