import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { ExitCode } from "../command.ts";
import type { Io } from "../io.ts";
import { lintOptions } from "./lint-options.ts";

export function addLspCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  program
    .command("lsp")
    .description(
      "Runs a language server (LSP) over standard input and output: findings while typing, fixes, completion, hover, definitions, formatting.",
    )
    .option("--stdio", "communicate over standard input and output (always so)")
    .option(
      "-c, --config <file>",
      "configuration file; its lint section is used (default: tocsin.yaml in the opened folder)",
    )
    .helpOption("-h, --help", "print this help")
    .action(async (flags: { readonly config?: string }) => end(await lsp(flags, io)));
}

async function lsp({ config }: { readonly config?: string }, io: Io): Promise<ExitCode> {
  const [{ serve }, { createConnection }] = await Promise.all([
    import("../../lsp/index.ts"),
    import("vscode-languageserver/node"),
  ]);
  const connection = createConnection(io.stdin, io.stdout);
  serve(connection, {
    load(folder) {
      const cwd = folder?.startsWith("file:") ? fileURLToPath(folder) : io.cwd?.();
      return lintOptions(config === undefined ? {} : { config }, cwd === undefined ? io : { ...io, cwd: () => cwd });
    },
  });
  return new Promise((resolve) => {
    io.stdin.once("end", () => resolve(0));
  });
}
