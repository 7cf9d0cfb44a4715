/**
 * The command line. In: arguments and streams. Out: an exit code. Nothing here or below touches `process`.
 */
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { Command, CommanderError } from "commander";
import type { Io } from "./io.ts";
import { addRenderCommand } from "./render.ts";

/** 0: all went well; 1: a file, a profile or a template is wrong; 2: the command line is. */
export type ExitCode = 0 | 1 | 2;

export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = new Command("tocsin")
    .description("Alerts rendered from customer profiles with Go templates, byte for byte as Go would render them.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns || 100,
      getErrHelpWidth: () => io.stderr.columns || 100,
    })
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText(
      "after",
      "\nExit codes: 0 all went well, 1 a file, profile or template is wrong, 2 the command line is.",
    );
  addRenderCommand(program, io, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/** The package's, found from here both in the source and in the build. */
function version(): string {
  const file = findPackageJSON(import.meta.url);
  return file === undefined ? "unknown" : JSON.parse(readFileSync(file, "utf8")).version;
}
