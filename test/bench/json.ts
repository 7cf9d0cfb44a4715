/** Reading JSON that is hard to read, beside `JSON.parse`, in CPU and in memory, each in a process of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseJson } from "../../src/bodies/index.ts";
import { shapes } from "../bodies/json-shapes.ts";
import { beside, printRows } from "./table.ts";

const MiB = 2 ** 20;
const bytes = 10 * MiB - 100;
/** Long enough for the clock of a process, which goes in steps of some ms. */
const repeats = 3;

interface Used {
  /** ns of CPU, the best of some. */
  readonly time: number;
  /** Bytes resident beyond what was before, at most. */
  readonly memory: number;
}

const [, , file, how] = process.argv;
if (file === undefined) compareAll();
else console.log(JSON.stringify(measure(readFileSync(file, "utf8"), how === "ours" ? parseJson : JSON.parse)));

function measure(text: string, parse: (text: string) => unknown): Used {
  const before = process.memoryUsage.rss();
  let time = Number.POSITIVE_INFINITY;
  let memory = 0;
  for (let i = 0; i < repeats; i++) {
    const since = process.cpuUsage();
    try {
      parse(text);
    } catch {
      // What is refused takes its time, too.
    }
    const { user, system } = process.cpuUsage(since);
    time = Math.min(time, 1_000 * (user + system));
    memory ||= process.resourceUsage().maxRSS * 1_024 - before;
  }
  return { time, memory: Math.max(memory, 0) };
}

function compareAll(): void {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-bench-"));
  const file = join(folder, "body.json");
  for (const [name, make] of Object.entries(shapes(bytes))) {
    writeFileSync(file, make());
    const [ours, theirs] = ["ours", "theirs"].map((how): Used => {
      const { stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, file, how], { encoding: "utf8" });
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout);
    }) as [Used, Used];
    const mib = (used: Used): string => `${(used.memory / MiB).toFixed(0)} MiB`;
    printRows(
      { measured: `JSON of 10 MiB: ${name}`, ours: `${(ours.time / 1e6).toFixed(0)} ms, ${mib(ours)}` },
      beside(`JSON.parse (${mib(theirs)})`, ours.time, Math.max(theirs.time, 1e5), "≤ 5×, memory ≤ 3×"),
    );
  }
  rmSync(folder, { recursive: true });
}
