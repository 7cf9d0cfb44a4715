import type { FastifyInstance, FastifyRequest } from "fastify";
import { fastifyPlugin } from "fastify-plugin";
import type { ApiKey, EngineStore, Scope } from "../../store/index.ts";
import { allows, hashOf } from "../keys.ts";
import type { RouteDeps } from "../options.ts";
import { Problem } from "../problem.ts";
import { tooMany, type UnauthenticatedLimit } from "../unauthenticated-limit.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Absent on public routes, and if the request is signed instead. */
    apiKey?: ApiKey;
    /** Holds the signature until it is verified. */
    signature?: OfferedSignature;
    /** Names the key or stream that the request's rate is counted by. Set once the caller is authenticated. */
    rateLimitKey?: string;
    /** The client's address when the request arrived: the socket may have lost it by the response. */
    address?: string;
  }
  interface FastifyContextConfig {
    /** Scope that the key must have. Every route under /v1 names one. */
    readonly scope?: Scope;
    /** Finds the signature of a request in its headers, on routes that accept one instead of a key; undefined if there is none. */
    readonly signed?: (request: FastifyRequest) => Promise<OfferedSignature | undefined>;
  }
}

/** Represents a signature that is present and not verified yet. */
export interface OfferedSignature {
  /** Maximum bytes of the body as sent, without a key. */
  readonly maxBytes: number;
  /** Maximum bytes of the decoded body, if the sender signed it before encoding it. */
  readonly maxInflatedBytes: number;
  /**
   * Verifies the signature.
   * @param inflated decodes the body, if it has an encoding
   * @throws Problem 401
   */
  verify(sent: Buffer, inflated: (() => Promise<Buffer>) | undefined): Promise<void>;
}

export interface AccessOptions extends Pick<RouteDeps, "store" | "limits"> {
  readonly unauthenticated: UnauthenticatedLimit;
}

/** Authenticates and rate-limits requests by key or signature, from their headers alone: before a body is read. */
export const access = fastifyPlugin(
  async (app: FastifyInstance, { store, limits, unauthenticated }: AccessOptions): Promise<void> => {
    const keyRate = app.createRateLimit({
      max: limits.rate.count,
      timeWindow: limits.rate.per,
      keyGenerator: ({ rateLimitKey }) => rateLimitKey ?? "",
    });

    async function countRequest(request: FastifyRequest): Promise<void> {
      const usage = await keyRate(request);
      if (!usage.isAllowed && usage.isExceeded) throw tooMany(usage.max, usage.ttlInSeconds);
    }

    app.addHook("onRoute", ({ url, config, schema }) => {
      if (config?.scope === undefined) throw new TypeError(`${url} has no scope`);
      if (schema !== undefined) schema.security ??= [{ key: [config.scope] }];
    });

    app.addHook("onRequest", async (request) => {
      const { scope, signed } = request.routeOptions.config;
      const { authorization } = request.headers;
      if (authorization === undefined) {
        await unauthenticated.check(request.address);
        const signature = await signed?.(request);
        if (signature === undefined) {
          const alternative = signed === undefined ? "" : "sign the request as the stream requires, or ";
          throw unauthorized(`${alternative}send an API key with the scope ${scope}`);
        }
        request.signature = countedOnce(request, signature);
        return;
      }
      const key = await findKey(store, authorization);
      if (key === undefined) {
        await unauthenticated.check(request.address);
        throw unauthorized("unknown or revoked API key: send a valid one");
      }
      request.apiKey = key;
      request.rateLimitKey = key.id;
      await countRequest(request);
      if (!allows(key, scope!)) {
        const scopes = key.scopes.join(", ");
        throw new Problem("forbidden", `this needs an API key with the scope ${scope}; this key has ${scopes}`);
      }
      const signature = await signed?.(request);
      if (signature !== undefined) request.signature = countedOnce(request, signature);
    });

    // A request with a body is verified where the body is read.
    app.addHook("preValidation", async ({ signature }) => signature?.verify(Buffer.alloc(0), undefined));

    /** Makes a signature be verified once, and then count against its stream's rate unless a key counts already. */
    function countedOnce(request: FastifyRequest, signature: OfferedSignature): OfferedSignature {
      return {
        ...signature,
        async verify(sent, inflated) {
          await signature.verify(sent, inflated);
          delete request.signature;
          if (request.rateLimitKey !== undefined) return;
          request.rateLimitKey = `stream ${(request.params as { readonly stream: string }).stream}`;
          await countRequest(request);
        },
      };
    }
  },
);

/** Finds the active key that a header names. @param authorization the header */
export async function findKey(
  { keys }: Pick<EngineStore, "keys">,
  authorization: string | undefined,
): Promise<ApiKey | undefined> {
  const [, secret] = /^Bearer +(tocsin_[\w-]{1,100})$/i.exec(authorization ?? "") ?? [];
  if (secret === undefined) return undefined;
  const key = await keys.byHash(hashOf(secret));
  return key?.revokedAt === undefined ? key : undefined;
}

/** Creates a 401. @param detail what to do */
export const unauthorized = (detail: string): Problem =>
  new Problem("unauthorized", `${detail}, as Authorization: Bearer tocsin_…`, {
    headers: { "www-authenticate": 'Bearer realm="tocsin"' },
  });
