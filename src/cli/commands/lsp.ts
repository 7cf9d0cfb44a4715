import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { ExitCode } from "../command.ts";
import type { Io } from "../io.ts";
import { lintOptions } from "./lint-options.ts";

export function addLspCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  program
    .command("lsp")
    .description(
      "Talks to an editor over standard input and output (Language Server Protocol): findings while typing, fixes, completion of fields and functions, hover, definitions, formatting.",
    )
    .option("--stdio", "talk over standard input and output, which it always does")
    .option("-c, --config <file>", "configuration, of which lint is read (default: tocsin.yaml in the folder opened)")
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
      return lintOptions(
        { rule: {}, ...(config !== undefined && { config }) },
        cwd === undefined ? io : { ...io, cwd: () => cwd },
      );
    },
  });
  return new Promise((resolve) => {
    io.stdin.once("end", () => resolve(0));
  });
}
