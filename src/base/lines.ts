import { Buffer } from "node:buffer";

export interface Line {
  /** 1-based. */
  readonly number: number;
  /** Without the newline; `undefined` of a line that is too long to be held in memory. */
  readonly bytes: Buffer | undefined;
  /** Bytes of the file up to and with this line. */
  readonly end: number;
}

/** In bytes. */
export const maxLineLength = 2 ** 27;

/**
 * The lines that each chunk of a stream completes; only newlines end a line. (Node's readline also splits at U+2028,
 * which may stand in a JSON string.)
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
  for await (const piece of stream) {
    const chunk = typeof piece === "string" ? Buffer.from(piece) : piece;
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
