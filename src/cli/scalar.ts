import { isScalar, type LineCounter, type Node } from "yaml";
import type { Edit } from "../index.ts";

/** Where the text of a YAML value stands in its file. */
export interface ScalarText {
  /** 1-based, of a place in the text: exact where the file holds the line as it is, else where the value starts. */
  place(line: number, column: number): { readonly line: number; readonly column: number };
  /** An offset of the text in the file, and the other way round; undefined where the file does not hold the text as it is. */
  inFile(offset: number): number | undefined;
  inText(offset: number): number | undefined;
  /** The same edits, of the file's text; nothing where the file does not hold the text as it is. */
  editsInFile(edits: readonly Edit[]): readonly Edit[] | undefined;
}

/** @param source the whole file @param value the text that the node is */
export function scalarText(node: Node, source: string, value: string, lines: LineCounter): ScalarText {
  const start = node.range?.[0] ?? 0;
  const offsets = lineOffsets(node, source, value);
  const texts = value.split("\n");
  return {
    place(line, column) {
      const offset = offsets[line - 1];
      const { line: first, col } = lines.linePos(start);
      if (offset === undefined) return { line: first, column: col };
      const at = lines.linePos(offset);
      return { line: at.line, column: at.col + column - 1 };
    },
    inFile,
    inText(offset) {
      let before = 0;
      for (const [i, text] of texts.entries()) {
        const at = offsets[i];
        if (at !== undefined && offset >= at && offset <= at + text.length) return before + offset - at;
        before += text.length + 1;
      }
      return undefined;
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

  function inFile(offset: number): number | undefined {
    let before = 0;
    for (const [i, text] of texts.entries()) {
      if (offset <= before + text.length) {
        const lineStart = offsets[i];
        return lineStart === undefined ? undefined : lineStart + offset - before;
      }
      before += text.length + 1;
    }
    return undefined;
  }
}

/** For each line of the text, where the file has it as it is. */
function lineOffsets(node: Node, source: string, value: string): (number | undefined)[] {
  const texts = value.split("\n");
  const [start, end] = [node.range?.[0] ?? 0, node.range?.[1] ?? 0];
  const isBlock = isScalar(node) && (node.type?.startsWith("BLOCK") ?? false);
  let at = isBlock ? source.indexOf("\n", start) + 1 : start;
  return texts.map((text) => {
    const lineEnd = isBlock || texts.length > 1 ? source.indexOf("\n", at) : end;
    const found = source.indexOf(text, at);
    const within = found >= 0 && found + text.length <= (lineEnd < 0 ? source.length : lineEnd);
    // Of a block's line, what stands before the text is its indentation and nothing else.
    const offset = within && (!isBlock || source.slice(at, found).trim() === "") ? found : undefined;
    at = lineEnd < 0 ? source.length : lineEnd + 1;
    return offset;
  });
}

function quoted(text: string, node: Node): string {
  if (!isScalar(node)) return text;
  if (node.type === "QUOTE_DOUBLE") return JSON.stringify(text).slice(1, -1);
  return node.type === "QUOTE_SINGLE" ? text.replaceAll("'", "''") : text;
}
