import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Json } from "../../base/json.ts";
import { maxPayloads } from "../../bodies/index.ts";
import { type Inbound, identityModeOf, type StreamDefinition } from "../../profiles/index.ts";
import type { Collected } from "../../triggers/index.ts";
import type { OfferedSignature } from "../access.ts";
import type { App } from "../app.ts";
import { declaredStreams } from "../declared.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { answers, bodied } from "../schemas.ts";
import { checkBody, checkSignature, isSigned, refused, type Signed } from "../signature.ts";

/** Returns what a sender is told of an event. */
type CollectResult = Omit<Collected, "confidential"> & { readonly accepted?: true | undefined };

const told: z.ZodType<CollectResult> = z.object({
  accepted: z.literal(true).optional().describe("All that is said to who may neither merge nor read."),
  id: z.string().optional().describe("The event's; absent if it is known."),
  profile: z.string().optional().describe("The profile that it went into."),
  duplicate: z.literal(true).optional(),
  problem: z.string().optional().describe("Why it went into no profile; it is kept all the same."),
  refused: z.array(z.string()).optional().describe("What of it was not taken, and why."),
}) as z.ZodType<CollectResult>;

const params = z.object({ stream: z.string().min(1).max(64) });

const payloads = z.custom<readonly Json[]>().meta({
  anyOf: [{ type: "object" }, { type: "array", items: { type: "object" }, maxItems: maxPayloads }],
  examples: [{ user: { email: "ada@example.com" }, order: 1815 }],
});

const repeated = "the same signed request came before";

/** Where third parties post what happened. */
export function collectRoutes(app: App, { engine, store, clock, limits }: RouteDeps): void {
  const streamOf = declaredStreams(store);
  const signatures = new WeakMap<FastifyRequest, Signed>();
  /** Requests whose like must not be taken in meanwhile. */
  const underWay = new Set<string>();

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
        const check = (bytes: Buffer): Signed => checkSignature(request, how, bytes, clock());
        signatures.set(request, await checkBody(check, sent, inflated));
      },
    };
  }

  /** Runs what a signed request asks for, unless it was done for the same one. @returns undefined if it was, and may be */
  async function once<Result>(
    stream: string,
    { once, mayRepeat }: Signed,
    run: () => Promise<Result>,
  ): Promise<Result | undefined> {
    const key = `signature ${stream} ${once}`;
    if (underWay.has(key)) {
      if (mayRepeat === undefined) throw refused(repeated);
      throw new Problem("conflict", "a request with the same body is under way: ask again when it has ended", {
        headers: { "retry-after": "1" },
      });
    }
    underWay.add(key);
    try {
      const known = await store.idempotency.get(key);
      if (known !== undefined && known.at > clock() - limits.idempotencyTtl) {
        if (mayRepeat === undefined) throw refused(repeated);
        return undefined;
      }
      const result = await run();
      await store.idempotency.put({ key, fingerprint: "", status: 202, body: "", at: clock() });
      return result;
    } finally {
      underWay.delete(key);
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
        "Take in what happened: a JSON object, an array of them, one a line, or a form. Answered when it is on disk",
      description:
        "Without a key, the request is signed as the stream's `verify` asks. What concerns nobody is kept, with its problem; " +
        "what came before, by the stream's key or the signature's id, is said to be a duplicate, and so is a body that an HMAC " +
        "without a timestamp signed within the last day. A signed body has at most 1 MiB as sent, or the stream's `maxBytes`. " +
        "Whoever may not merge (see the stream's `identity`) and has no key with the scope `read` is told `accepted` and nothing " +
        "that depends on who is known.",
      consumes: ["application/json", "application/x-ndjson", "application/x-www-form-urlencoded"],
      security: [{ key: ["collect"] }, {}],
      params,
      body: payloads,
      response: answers(
        { 202: z.object({ results: z.array(told) as z.ZodType<readonly CollectResult[]> }) },
        ...bodied,
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
        throw new Problem("not-found", `there is no stream ${stream}: declare it, then post to it`);
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

/** Returns the same answer whoever is known, with problems of the payload alone, to senders who must not learn who is known. */
function resultFor({ confidential, ...result }: Collected, mayRead: boolean): CollectResult {
  if (mayRead) return result;
  const { problem } = result;
  return { accepted: true, ...(problem !== undefined && confidential !== true && { problem }) };
}

/** What the sender calls the events, where the stream does not say it. */
function keysOf({ key, verify }: StreamDefinition, found: Signed | undefined, count: number): string[] | undefined {
  if (key !== undefined || found?.id === undefined || !isStandard(verify)) return undefined;
  const id = found.id.length <= 200 ? found.id : createHash("sha256").update(found.id).digest("hex");
  return count === 1 ? [id] : Array.from({ length: count }, (_, i) => `${id}/${i}`);
}

const isStandard = (verify: Inbound | undefined): boolean => verify !== undefined && "standard" in verify;
