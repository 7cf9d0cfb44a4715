import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ServiceLimits } from "./options.ts";
import { Problem } from "./problem.ts";

/** Counts the 4xx responses to callers without a valid key or signature by address; IPv6 addresses of one /64 count as one. */
export interface UnauthenticatedLimit {
  /** Checks an address. @throws Problem 429 once it has too many */
  check(address: string | undefined): Promise<void>;
  /** Counts one more response. @returns the problem to respond with instead once there are too many */
  count(address: string | undefined): Promise<Problem | undefined>;
}

/** Creates the limit. @param app has `@fastify/rate-limit` registered before the first request */
export function limitUnauthenticated(
  app: FastifyInstance,
  { unauthenticated: { count, per } }: ServiceLimits,
): UnauthenticatedLimit {
  let limit: ReturnType<FastifyInstance["createRateLimit"]> | undefined;

  async function use(address: string | undefined, increment: boolean): Promise<Problem | undefined> {
    limit ??= app.createRateLimit({ max: count, timeWindow: per, ipv6Subnet: 64 });
    // The limiter reads nothing else, and a malformed request has nothing else. A closed connection has no address.
    const caller = { ip: address ?? "unknown", routeOptions: {} } as FastifyRequest;
    const usage = await limit(caller, { increment });
    if (usage.isAllowed || !(increment ? usage.isExceeded : usage.remaining <= 0)) return undefined;
    return tooMany(usage.max, usage.ttlInSeconds);
  }

  return {
    async check(address) {
      const problem = await use(address, false);
      if (problem !== undefined) throw problem;
    },
    count: (address) => use(address, true),
  };
}

/** Creates a 429. */
export function tooMany(max: number, ttlInSeconds: number): Problem {
  const seconds = Math.max(1, ttlInSeconds);
  return new Problem("too-many-requests", `more than ${max} requests: try again in ${seconds} s`, {
    headers: { "retry-after": `${seconds}` },
  });
}
