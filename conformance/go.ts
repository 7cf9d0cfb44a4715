import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Numbers } from "../src/template/index.ts";
import type { Answer, Case } from "./case.ts";

/** Holds an answer of the recorder: `phase` may also be `"panic"`, `"limit"` (too much or too long) or `"case"` (not a case). */
export interface GoAnswer extends Answer {
  readonly phase?: "parse" | "escape" | "exec" | "panic" | "limit" | "case";
}

/** Runs the recorder in real Go. Questions are answered in order. */
export interface Go {
  readonly version: string;
  ask(question: Case, numbers: Numbers): Promise<GoAnswer>;
  close(): void;
}

const oldest = [1, 27] as const;

/** Returns Go's command and version, or why there is none. */
export function findGo(): { readonly command: string; readonly version: string } | { readonly missing: string } {
  const command = process.env.GO || "go";
  let said: string;
  try {
    said = execFileSync(command, ["version"], { encoding: "utf8", env: offline() });
  } catch {
    return { missing: `Go is needed: "${command}" cannot be run. Put go on PATH, or its path into GO.` };
  }
  const version = /go(\d+)\.(\d+)\S*/.exec(said);
  const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
  const recent = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
  if (!recent) return { missing: `Go ${oldest.join(".")} or later is needed; "${command}" says: ${said.trim()}` };
  return { command, version: version![0] };
}

/**
 * Builds the recorder in a temporary folder and starts it. Throws if Go is missing. Cases with `"functions": "sprig"` need the
 * source of Sprig 3.2.3 and its imports as a GOPATH (`src/github.com/Masterminds/sprig`, as Debian's
 * golang-github-masterminds-sprig-dev installs it in /usr/share/gocode), whose path is in SPRIG_GOPATH. Local time is UTC.
 */
export function startGo(): Go {
  const found = findGo();
  if ("missing" in found) throw new Error(found.missing);
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const program = join(folder, "recorder");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const sprig = process.env.SPRIG_GOPATH;
  execFileSync(found.command, ["build", "-buildvcs=false", ...(sprig ? ["-tags=sprig"] : []), "-o", program, "."], {
    cwd: join(import.meta.dirname, "record"),
    env: sprig ? { ...offline(), GO111MODULE: "off", GOFLAGS: "", GOPATH: sprig } : offline(),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const child = spawn(program, { env: { ...process.env, TZ: "UTC" } });

  const waiting: { resolve(answer: GoAnswer): void; reject(error: Error): void }[] = [];
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  createInterface({ input: child.stdout, crlfDelay: Infinity }).on("line", (line) => {
    waiting.shift()?.resolve(JSON.parse(line));
  });
  child.on("close", () => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`the recorder ended: ${complaint.slice(0, 2000)}`));
  });

  return {
    version: found.version,
    ask: (question, numbers) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify({ ...question, numbers })}\n`);
      }),
    close: () => child.stdin.end(),
  };
}

/** Returns an environment in which Go downloads nothing. */
function offline(): NodeJS.ProcessEnv {
  return { ...process.env, GOTOOLCHAIN: "local", GOPROXY: "off", GOFLAGS: "-mod=mod" };
}
