import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findGo } from "../../conformance/go.ts";
import type { Profile } from "./profiles.ts";
import { htmlTemplates, type Part, templates } from "./texts.ts";

/** Go's `text/template` and `html/template`, with the same templates and profiles, in a process of its own. */
export interface GoPeer {
  readonly version: string;
  texts(part: Part | "mail"): Promise<string[]>;
  /** ns a render, over all profiles `times` times. */
  render(part: Part | "mail", times: number): Promise<number>;
  /** ns a parse. */
  compile(part: Part, times: number): Promise<number>;
  close(): void;
}

/** Built in a temporary folder. `undefined` where there is no Go, with a message. */
export function startGo(profiles: readonly Profile[]): GoPeer | undefined {
  const go = findGo();
  if ("missing" in go) {
    console.error(`Without Go: ${go.missing}`);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, "bench");
  const source = join(import.meta.dirname, "go/main.go");
  execFileSync(go.command, ["build", "-o", program, source], { stdio: ["ignore", "inherit", "inherit"] });
  const input = join(folder, "input.json");
  writeFileSync(input, JSON.stringify({ templates, html: htmlTemplates, profiles }));

  const child = spawn(program, [input], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: string) => {
    child.stdin.write(`${question}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error("the Go program ended");
    return JSON.parse(value);
  };
  return {
    version: go.version,
    texts: (part) => ask(`texts ${part}`),
    render: (part, times) => ask(`render ${part} ${times}`),
    compile: (part, times) => ask(`compile ${part} ${times}`),
    close: () => child.stdin.end(),
  };
}
