import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { fastifyPlugin } from "fastify-plugin";
import { type BodyShape, readBody } from "../../bodies/index.ts";
import { type Admission, InFlight } from "../in-flight.ts";
import { encodingOf, inflate } from "../inflate.ts";
import type { RouteDeps } from "../options.ts";
import { maxHere, parseLarge, valueBytes } from "../parse-large.ts";
import { Problem } from "../problem.ts";
import { receive } from "../receive.ts";
import { awaitContinue, requestBody } from "../unread-body.ts";
import { unauthorized } from "./access.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The body's share of the memory for all bodies, held until the response is sent. */
    admission?: Admission;
    /** SHA-256 of the decoded body, in hex; always set if the request has an `Idempotency-Key`. */
    bodyHash?: string;
  }
  interface FastifyContextConfig {
    /** Maximum bytes of a body, decoded. @default ServiceLimits.body */
    readonly maxBytes?: number;
    /** Sets how bodies are read. @default "json" */
    readonly shape?: BodyShape;
  }
}

/**
 * Reads the bodies of all requests, whatever their media type, once `access` has let the request in. The body of a request
 * that is only signed has to be small, and is neither decoded nor parsed before its signature is verified.
 */
export const bodies = fastifyPlugin(
  async (app: FastifyInstance, { limits, workers }: Pick<RouteDeps, "limits" | "workers">): Promise<void> => {
    const { body, inFlight, unverified } = limits;
    const admissions = new InFlight(inFlight, unverified);
    app.removeAllContentTypeParsers();
    awaitContinue(app);

    app.addContentTypeParser("*", async (request: FastifyRequest, payload: FastifyRequest["raw"]) => {
      const { maxBytes = body, shape = "json" } = request.routeOptions.config;
      const { apiKey, signature } = request;
      if (apiKey === undefined && signature === undefined) throw unauthorized("send an API key");
      const ending = new AbortController();
      const admission = admissions.admit(apiKey !== undefined, (problem) => ending.abort(problem));
      request.admission = admission;
      requestBody(payload);
      const maxSent = apiKey === undefined ? Math.min(signature!.maxBytes, maxBytes) : maxBytes;
      const timeout = apiKey === undefined && setTimeout(() => ending.abort(tooSlow()), unverified.time).unref();
      let sent: Buffer;
      try {
        sent = await receive(payload, maxSent, admission, ending.signal);
      } finally {
        if (timeout) clearTimeout(timeout);
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

    // The memory is freed with the response, not with the connection: the work may go on after a caller has hung up.
    app.addHook("onSend", async ({ admission }) => admission?.release());

    async function parse(bytes: Buffer, shape: BodyShape, request: FastifyRequest, admission: Admission) {
      const mediaType = mediaTypeOf(request);
      if (bytes.length > maxHere && workers !== undefined) {
        const from = { caller: request.rateLimitKey, admission };
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
  },
);

function mediaTypeOf({ headers }: FastifyRequest): string {
  return (headers["content-type"] ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

const tooSlow = (): Problem =>
  new Problem("timeout", "the body of a signed request arrived too slowly: send it faster, or with an API key");
