import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

const main = join(import.meta.dirname, "../../../src/cli/main.ts");

/** A command, to its end. @throws if it ends with another code than 0 */
export async function tocsin(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  if (code !== 0) throw new Error(`tocsin ${args[0]} ended with ${code}: ${stderr}`);
  return stdout;
}

/** A service that runs. */
export interface Instance {
  readonly url: string;
  /** Ends it with a signal. @returns its exit code; null if the signal ended it */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null>;
  /** What it complained of. */
  readonly complaints: readonly string[];
}

/** `tocsin serve`, as soon as it listens. @returns undefined if it was killed before, `after` ms from its start */
export async function serve(config: string, after?: number): Promise<Instance | undefined> {
  const child = spawn(process.execPath, [main, "serve", "-c", config, "--listen", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const complaints: string[] = [];
  const closed = once(child, "close") as Promise<[number | null, string | null]>;
  createInterface({ input: child.stderr }).on("line", (line) => complaints.push(line));
  const timer = after === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), after);
  const url = await new Promise<string | undefined>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const said = JSON.parse(line);
      if (said.msg === "serving") resolve(said.url);
      else if (said.level >= 50) complaints.push(line);
    });
    closed.then(() => resolve(undefined));
  });
  clearTimeout(timer);
  if (url === undefined) {
    const [code] = await closed;
    if (code !== null) throw new Error(`tocsin serve ended with ${code}: ${complaints.join("\n")}`);
    return undefined;
  }
  return {
    url,
    complaints,
    async end(signal) {
      child.kill(signal);
      const [code] = await closed;
      return code;
    },
  };
}
