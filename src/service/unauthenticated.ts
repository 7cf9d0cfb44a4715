import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ServiceLimits } from "./options.ts";
import { Problem } from "./problem.ts";

/** Counts the 4xx answers to callers without a valid key or signature, by address: IPv6 addresses of one /64 are one. */
export interface UnauthenticatedLimit {
  /** @throws Problem 429, once the address has too many */
  check(address: string | undefined): Promise<void>;
  /** Counts one more. @returns what to answer instead, once there are too many */
  count(address: string | undefined): Promise<Problem | undefined>;
}

/** @param app has `@fastify/rate-limit` by the time it is asked */
export function limitUnauthenticated(
  app: FastifyInstance,
  { unauthenticated: { count, per } }: ServiceLimits,
): UnauthenticatedLimit {
  let limit: ReturnType<FastifyInstance["createRateLimit"]> | undefined;

  async function look(address: string | undefined, increment: boolean): Promise<Problem | undefined> {
    limit ??= app.createRateLimit({ max: count, timeWindow: per, ipv6Subnet: 64 });
    // The limiter reads nothing else, and a malformed request has nothing else. A closed connection has no address.
    const asker = { ip: address ?? "unknown", routeOptions: {} } as FastifyRequest;
    const found = await limit(asker, { increment });
    if (found.isAllowed || !(increment ? found.isExceeded : found.remaining <= 0)) return undefined;
    return tooMany(found.max, found.ttlInSeconds);
  }

  return {
    async check(address) {
      const problem = await look(address, false);
      if (problem !== undefined) throw problem;
    },
    count: (address) => look(address, true),
  };
}

export function tooMany(max: number, ttlInSeconds: number): Problem {
  const seconds = Math.max(1, ttlInSeconds);
  return new Problem("too-many-requests", `more than ${max} requests: ask again in ${seconds} s`, {
    headers: { "retry-after": `${seconds}` },
  });
}
