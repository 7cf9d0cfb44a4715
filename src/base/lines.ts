import { Buffer } from "node:buffer";

export interface Line {
  /** 1-based. */
  readonly number: number;
  /** Without the newline. Undefined if the line is longer than `maxLineLength`. */
  readonly bytes: Buffer | undefined;
  /** Bytes of the stream up to the end of this line, its newline included. */
  readonly end: number;
}

/** Bytes of the longest line that is held in memory. */
export const maxLineLength = 2 ** 27;

/**
 * Yields the lines that each chunk of a stream completes. Only `\n` ends a line: Node's readline would also split at U+2028,
 * which may stand in a JSON string.
 */
export async function* readLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<Line[]> {
  let number = 0;
  let offset = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  const hold = (bytes: Buffer) => {
    heldBytes += bytes.length;
    if (heldBytes > maxLineLength) held = [];
    else held.push(bytes);
  };
  const line = (end: number): Line => {
    const bytes = heldBytes > maxLineLength ? undefined : held.length === 1 ? held[0] : Buffer.concat(held);
    held = [];
    heldBytes = 0;
    number++;
    return { number, bytes, end };
  };
  for await (const data of stream) {
    const chunk = typeof data === "string" ? Buffer.from(data) : data;
    const batch: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", start)) {
      hold(chunk.subarray(start, end));
      start = end + 1;
      batch.push(line(offset + start));
    }
    if (start < chunk.length) hold(chunk.subarray(start));
    offset += chunk.length;
    if (batch.length > 0) yield batch;
  }
  if (heldBytes > 0) yield [line(offset)];
}
