import type { Edit, Finding } from "./finding.ts";

export interface Fixed {
  readonly text: string;
  /** The findings whose fixes were applied. */
  readonly applied: readonly Finding[];
}

/**
 * Applies the safe fixes of findings, in the order of their places. A fix that overlaps an earlier one is left for another
 * round: `lint` the result again. All findings must be about this text.
 */
export function applyFixes(text: string, findings: readonly Finding[]): Fixed {
  const applied: Finding[] = [];
  const edits: Edit[] = [];
  for (const finding of findings) {
    const more = finding.fix?.edits;
    if (!more || more.length === 0 || more.some((edit) => edits.some((other) => overlap(edit, other)))) continue;
    edits.push(...more);
    applied.push(finding);
  }
  return { text: applyEdits(text, edits), applied };
}

/** Applies edits that do not overlap, in any order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, text: replacement } of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + replacement;
    at = end;
  }
  return result + text.slice(at);
}

const overlap = (a: Edit, b: Edit): boolean =>
  (a.start < b.end && b.start < a.end) || a.start === b.start || a.end === b.end;
