import type { Finding, LintOptions, Part } from "../lint/index.ts";
import { lintFile, type TemplateFile, templateOf } from "./lint-files.ts";
import { alertParts } from "./source.ts";

/** Fixes can make others possible: a few rounds are enough for all. */
const maxRounds = 5;

/** Applies all safe fixes; returns the changed file with the findings that remain. */
export async function fixedFile(
  read: TemplateFile,
  found: readonly Finding[],
  options: LintOptions,
): Promise<{ findings: readonly Finding[]; file: TemplateFile; fixed: number }> {
  const { lint } = await import("../lint/index.ts");
  let [file, findings, fixed] = [read, found, 0];
  for (let round = 0; round < maxRounds; round++) {
    const next = await applyRound(file, findings);
    if (next === undefined) break;
    file = next.file;
    fixed += next.fixed;
    findings = lintFile(file, options, lint);
  }
  return { findings, file, fixed };
}

/** Applies one round of fixes; in an alert, only where the YAML then holds exactly the fixed template. */
async function applyRound(
  file: TemplateFile,
  findings: readonly Finding[],
): Promise<{ file: TemplateFile; fixed: number } | undefined> {
  const { applyEdits, applyFixes } = await import("../lint/index.ts");
  const { alertSource } = await import("./alert-file.ts");
  const template = templateOf(file);
  if (typeof template === "string") {
    const { text, applied } = applyFixes(
      template,
      findings.filter(({ name }) => name === (file.source.name ?? file.file)),
    );
    const { templateSource } = await import("./source.ts");
    if (applied.length === 0) return undefined;
    return {
      file: { ...file, text, source: templateSource(file.file, text, file.source.name ?? file.file) },
      fixed: applied.length,
    };
  }
  let { text, source } = file;
  let fixed = 0;
  for (const part of alertParts) {
    const before = source.alertTemplate?.[part];
    if (before === undefined) continue;
    const { text: after, applied } = applyFixes(
      before,
      findings.filter((finding) => finding.part === part),
    );
    const edits = source.scalar?.(part as Part)?.editsInFile(applied.flatMap(({ fix }) => fix?.edits ?? []));
    if (applied.length === 0 || edits === undefined) continue;
    const edited = applyEdits(text, edits);
    try {
      const again = alertSource(file.file, edited);
      if (again.alertTemplate?.[part] !== after) continue;
      [text, source] = [edited, again];
      fixed += applied.length;
    } catch {
      // The edited file is not valid YAML: a person has to quote this text.
    }
  }
  return fixed === 0 ? undefined : { file: { ...file, text, source }, fixed };
}
