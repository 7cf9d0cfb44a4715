import { createTwoFilesPatch } from "diff";
import { writeText } from "../../files/index.ts";
import type { TemplateFile } from "../../files/lint-files.ts";
import { fixedFile } from "../../files/lint-fix.ts";
import type { Finding, LintOptions } from "../../lint/index.ts";
import { type Io, write } from "../io.ts";
import type { Format } from "./lint-output.ts";

/** Fixes a file: writes it back or, for the standard input, prints it; with --fix-dry-run prints the changes as a diff. */
export async function fixFile(
  path: string,
  read: TemplateFile,
  found: readonly Finding[],
  options: LintOptions,
  { fixDryRun, format }: { readonly fixDryRun?: true; readonly format: Format },
  io: Io,
): Promise<{ findings: readonly Finding[]; file: TemplateFile; fixed: number }> {
  const { findings, file, fixed } = await fixedFile(read, found, options);
  if (fixDryRun) {
    // A program that reads the findings from the standard output must find nothing else there.
    const patch = createTwoFilesPatch(read.file, read.file, read.text, file.text, "", "fixed");
    if (fixed > 0) await write(format === "pretty" ? io.stdout : io.stderr, patch);
    return { findings: found, file: read, fixed: 0 };
  }
  if (path === "-") await write(io.stdout, file.text);
  else if (fixed > 0) await writeText(path, file.text, io);
  return { findings, file, fixed };
}
