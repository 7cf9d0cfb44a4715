import { applyEdits, type Edit } from "../lint/index.ts";
import { alertSource } from "./alert-file.ts";
import type { TemplateFile } from "./lint-files.ts";
import { alertParts } from "./source.ts";

/** Formats a file. A part of an alert is left as it is where its YAML would not hold the formatted text line by line. */
export function formatted(
  { file, text, source }: TemplateFile,
  format: (text: string, name: string) => string,
): string {
  if (!source.alertTemplate) return format(text, source.name ?? file);
  let [result, current] = [text, source];
  for (const part of alertParts) {
    const before = current.alertTemplate?.[part];
    if (before === undefined) continue;
    const after = format(before, part);
    const edits = current.scalar?.(part)?.editsInFile(spaceEdits(before, after));
    if (after === before || edits === undefined) continue;
    const edited = applyEdits(result, edits);
    try {
      const again = alertSource(file, edited);
      if (again.alertTemplate?.[part] === after) [result, current] = [edited, again];
    } catch {
      // The edited file is not valid YAML: leave this part.
    }
  }
  return result;
}

/** Lists the edits that formatting makes, which change white space alone: each run that differs is replaced line by line, so that no line of the file moves. */
function spaceEdits(before: string, after: string): Edit[] {
  const edits: Edit[] = [];
  const [old, fresh] = [runsOf(before), runsOf(after)];
  let start = 0;
  for (const [i, run] of old.entries()) {
    const other = fresh[i] ?? "";
    if (run !== other) {
      const [lines, others] = [run.split("\n"), other.split("\n")];
      if (lines.length !== others.length) edits.push({ start, end: start + run.length, text: other });
      else {
        let at = start;
        for (const [n, line] of lines.entries()) {
          if (line !== others[n]) edits.push({ start: at, end: at + line.length, text: others[n]! });
          at += line.length + 1;
        }
      }
    }
    start += run.length + 1;
  }
  return edits;
}

/** Splits a text into the runs of white space before each other character and at the end. */
const runsOf = (text: string): readonly string[] => text.split(/\S/);
