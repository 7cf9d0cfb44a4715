import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate as inflateZlib, type ZlibOptions } from "node:zlib";
import PQueue from "p-queue";
import type { Admission } from "./in-flight.ts";
import { Problem } from "./problem.ts";
import { tooLarge } from "./receive.ts";

type Decoder = (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>;

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  "x-gzip": promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<Buffer, ZlibOptions, Buffer>(inflateZlib),
  br: promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress),
};

/** Size in bytes of a chunk, each handled in a turn of the event loop: with 16 KiB, the default, there would be hundreds. */
const chunkSize = 256 * 1024;

/** Decodes at most two bodies at a time, because their size is known only afterwards. */
const queue = new PQueue({ concurrency: 2 });

/** Returns the name of a body's encoding; undefined for `identity`. */
export function encodingOf(header: string | undefined): string | undefined {
  const name = header?.trim().toLowerCase() ?? "";
  return name === "identity" || name === "" ? undefined : name;
}

/**
 * Decodes a body.
 * @throws Problem
 */
export async function inflate(name: string, sent: Buffer, maxBytes: number, admission: Admission): Promise<Buffer> {
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (decoder === undefined) {
    const accepted = "gzip, deflate, br";
    throw new Problem("unsupported-media-type", `unsupported content-encoding: use one of ${accepted}`, {
      headers: { "accept-encoding": accepted },
    });
  }
  return queue.add(async () => {
    let decoded: Buffer;
    try {
      // Decoding ends at the limit, so a decompression bomb is never held in memory.
      decoded = await decoder(sent, { maxOutputLength: maxBytes, chunkSize: Math.min(maxBytes, chunkSize) });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
      throw new Problem("bad-request", `the body is not valid ${name}, which its content-encoding names`, {
        cause: error,
      });
    }
    admission.grow(decoded.length);
    return decoded;
  });
}
