import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from "node:zlib";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseJson } from "./json.ts";
import { Problem } from "./problem.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The body as it came, and as it is without its encoding: what signatures are of. */
    bytes?: { readonly sent: Buffer; readonly decoded: Buffer };
  }
  interface FastifyContextConfig {
    /** Bytes, after inflating. @default ServiceLimits.body */
    readonly mostBytes?: number;
    /** What is made of bodies. @default JSON */
    readonly read?: (decoded: Buffer, mediaType: string) => unknown;
  }
}

/** Reads all bodies: no type is read by anything else. */
export function readBodies(app: FastifyInstance, mostBytes: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", async (request: FastifyRequest, payload: AsyncIterable<Buffer>) => {
    const { mostBytes: most = mostBytes, read = readJson } = request.routeOptions.config;
    const sent = await collect(request, payload, most);
    const decoded = await decode(request.headers["content-encoding"], sent, most);
    request.bytes = { sent, decoded };
    return read(decoded, mediaTypeOf(request));
  });
}

function mediaTypeOf({ headers }: FastifyRequest): string {
  return (headers["content-type"] ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

function readJson(decoded: Buffer, mediaType: string): unknown {
  if (decoded.length === 0) return undefined;
  if (!isJson(mediaType)) throw unreadable(mediaType, "application/json");
  return parseJson(textOf(decoded));
}

export const isJson = (mediaType: string): boolean => /^application\/(?:[\w.+-]+\+)?json$/.test(mediaType);

export function unreadable(mediaType: string, accepted: string): Problem {
  const what = mediaType === "" ? "the body has no content-type" : `${mediaType.slice(0, 100)} is not read here`;
  return new Problem("unsupported-media-type", `${what}: send ${accepted}`, { headers: { accept: accepted } });
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** @throws Problem for what is no UTF-8 */
export function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Problem("bad-request", "the body is not UTF-8: send its text encoded as UTF-8");
  }
}

async function collect(request: FastifyRequest, payload: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  if (Number(request.headers["content-length"]) > most) throw tooLarge(most);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of payload) {
      size += chunk.length;
      if (size > most) throw tooLarge(most);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("bad-request", "the body ended before it was whole: send it again", { cause: error });
  }
  return Buffer.concat(chunks, size);
}

const tooLarge = (most: number): Problem =>
  new Problem("too-large", `a body here has at most ${most} bytes, inflated as well: send it in several requests`);

const decoders: Record<string, (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>> = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  "x-gzip": promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<Buffer, ZlibOptions, Buffer>(inflate),
  br: promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress),
};

async function decode(encoding: string | undefined, sent: Buffer, most: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? "identity";
  if (name === "identity" || name === "") return sent;
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (decoder === undefined) {
    const accepted = "gzip, deflate, br";
    throw new Problem(
      "unsupported-media-type",
      `the content-encoding is not one of ${accepted}: send it as one of them`,
      {
        headers: { "accept-encoding": accepted },
      },
    );
  }
  try {
    // Ends at the limit: a bomb is never held inflated.
    return await decoder(sent, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(most);
    throw new Problem("bad-request", `the body is not ${name}, as its content-encoding says`, { cause: error });
  }
}
