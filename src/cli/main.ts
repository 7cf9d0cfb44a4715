#!/usr/bin/env node
import { run } from "./cli.ts";

// `tocsin render … | head` has read enough: that is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
}

process.exitCode = await run(process.argv.slice(2), process);
