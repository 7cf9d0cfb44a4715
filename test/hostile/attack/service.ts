import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Watched } from "./process-stats.ts";

const main = join(import.meta.dirname, "../../../src/cli/main.ts");

/** A service whose event loop and memory are watched from inside. */
export interface WatchedService {
  readonly port: number;
  readonly isRunning: boolean;
  /** Lists what the service wrote to stderr, and the errors in its log. */
  readonly complaints: readonly string[];
  /** Says how it ended, once it did. */
  readonly ended: Promise<string>;
  /** Forgets what was seen so far of its event loop. */
  begin(): void;
  tell(): Promise<Watched>;
  /** @returns its exit code; null if it had to be killed, 60 s after it was told to stop, or now */
  stop(how?: "SIGTERM" | "SIGKILL"): Promise<number | null>;
}

/** @param memory MiB of JavaScript heap that it may use @throws if it does not begin to serve */
export async function serveWatched(config: string, memory?: number): Promise<WatchedService> {
  const flags = memory === undefined ? [] : [`--max-old-space-size=${memory}`];
  const watch = ["--import", join(import.meta.dirname, "process-stats.ts")];
  const child = spawn(process.execPath, [...flags, ...watch, main, "serve", "-c", config, "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const complaints: string[] = [];
  let running = true;
  const ended = once(child, "close").then(([code, signal]) => {
    running = false;
    return `it ended with ${code ?? signal}`;
  });
  createInterface({ input: child.stderr! }).on("line", (line) => complaints.push(line));
  const serving = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      // Each request has a line of its own, which nobody needs.
      if (line.startsWith('{"level":30') && !line.includes("serving")) return;
      const said = JSON.parse(line);
      if (said.msg === "serving") resolve(said.url);
      else if (said.level >= 50) complaints.push(line.slice(0, 2_000));
    });
  });
  const url = await Promise.race([serving, ended]);
  if (!running) throw new Error(`${url}: ${complaints.join("\n")}`);
  return {
    port: Number(new URL(url).port),
    complaints,
    ended,
    get isRunning() {
      return running;
    },
    begin: () => void child.send("begin"),
    async tell() {
      child.send("tell");
      const told = once(child, "message", { signal: AbortSignal.timeout(30_000) }) as Promise<[Watched]>;
      const [watched] = await told.catch(() => {
        throw new Error("the service's event loop stands still");
      });
      return watched;
    },
    async stop(how = "SIGTERM") {
      child.kill(how);
      const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
      await ended;
      clearTimeout(late);
      return child.exitCode;
    },
  };
}
