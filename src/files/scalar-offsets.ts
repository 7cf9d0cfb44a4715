import { isScalar, type Node } from "yaml";

/**
 * Returns, for each UTF-16 unit of a YAML scalar's text and for its end, its offset in the file. All units of an escape have
 * the offset of the escape, a folded line end that of the end of the line. Undefined where text and file do not run in parallel.
 * @param source the whole file @param value the text of the node
 */
export function scalarOffsets(node: Node, source: string, value: string): readonly number[] | undefined {
  if (!isScalar(node) || !node.range) return undefined;
  const [start, end] = node.range;
  switch (node.type) {
    case "BLOCK_LITERAL":
    case "BLOCK_FOLDED":
      return blockOffsets(source, start, end, value);
    case "QUOTE_DOUBLE":
      return flowOffsets(source, start + 1, value, ofDoubleQuotes);
    case "QUOTE_SINGLE":
      return flowOffsets(source, start + 1, value, /''/y);
    default:
      return flowOffsets(source, start, value, undefined);
  }
}

/** Matches a hexadecimal code, an escaped line end (which stands for nothing), or any other single letter. */
const ofDoubleQuotes = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|\r?\n[ \t]*|[\s\S])/y;
const fold = /[ \t]*(?:\r?\n[ \t]*)+/y;

function flowOffsets(source: string, from: number, value: string, escapes: RegExp | undefined): number[] | undefined {
  const offsets: number[] = [];
  let at = from;
  while (offsets.length < value.length) {
    const escaped = matchAt(escapes, source, at);
    const folded = matchAt(fold, source, at);
    let units = 1;
    if (escaped !== undefined) units = unitsOf(escaped);
    else if (folded !== undefined) units = Math.max(1, folded.split("\n").length - 2);
    else if (source[at] !== value[offsets.length]) return undefined;
    for (let i = 0; i < units; i++) offsets.push(at);
    at += (escaped ?? folded ?? " ").length;
  }
  offsets.push(at);
  return offsets;
}

function matchAt(pattern: RegExp | undefined, source: string, at: number): string | undefined {
  if (!pattern) return undefined;
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

function unitsOf(written: string): number {
  if (/^\\\r?\n/.test(written)) return 0;
  return written[1] === "U" && Number.parseInt(written.slice(2), 16) > 0xffff ? 2 : 1;
}

/** Walks a block: a line end of the file is one in the text, a space where lines are folded, or nothing before a blank line. */
function blockOffsets(source: string, header: number, end: number, value: string): number[] | undefined {
  const from = source.indexOf("\n", header) + 1;
  const given = /^[|>][+-]?(\d)/.exec(source.slice(header, from))?.[1];
  const indent = given === undefined ? indentOf(source.slice(from, end)) : Number(given);
  const offsets: number[] = [];
  const lineFrom = (at: number): number => {
    let start = at;
    while (start < at + indent && source[start] === " ") start++;
    return start;
  };
  let at = lineFrom(from);
  while (offsets.length < value.length) {
    const unit = value[offsets.length];
    const isEnd = at >= end || source[at] === "\n" || source.startsWith("\r\n", at);
    if (!isEnd && source[at] !== unit) return undefined;
    if (!isEnd || unit === "\n" || unit === " ") offsets.push(at);
    else if (at >= end) return undefined;
    if (at < end) at = isEnd ? lineFrom(source.indexOf("\n", at) + 1) : at + 1;
  }
  offsets.push(at);
  return offsets;
}

/** Returns the indentation of the first line that is not blank; in a block of blank lines all spaces are indentation. */
const indentOf = (block: string): number =>
  /^(?: *\r?\n)*( *)[^ \r\n]/.exec(block)?.[1]?.length ?? Number.POSITIVE_INFINITY;
