import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type BodyShape, readBody } from "../bodies/index.ts";
import { unauthorized } from "./access.ts";
import { type Admission, InFlight } from "./in-flight.ts";
import { encodingOf, inflate } from "./inflate.ts";
import type { RouteDeps } from "./options.ts";
import { maxHere, parseLarge, valueBytes } from "./parse-large.ts";
import { Problem } from "./problem.ts";
import { receive } from "./receive.ts";
import { askFor, awaitContinue } from "./unread.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Its body's place among all, until it is answered. */
    admission?: Admission;
    /** SHA-256 of the body without its encoding; there at least if the request has an `Idempotency-Key`. */
    bodyHash?: string;
  }
  interface FastifyContextConfig {
    /** Bytes, after inflating. @default ServiceLimits.body */
    readonly maxBytes?: number;
    /** Selects how bodies are read. @default "json" */
    readonly shape?: BodyShape;
  }
}

/**
 * Reads all bodies: no type is read by anything else. None is read before `guardAccess` has said whose it is. A body that is
 * only signed is small, and neither inflated nor parsed before its signature holds.
 */
export function readBodies(app: FastifyInstance, { limits, workers }: RouteDeps): void {
  const { body, inFlight, unverified } = limits;
  const bodies = new InFlight(inFlight, unverified);
  app.removeAllContentTypeParsers();
  awaitContinue(app);

  app.addContentTypeParser("*", async (request: FastifyRequest, payload: FastifyRequest["raw"]) => {
    const { maxBytes = body, shape = "json" } = request.routeOptions.config;
    const { apiKey, signature } = request;
    if (apiKey === undefined && signature === undefined) throw unauthorized("send an API key");
    const ending = new AbortController();
    const admission = bodies.admit(apiKey !== undefined, (problem) => ending.abort(problem));
    request.admission = admission;
    askFor(payload);
    const maxSent = apiKey === undefined ? Math.min(signature!.maxBytes, maxBytes) : maxBytes;
    const impatient = apiKey === undefined && setTimeout(() => ending.abort(tooSlow()), unverified.time).unref();
    let sent: Buffer;
    try {
      sent = await receive(payload, maxSent, admission, ending.signal);
    } finally {
      if (impatient) clearTimeout(impatient);
    }
    const encoding = encodingOf(request.headers["content-encoding"]);
    if (signature !== undefined) {
      const inflated =
        encoding === undefined ? undefined : () => inflate(encoding, sent, signature.maxInflatedBytes, admission);
      await signature.verify(sent, inflated);
      admission.verify();
    }
    const decoded = encoding === undefined ? sent : await inflate(encoding, sent, maxBytes, admission);
    return parse(decoded, shape, request, admission);
  });

  // Not when the connection ends: what it asked for may still be under way then.
  app.addHook("onSend", async ({ admission }) => admission?.release());

  async function parse(bytes: Buffer, shape: BodyShape, request: FastifyRequest, admission: Admission) {
    const mediaType = mediaTypeOf(request);
    if (bytes.length > maxHere && workers !== undefined) {
      const from = { caller: request.counted, admission };
      const { hash, value } = await parseLarge(workers, { bytes, shape, mediaType, maxPayloadBytes: body }, from);
      request.bodyHash = hash;
      return value;
    }
    if (request.headers["idempotency-key"] !== undefined) {
      request.bodyHash = createHash("sha256").update(bytes).digest("hex");
    }
    const { value, values } = readBody(bytes, shape, mediaType, body);
    admission.grow(valueBytes * values);
    return value;
  }
}

function mediaTypeOf({ headers }: FastifyRequest): string {
  return (headers["content-type"] ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

const tooSlow = (): Problem =>
  new Problem("timeout", "the body of a signed request came too slowly: send it faster, or with a key");
