import { BodyError, type BodyShape, fromParts, type ReadBody } from "../bodies/index.ts";
import { WorkerError, type WorkerPool } from "../workers/index.ts";
import type { Admission } from "./in-flight.ts";
import { Problem } from "./problem.ts";

/** Maximum bytes of a body that is parsed on the event loop; larger ones are parsed in a worker. */
export const maxHere = 256 * 2 ** 10;

/** Maximum time of parsing one body, in ms; the largest takes a tenth of that. */
const timeout = 10_000;

/** Memory that a value counts for, in bytes: `{}` is two bytes long and takes 56. */
export const valueBytes = 64;

interface Body {
  readonly bytes: Buffer;
  readonly shape: BodyShape;
  readonly mediaType: string;
  readonly maxPayloadBytes: number;
}

/**
 * Parses a large body in a worker, and assembles it on the event loop in many short turns.
 * @param caller key of the sender: senders take turns
 * @param admission grows by the memory of the values
 * @throws BodyError; Problem
 */
export async function parseLarge(
  workers: WorkerPool,
  { bytes, shape, mediaType, maxPayloadBytes }: Body,
  { caller, admission }: { readonly caller: string | undefined; readonly admission: Admission },
): Promise<ReadBody & { readonly hash: string }> {
  try {
    const input = { bytes: shared(bytes), shape, mediaType, maxPayloadBytes };
    const run = () => workers.run("parse", input, { timeout, caller });
    const output = await run().catch((error) => {
      // Garbage of the previous task counts, too: a new worker has all its memory for this one.
      if (error instanceof WorkerError && error.problem === "memory") return run();
      throw error;
    });
    if ("problem" in output) {
      const { kind, message, extras } = output.problem;
      throw new BodyError(kind, message, extras);
    }
    admission.grow(valueBytes * output.values);
    return { hash: output.hash, values: output.values, value: await fromParts(output.parts) };
  } catch (error) {
    throw error instanceof WorkerError ? problemOf(error) : error;
  }
}

/** Returns bytes in shared memory: a worker reads them without a clone, which would take several passes. */
function shared(bytes: Buffer): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

function problemOf(cause: WorkerError): Problem {
  if (cause.problem === "memory") {
    return new Problem("too-large", "the body needs too much memory: send it in several requests", { cause });
  }
  return new Problem("unavailable", "the body cannot be parsed at the moment: try again later", {
    headers: { "retry-after": "1" },
    cause,
  });
}
