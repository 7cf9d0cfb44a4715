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

/** Bytes that a turn of the event loop takes over: of 16 KiB, as it is by default, there are hundreds. */
const chunkSize = 256 * 1024;

/** Limits how many are inflated at once: their size is only known afterwards. */
const queue = new PQueue({ concurrency: 2 });

/** Returns the name of a body's encoding; none for bytes that are sent as they are. */
export function encodingOf(header: string | undefined): string | undefined {
  const name = header?.trim().toLowerCase() ?? "";
  return name === "identity" || name === "" ? undefined : name;
}

/**
 * Takes the encoding off a body.
 * @throws Problem
 */
export async function inflate(name: string, sent: Buffer, maxBytes: number, admission: Admission): Promise<Buffer> {
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (decoder === undefined) {
    const accepted = "gzip, deflate, br";
    throw new Problem(
      "unsupported-media-type",
      `the content-encoding is not one of ${accepted}: send it as one of them`,
      { headers: { "accept-encoding": accepted } },
    );
  }
  return queue.add(async () => {
    let decoded: Buffer;
    try {
      // Ends at the limit: a bomb is never held inflated.
      decoded = await decoder(sent, { maxOutputLength: maxBytes, chunkSize: Math.min(maxBytes, chunkSize) });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
      throw new Problem("bad-request", `the body is not ${name}, as its content-encoding says`, { cause: error });
    }
    admission.grow(decoded.length);
    return decoded;
  });
}
