import { escapeControlsInLine } from "../base/escape-controls.ts";

/** Writes columns for a person to read. A cell is one line, whatever it contains; the last column is not padded. */
export function table(head: readonly string[], cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(escapeControlsInLine));
  const widths = head.map((name, i) =>
    rows.reduce((widest, row) => Math.max(widest, row[i]?.length ?? 0), name.length),
  );
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd()}\n`;
  return [head, ...rows].map(line).join("");
}
