import type { IncomingMessage } from "node:http";
import type { Admission } from "./in-flight.ts";
import { maxHere } from "./parse-large.ts";
import { Problem } from "./problem.ts";

/** Chunks that a body may arrive in, whatever their size. Beyond, they need `minChunk` bytes on average, because each costs time. */
const freeChunks = 4_096;
const minChunk = 16;

/**
 * Reads the bytes of a body. Holds at most twice the bytes that arrived, however small the chunks.
 * @param signal ends the reading; its reason is thrown
 * @throws Problem
 */
export function receive(
  payload: IncomingMessage,
  maxBytes: number,
  admission: Admission,
  signal: AbortSignal,
): Promise<Buffer> {
  const announced = Number(payload.headers["content-length"] ?? Number.NaN);
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    let size = 0;
    let chunks = 0;

    const end = (): void => {
      payload.off("data", add).off("end", done).off("close", cut);
      signal.removeEventListener("abort", abort);
    };
    const fail = (problem: unknown): void => {
      end();
      // The rest of the body is dropped.
      payload.resume();
      reject(problem);
    };
    const add = (chunk: Buffer): void => {
      try {
        const needed = size + chunk.length;
        if (needed > maxBytes) throw tooLarge(maxBytes);
        if (++chunks > freeChunks && needed < chunks * minChunk) throw tooSmall();
        if (needed > bytes.length) {
          const expected = Math.min(maxBytes, Number.isNaN(announced) ? maxBytes : announced);
          const capacity = Math.max(needed, Math.min(2 * bytes.length, expected));
          admission.grow(capacity - bytes.length);
          const larger = allocate(capacity);
          bytes.copy(larger, 0, 0, size);
          bytes = larger;
        }
        chunk.copy(bytes, size);
        size = needed;
      } catch (problem) {
        fail(problem);
      }
    };
    const done = (): void => {
      end();
      resolve(bytes.subarray(0, size));
    };
    const cut = (): void => {
      fail(new Problem("bad-request", "the body ended before its announced length: send it again"));
    };
    const abort = (): void => fail(signal.reason);

    if (announced > maxBytes) return fail(tooLarge(maxBytes));
    if (signal.aborted) return abort();
    payload.on("data", add).on("end", done).on("close", cut);
    // "close" follows every error.
    payload.on("error", () => {});
    signal.addEventListener("abort", abort);
  });
}

/** Allocates memory that is shared with a worker if the body is large enough to be parsed in one. */
function allocate(bytes: number): Buffer {
  return bytes > maxHere ? Buffer.from(new SharedArrayBuffer(bytes)) : Buffer.allocUnsafeSlow(bytes);
}

export const tooLarge = (maxBytes: number): Problem =>
  new Problem(
    "too-large",
    `the body is larger than ${maxBytes.toLocaleString("en-US")} bytes, as sent or decoded: send it in several requests`,
  );

const tooSmall = (): Problem =>
  new Problem(
    "bad-request",
    `the body arrived in more than ${freeChunks.toLocaleString("en-US")} tiny chunks: send larger ones`,
  );
