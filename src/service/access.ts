import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApiKey, Scope } from "../triggers/index.ts";
import { hashOf, opens } from "./keys.ts";
import type { Surroundings } from "./options.ts";
import { Problem } from "./problem.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Absent where none is needed, or a signature stands for it. */
    apiKey?: ApiKey;
    /** What its rate is counted by. */
    counted?: string;
  }
  interface FastifyContextConfig {
    /** What a key has to open. Every route under /v1 has one. */
    readonly scope?: Scope;
    /** Without a key, whether a signature will do, once the body is there; if not it throws. */
    readonly signed?: (request: FastifyRequest) => Promise<void>;
  }
}

/** Keys, signatures and rates, for all routes of `app`. */
export function guardAccess(app: FastifyInstance, { store, limits }: Surroundings): void {
  const ofKey = app.createRateLimit({
    max: limits.rate.count,
    timeWindow: limits.rate.per,
    keyGenerator: ({ counted }) => counted ?? "",
  });
  const ofAddress = app.createRateLimit({
    max: limits.strangers.count,
    timeWindow: limits.strangers.per,
    keyGenerator: ({ ip }) => ip,
    ipv6Subnet: 64,
  });

  async function count(request: FastifyRequest, by: typeof ofKey, increment = true): Promise<void> {
    const found = await by(request, { increment });
    if (found.isAllowed || !(increment ? found.isExceeded : found.remaining <= 0)) return;
    const seconds = Math.max(1, found.ttlInSeconds);
    throw new Problem("too-many-requests", `more than ${found.max} requests: ask again in ${seconds} s`, {
      headers: { "retry-after": `${seconds}` },
    });
  }

  /** Who gets it wrong too often is not even told so. */
  async function refuse(request: FastifyRequest, problem: Problem): Promise<never> {
    await count(request, ofAddress);
    throw problem;
  }

  app.addHook("onRoute", ({ url, config }) => {
    if (config?.scope === undefined) throw new TypeError(`${url} has no scope`);
  });

  app.addHook("onRequest", async (request) => {
    const { scope, signed } = request.routeOptions.config;
    const { authorization } = request.headers;
    if (authorization === undefined) {
      if (signed === undefined) return refuse(request, strangers(`send an API key with the scope ${scope}`));
      return count(request, ofAddress, false);
    }
    const key = await keyOf(authorization);
    if (key === undefined) {
      return refuse(request, strangers("this is no API key, or one that was revoked: send one that is valid"));
    }
    request.apiKey = key;
    request.counted = key.id;
    await count(request, ofKey);
    if (!opens(key, scope!)) {
      const has = key.scopes.join(", ");
      throw new Problem("forbidden", `this needs a key with the scope ${scope}; this one has ${has}: use another`);
    }
  });

  app.addHook("preValidation", async (request) => {
    const { signed } = request.routeOptions.config;
    if (signed === undefined) return;
    try {
      await signed(request);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return refuse(request, error);
      throw error;
    }
    if (request.apiKey === undefined) await count(request, ofKey);
  });

  async function keyOf(authorization: string): Promise<ApiKey | undefined> {
    const [, secret] = /^Bearer +(tocsin_[\w-]{1,100})$/i.exec(authorization) ?? [];
    if (secret === undefined) return undefined;
    const key = await store.keys.byHash(hashOf(secret));
    return key?.revokedAt === undefined ? key : undefined;
  }
}

/** @param detail what to do */
export const strangers = (detail: string): Problem =>
  new Problem("unauthorized", `${detail}, as Authorization: Bearer tocsin_…`, {
    headers: { "www-authenticate": 'Bearer realm="tocsin"' },
  });
