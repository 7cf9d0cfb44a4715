import { byteLength } from "./bytes.ts";
import type { Source } from "./tree.ts";

/** Converts offsets of one text to lines and columns. */
export interface Lines {
  /** Returns the 1-based line and column, in UTF-16 units. */
  at(offset: number): { readonly line: number; readonly column: number };
  byteColumn(offset: number): number;
  /** Returns the offset of the start of a 1-based line. */
  startOf(line: number): number;
}

/** Returns the lines of a template's text, computed once for all callers. */
export function linesIn(source: Source): Lines {
  let lines = bySource.get(source);
  if (!lines) {
    lines = linesOf(source.text);
    bySource.set(source, lines);
  }
  return lines;
}

const bySource = new WeakMap<Source, Lines>();

function linesOf(text: string): Lines {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  const lineOf = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  /** Remembers the last offset: callers mostly ask in order, so bytes are counted from there. */
  let last = { line: 0, offset: 0, bytes: 0 };
  return {
    at(offset) {
      const line = lineOf(offset);
      return { line: line + 1, column: offset - starts[line]! + 1 };
    },
    byteColumn(offset) {
      const line = lineOf(offset);
      const from = line === last.line && last.offset <= offset ? last : { offset: starts[line]!, bytes: 0 };
      const bytes = from.bytes + byteLength(text, from.offset, offset);
      last = { line, offset, bytes };
      return bytes;
    },
    startOf: (line) => starts[line - 1] ?? text.length,
  };
}
