/** `npm run attack`: everything hostile for ten minutes. `-- --seconds 60 --memory 256`: shorter, with less memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { attack, type Latency } from "./attack.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "600" }, memory: { type: "string" } },
});
const folder = mkdtempSync(join(tmpdir(), "tocsin-attack-"));
try {
  const memory = values.memory === undefined ? {} : { memory: Number(values.memory) };
  const report = await attack(folder, { seconds: Number(values.seconds), ...memory });
  const ms = ({ p50, p99, max }: Latency): string =>
    `${p50.toFixed(1)} ms median, ${p99.toFixed(1)} at 99 %, ${max.toFixed(0)} at most`;
  for (const [lane, counts] of Object.entries(report.requests)) {
    const total = Object.values(counts).reduce((sum, one) => sum + one, 0);
    const answers = Object.entries(counts).map(([status, count]) => `${status === "0" ? "none" : status}: ${count}`);
    console.log(`${`${total}`.padStart(8)}  ${lane} (${answers.join(", ")})`);
  }
  const { honest, watched, before, latency, health, faults } = report;
  console.log(
    `honest: ${honest.kept} kept, ${honest.arrived} arrived, ${honest.twice} twice, ${honest.putOff} put off`,
  );
  console.log(`update → webhook: ${ms(latency)} (before: ${ms(before.latency)})`);
  console.log(`health: ${ms(health)} (before: ${ms(before.health)})`);
  console.log(`event loop: ${ms(watched.delay)}`);
  console.log(`memory: ${watched.resident.toFixed(0)} MiB resident at most; ${watched.cpu.toFixed(0)} s of processor`);
  for (const fault of faults.slice(0, 20)) console.log(`FAULT ${fault}`);
  process.exitCode = faults.length === 0 && honest.kept === honest.arrived ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
