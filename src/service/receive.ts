import type { IncomingMessage } from "node:http";
import type { Admission } from "./in-flight.ts";
import { maxHere } from "./parse-large.ts";
import { Problem } from "./problem.ts";

/** Whoever sends so many pieces sends more than so many bytes in each, on average: each one costs time. */
const fewPieces = 4_096;
const minPiece = 16;

/**
 * Reads the bytes of a body. Holds at most twice what came in, in however small pieces it came.
 * @param signal ends it, with its reason
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
    let pieces = 0;

    const end = (): void => {
      payload.off("data", add).off("end", done).off("close", cut);
      signal.removeEventListener("abort", abort);
    };
    const fail = (problem: unknown): void => {
      end();
      // What comes yet is dropped.
      payload.resume();
      reject(problem);
    };
    const add = (piece: Buffer): void => {
      try {
        const needed = size + piece.length;
        if (needed > maxBytes) throw tooLarge(maxBytes);
        if (++pieces > fewPieces && needed < pieces * minPiece) throw tooSmall();
        if (needed > bytes.length) {
          const expected = Math.min(maxBytes, Number.isNaN(announced) ? maxBytes : announced);
          const capacity = Math.max(needed, Math.min(2 * bytes.length, expected));
          admission.grow(capacity - bytes.length);
          const larger = allocate(capacity);
          bytes.copy(larger, 0, 0, size);
          bytes = larger;
        }
        piece.copy(bytes, size);
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
      fail(new Problem("bad-request", "the body ended before it was whole: send it again"));
    };
    const abort = (): void => fail(signal.reason);

    if (announced > maxBytes) return fail(tooLarge(maxBytes));
    if (signal.aborted) return abort();
    payload.on("data", add).on("end", done).on("close", cut);
    // Whatever it is, "close" comes after it.
    payload.on("error", () => {});
    signal.addEventListener("abort", abort);
  });
}

/** Allocates what a worker can read without a copy, if it is so large that one does. */
function allocate(bytes: number): Buffer {
  return bytes > maxHere ? Buffer.from(new SharedArrayBuffer(bytes)) : Buffer.allocUnsafeSlow(bytes);
}

export const tooLarge = (maxBytes: number): Problem =>
  new Problem("too-large", `a body here has at most ${maxBytes} bytes, inflated as well: send it in several requests`);

const tooSmall = (): Problem =>
  new Problem("bad-request", `the body came in more than ${fewPieces} tiny pieces: send it in larger ones`);
