import { isScalar, type LineCounter, type Node } from "yaml";
import type { Edit } from "../lint/index.ts";
import { scalarOffsets } from "./scalar-offsets.ts";

/** Maps between the text of a YAML value and its file. */
export interface ScalarText {
  /** Finds the place in the file of a place in the text, both 1-based; where the file does not have the text unit by unit, the start of the value. */
  place(line: number, column: number): { readonly line: number; readonly column: number };
  /** Turns an offset of the text into one of the file, and the other way round; undefined outside of the text. */
  inFile(offset: number): number | undefined;
  inText(offset: number): number | undefined;
  /** Turns edits of the text into edits of the file; undefined where a line would have to be added. */
  editsInFile(edits: readonly Edit[]): readonly Edit[] | undefined;
}

/** Maps a node. @param source the whole file @param value the text of the node */
export function scalarText(node: Node, source: string, value: string, lines: LineCounter): ScalarText {
  const offsets = scalarOffsets(node, source, value);
  const inFile = (offset: number): number | undefined => offsets?.[offset];
  const starts = [0];
  for (let at = value.indexOf("\n"); at >= 0; at = value.indexOf("\n", at + 1)) starts.push(at + 1);
  return {
    place(line, column) {
      const offset = inFile((starts[line - 1] ?? 0) + column - 1) ?? node.range?.[0] ?? 0;
      const { line: inFileLine, col } = lines.linePos(offset);
      return { line: inFileLine, column: col };
    },
    inFile,
    inText(offset) {
      if (!offsets || offset < offsets[0]! || offset > offsets.at(-1)!) return undefined;
      const after = offsets.findIndex((at) => at > offset);
      return after < 0 ? value.length : after - 1;
    },
    editsInFile(edits) {
      const found: Edit[] = [];
      for (const edit of edits) {
        const [from, to] = [inFile(edit.start), inFile(edit.end)];
        if (from === undefined || to === undefined || edit.text.includes("\n")) return undefined;
        found.push({ start: from, end: to, text: quoted(edit.text, node) });
      }
      return found;
    },
  };
}

function quoted(text: string, node: Node): string {
  if (!isScalar(node)) return text;
  if (node.type === "QUOTE_DOUBLE") return JSON.stringify(text).slice(1, -1);
  return node.type === "QUOTE_SINGLE" ? text.replaceAll("'", "''") : text;
}
