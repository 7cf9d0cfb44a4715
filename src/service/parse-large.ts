import { BodyError, type BodyShape, fromParts, type Read } from "../bodies/index.ts";
import { WorkerError, type WorkerPool } from "../workers/index.ts";
import type { Admission } from "./in-flight.ts";
import { Problem } from "./problem.ts";

/** How long it may take, in ms; the largest takes a tenth of that. */
const timeout = 10_000;

/** What a value takes in memory at least, in bytes: `{}` is two bytes long and takes 56. */
export const valueBytes = 64;

interface Body {
  /** Are gone afterwards. */
  readonly bytes: Buffer;
  readonly shape: BodyShape;
  readonly mediaType: string;
}

/**
 * Reads a large body in a worker, and puts it together here in many short turns.
 * @param caller whoever sent it: callers take turns
 * @param admission grows by what the values take
 * @throws BodyError; Problem
 */
export async function parseLarge(
  workers: WorkerPool,
  { bytes, shape, mediaType }: Body,
  { caller, admission }: { readonly caller: string | undefined; readonly admission: Admission },
): Promise<Read & { readonly hash: string }> {
  // Of a buffer that others share, only what is ours is moved.
  const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
  try {
    const output = await workers.run(
      "parse",
      { bytes: own, shape, mediaType },
      { timeout, caller, transfer: [own.buffer as ArrayBuffer] },
    );
    if ("problem" in output) {
      const { kind, message, more } = output.problem;
      throw new BodyError(kind, message, more);
    }
    admission.grow(valueBytes * output.values);
    return { hash: output.hash, values: output.values, value: await fromParts(output.parts) };
  } catch (error) {
    throw error instanceof WorkerError ? problemOf(error) : error;
  }
}

function problemOf(cause: WorkerError): Problem {
  if (cause.problem === "memory") {
    return new Problem("too-large", "the body takes too much memory: send it in several requests", { cause });
  }
  return new Problem("unavailable", "the body could not be read at the moment: ask again later", {
    headers: { "retry-after": "1" },
    cause,
  });
}
