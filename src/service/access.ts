import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApiKey, EngineStore, Scope } from "../store/index.ts";
import { hashOf, opens } from "./keys.ts";
import type { RouteDeps } from "./options.ts";
import { Problem } from "./problem.ts";
import { tooMany, type UnauthenticatedLimit } from "./unauthenticated.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Absent where none is needed, or a signature stands for it. */
    apiKey?: ApiKey;
    /** Holds the signature until it is verified. */
    signature?: OfferedSignature;
    /** Names the key or stream that its rate is counted by: set once the caller is authenticated. */
    counted?: string;
    /** Its client's, from when it came in. */
    address?: string;
  }
  interface FastifyContextConfig {
    /** What a key has to open. Every route under /v1 has one. */
    readonly scope?: Scope;
    /** The signature of a request, from its headers alone, where one will do instead of a key; undefined if there is none. */
    readonly signed?: (request: FastifyRequest) => Promise<OfferedSignature | undefined>;
  }
}

/** A signature of which nothing is known but that it is there. */
export interface OfferedSignature {
  /** Bytes of the body as it is sent, without a key. */
  readonly maxBytes: number;
  /** Bytes of the body without its encoding, if it was signed before it was encoded. */
  readonly maxInflatedBytes: number;
  /**
   * @param inflated the body without its encoding, if it has one
   * @throws Problem 401
   */
  verify(sent: Buffer, inflated: (() => Promise<Buffer>) | undefined): Promise<void>;
}

/** Keys, signatures and rates, for all routes of `app`: all from the headers, before a body is read. */
export function guardAccess(
  app: FastifyInstance,
  { store, limits }: RouteDeps,
  unauthenticated: UnauthenticatedLimit,
): void {
  const ofKey = app.createRateLimit({
    max: limits.rate.count,
    timeWindow: limits.rate.per,
    keyGenerator: ({ counted }) => counted ?? "",
  });

  async function countOwn(request: FastifyRequest): Promise<void> {
    const found = await ofKey(request);
    if (!found.isAllowed && found.isExceeded) throw tooMany(found.max, found.ttlInSeconds);
  }

  app.addHook("onRoute", ({ url, config }) => {
    if (config?.scope === undefined) throw new TypeError(`${url} has no scope`);
  });

  app.addHook("onRequest", async (request) => {
    const { scope, signed } = request.routeOptions.config;
    const { authorization } = request.headers;
    if (authorization === undefined) {
      await unauthenticated.check(request.address);
      const offered = await signed?.(request);
      if (offered === undefined) {
        const how = signed === undefined ? "" : "sign the request as the stream asks, or ";
        throw unauthorized(`${how}send an API key with the scope ${scope}`);
      }
      request.signature = counting(request, offered);
      return;
    }
    const key = await keyOf(store, authorization);
    if (key === undefined) {
      await unauthenticated.check(request.address);
      throw unauthorized("this is no API key, or one that was revoked: send one that is valid");
    }
    request.apiKey = key;
    request.counted = key.id;
    await countOwn(request);
    if (!opens(key, scope!)) {
      const has = key.scopes.join(", ");
      throw new Problem("forbidden", `this needs a key with the scope ${scope}; this one has ${has}: use another`);
    }
    const offered = await signed?.(request);
    if (offered !== undefined) request.signature = counting(request, offered);
  });

  // What has no body came past whatever reads bodies.
  app.addHook("preValidation", async ({ signature }) => signature?.verify(Buffer.alloc(0), undefined));

  /** Verifies it once, and counts whom it is of. */
  function counting(request: FastifyRequest, offered: OfferedSignature): OfferedSignature {
    return {
      ...offered,
      async verify(sent, inflated) {
        await offered.verify(sent, inflated);
        delete request.signature;
        if (request.counted !== undefined) return;
        request.counted = `stream ${(request.params as { readonly stream: string }).stream}`;
        await countOwn(request);
      },
    };
  }
}

/** Finds a key that holds. @param authorization the header */
export async function keyOf(
  { keys }: Pick<EngineStore, "keys">,
  authorization: string | undefined,
): Promise<ApiKey | undefined> {
  const [, secret] = /^Bearer +(tocsin_[\w-]{1,100})$/i.exec(authorization ?? "") ?? [];
  if (secret === undefined) return undefined;
  const key = await keys.byHash(hashOf(secret));
  return key?.revokedAt === undefined ? key : undefined;
}

/** @param detail what to do */
export const unauthorized = (detail: string): Problem =>
  new Problem("unauthorized", `${detail}, as Authorization: Bearer tocsin_…`, {
    headers: { "www-authenticate": 'Bearer realm="tocsin"' },
  });
