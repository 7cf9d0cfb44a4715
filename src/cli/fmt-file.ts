import { applyEdits, type Edit } from "../index.ts";
import { alertSource } from "./alert-file.ts";
import type { TemplateFile } from "./lint-files.ts";
import { alertParts } from "./source.ts";

/** Of an alert, a part stays as it is where its YAML would not hold the formatted text line by line. */
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
    const edits = current.scalar?.(part)?.editsInFile(lineEdits(before, after));
    if (after === before || edits === undefined) continue;
    const edited = applyEdits(result, edits);
    try {
      const again = alertSource(file, edited);
      if (again.alertTemplate?.[part] === after) [result, current] = [edited, again];
    } catch {
      // Written so, it would be no YAML any more.
    }
  }
  return result;
}

/** Formatting keeps line breaks: each line that differs is replaced. */
function lineEdits(before: string, after: string): Edit[] {
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  let start = 0;
  return old.flatMap((line, i) => {
    const edit = { start, end: start + line.length, text: fresh[i] ?? "" };
    start += line.length + 1;
    return line === edit.text ? [] : [edit];
  });
}
