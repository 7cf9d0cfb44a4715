import { BodyError, type BodyShape, fromParts, type ReadBody } from "../bodies/index.ts";
import { WorkerError, type WorkerPool } from "../workers/index.ts";
import type { Admission } from "./in-flight.ts";
import { Problem } from "./problem.ts";

/** Limits what is read on the event loop, in bytes: larger bodies are read in a worker. */
export const maxHere = 256 * 2 ** 10;

/** Limits the time of reading one body, in ms; the largest takes a tenth of that. */
const timeout = 10_000;

/** Counts the memory of a value, in bytes: `{}` is two bytes long and takes 56. */
export const valueBytes = 64;

interface Body {
  readonly bytes: Buffer;
  readonly shape: BodyShape;
  readonly mediaType: string;
  readonly maxPayloadBytes: number;
}

/**
 * Reads a large body in a worker, and puts it together here in many short turns.
 * @param caller whoever sent it: callers take turns
 * @param admission grows by what the values take
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
      // What the one before it left in a worker counts as well: a new one has all its memory for this.
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

/** Returns bytes that a worker reads where they are; cloning them takes several passes. */
function shared(bytes: Buffer): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
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
