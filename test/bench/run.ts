/** `npm run bench`: all scenarios, each in a process of its own; `npm run bench -- render compile`: these. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { header } from "./table.ts";

const scenarios = [
  "render",
  "mail",
  "compile",
  "lint",
  "million",
  "bundle",
  "start",
  "outbox",
  "queue",
  "webhook",
  "web-push",
  "email",
  "audiences",
  "latency",
  "json",
  "backfill",
];
const chosen = process.argv.length > 2 ? process.argv.slice(2) : scenarios;

let rows = "";
for (const name of chosen) {
  if (!scenarios.includes(name)) throw new Error(`no scenario ${name}; there are ${scenarios.join(", ")}`);
  console.error(`${name} …`);
  const { stdout, status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  rows += stdout;
  if (status !== 0) process.exitCode = 1;
}
console.log(`\n${header}\n${rows}`);
