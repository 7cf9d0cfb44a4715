import type { Command } from "commander";
import { createTwoFilesPatch } from "diff";
import { formatted } from "../../files/fmt-file.ts";
import { InputError, problemText, toProblem, writeText } from "../../files/index.ts";
import { findFiles, noFiles, readTemplateFile, type TemplateFile } from "../../files/lint-files.ts";
import { TemplateError } from "../../index.ts";
import type { ExitCode } from "../command.ts";
import { type Io, write } from "../io.ts";
import { parseDelims } from "./render.ts";

interface Flags {
  readonly check?: true;
  readonly diff?: true;
  readonly stdinFilename?: string;
  readonly delims?: [left: string, right: string];
}

export function addFmtCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  program
    .command("fmt")
    .description(
      "Formats the actions of templates, as in {{ .name | upper }}. Never changes text, or what a template renders.",
    )
    .argument("[path...]", "files, folders or patterns; - formats the standard input", ["."])
    .option("--check", "change nothing; list the files that would change, exit code 1 if there are any")
    .option("--diff", "change nothing; print the changes as a diff, exit code 1 if there are any")
    .option("--stdin-filename <name>", "name of the standard input; its ending says what it holds")
    .option("--delims <left,right>", "as for render", parseDelims)
    .helpOption("-h, --help", "print this help")
    .action(async (paths: string[], flags: Flags) => end(await fmt(paths, flags, io)));
}

async function fmt(paths: readonly string[], flags: Flags, io: Io): Promise<ExitCode> {
  const { format } = await import("../../lint/index.ts");
  let [changed, failed] = [0, false];
  const fail = async (error: unknown, file?: TemplateFile): Promise<void> => {
    failed = true;
    await write(io.stderr, problemText(toProblem(error as Error, file?.source)));
  };
  let files: string[] = [];
  try {
    files = await findFiles(paths, io);
    if (files.length === 0) throw noFiles(paths);
  } catch (error) {
    await fail(error);
  }
  for (const path of files) {
    let read: TemplateFile | undefined;
    try {
      read = await readTemplateFile(path, flags.stdinFilename, io);
      const text = formatted(read, (one, name) => format(one, { name, ...(flags.delims && { delims: flags.delims }) }));
      const differs = text !== read.text;
      if (differs) changed++;
      if (flags.diff && differs)
        await write(io.stdout, createTwoFilesPatch(read.file, read.file, read.text, text, "", "formatted"));
      else if (flags.check && differs) await write(io.stdout, `${read.file}\n`);
      else if (path === "-" && !flags.check) await write(io.stdout, text);
      else if (differs && !flags.check && !flags.diff) await writeText(path, text, io);
    } catch (error) {
      if (!(error instanceof InputError || error instanceof TemplateError)) throw error;
      await fail(error, read);
    }
  }
  if (failed) return 1;
  return changed > 0 && (flags.check || flags.diff) ? 1 : 0;
}
