import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Json } from "../../base/json.ts";
import { maxPayloads } from "../../bodies/index.ts";
import { type Inbound, identityModeOf, type StreamDefinition } from "../../profiles/index.ts";
import type { Collected } from "../../triggers/index.ts";
import type { App } from "../app.ts";
import { streamLookup } from "../definitions.ts";
import type { RouteDeps } from "../options.ts";
import type { OfferedSignature } from "../plugins/access.ts";
import { Problem } from "../problem.ts";
import { bodyStatuses, responses } from "../schemas.ts";
import { isSigned, rejected, type Signed, verifyBody, verifySignature } from "../signature.ts";

/** The result for one payload, as its sender sees it. */
type CollectResult = Omit<Collected, "confidential"> & { readonly accepted?: true | undefined };

const collectResult: z.ZodType<CollectResult> = z.object({
  accepted: z
    .literal(true)
    .optional()
    .describe("The whole result for senders who may neither merge profiles nor read."),
  id: z.string().optional().describe("Id of the event; absent for a duplicate."),
  profile: z.string().optional().describe("The profile that was updated."),
  duplicate: z.literal(true).optional(),
  problem: z.string().optional().describe("Why no profile was updated; the event is kept all the same."),
  refused: z.array(z.string()).optional().describe("Parts of the payload that were ignored, and why."),
}) as z.ZodType<CollectResult>;

const params = z.object({ stream: z.string().min(1).max(64) });

const payloads = z.custom<readonly Json[]>().meta({
  anyOf: [{ type: "object" }, { type: "array", items: { type: "object" }, maxItems: maxPayloads }],
  examples: [{ user: { email: "ada@example.com" }, order: 1815 }],
});

const repeated = "the same signed request was received before";

/** Adds the route that other systems post events to. */
export function collectRoutes(app: App, { engine, store, clock, limits }: RouteDeps): void {
  const streamOf = streamLookup(store);
  const signatures = new WeakMap<FastifyRequest, Signed>();
  /** Keys of signed requests in progress: an identical one has to wait. */
  const inProgress = new Set<string>();

  async function signed(request: FastifyRequest): Promise<OfferedSignature | undefined> {
    const { stream: name } = request.params as { readonly stream: string };
    const definition = await streamOf(name);
    const how = definition?.verify;
    if (how === undefined || !isSigned(request, how)) return undefined;
    const { maxBytes = 2 ** 20, maxInflatedBytes = 65_536 } = definition!;
    return {
      maxBytes,
      maxInflatedBytes,
      async verify(sent, inflated) {
        const check = (bytes: Buffer): Signed => verifySignature(request, how, bytes, clock());
        signatures.set(request, await verifyBody(check, sent, inflated));
      },
    };
  }

  /** Runs a signed request unless an identical one was done. @returns undefined if one was and may be repeated */
  async function once<Result>(
    stream: string,
    { fingerprint, ambiguous }: Signed,
    run: () => Promise<Result>,
  ): Promise<Result | undefined> {
    const key = `signature ${stream} ${fingerprint}`;
    if (inProgress.has(key)) {
      if (ambiguous === undefined) throw rejected(repeated);
      throw new Problem("conflict", "a request with the same body is in progress: try again when it has ended", {
        headers: { "retry-after": "1" },
      });
    }
    inProgress.add(key);
    try {
      const known = await store.idempotency.get(key);
      if (known !== undefined && known.at > clock() - limits.idempotencyTtl) {
        if (ambiguous === undefined) throw rejected(repeated);
        return undefined;
      }
      const result = await run();
      await store.idempotency.put({ key, fingerprint: "", status: 202, body: "", at: clock() });
      return result;
    } finally {
      inProgress.delete(key);
    }
  }

  app.post("/collect/:stream", {
    config: {
      scope: "collect",
      signed,
      idempotent: true,
      maxBytes: limits.bulk,
      shape: "payloads",
    },
    schema: {
      tags: ["collection"],
      operationId: "collect",
      summary:
        "Collect events: a JSON object, an array of objects, one object per line, or a form. Responds once they are on disk",
      description:
        "A request without an API key has to be signed as the stream's `verify` requires. An event that matches no profile is kept " +
        "with its `problem`. An event whose key (the stream's `key`, or the id in the signature) was received before is a `duplicate`; " +
        "so is a body with the same HMAC signature within a day, if the signature covers no timestamp. " +
        "A signed body may have 1 MiB as sent, or the stream's `maxBytes`. A sender who may not merge profiles (see the stream's " +
        "`identity`) and has no key with the scope `read` receives `accepted` only, so that responses do not reveal who is known.",
      consumes: ["application/json", "application/x-ndjson", "application/x-www-form-urlencoded"],
      security: [{ key: ["collect"] }, {}],
      params,
      body: payloads,
      response: responses(
        { 202: z.object({ results: z.array(collectResult) as z.ZodType<readonly CollectResult[]> }) },
        ...bodyStatuses,
        404,
        409,
        414,
        422,
      ),
    },
    handler: async (request, reply) => {
      const { stream } = request.params;
      const definition = await streamOf(stream);
      if (definition === undefined) {
        throw new Problem("not-found", `no stream ${stream}: define it under streams first`);
      }
      const found = signatures.get(request);
      const keys = keysOf(definition, found, request.body.length);
      const signed = found !== undefined;
      const mayRead =
        identityModeOf(definition, signed) === "merge" || request.apiKey?.scopes.includes("read") === true;
      const collect = () => engine.collect(stream, request.body, { keys, signed });
      const results = signed ? await once(stream, found, collect) : await collect();
      if (results === undefined) {
        return reply.code(202).send({ results: request.body.map(() => resultFor({ duplicate: true }, mayRead)) });
      }
      return reply.code(202).send({ results: results.map((one) => resultFor(one, mayRead)) });
    },
  });
}

/** Removes from the result what depends on who is known, unless the sender may read. */
function resultFor({ confidential, ...result }: Collected, mayRead: boolean): CollectResult {
  if (mayRead) return result;
  const { problem } = result;
  return { accepted: true, ...(problem !== undefined && confidential !== true && { problem }) };
}

/** Returns keys for the events, from the id in the signature, if the stream does not define `key`. */
function keysOf({ key, verify }: StreamDefinition, found: Signed | undefined, count: number): string[] | undefined {
  if (key !== undefined || found?.id === undefined || !isStandard(verify)) return undefined;
  const id = found.id.length <= 200 ? found.id : createHash("sha256").update(found.id).digest("hex");
  return count === 1 ? [id] : Array.from({ length: count }, (_, i) => `${id}/${i}`);
}

const isStandard = (verify: Inbound | undefined): boolean => verify !== undefined && "standard" in verify;
