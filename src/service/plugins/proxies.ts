import type { FastifyInstance } from "fastify";
import { fastifyPlugin } from "fastify-plugin";
import ipaddr from "ipaddr.js";
import type { ServiceOptions } from "../options.ts";

/** Ends every warning: behind an undeclared proxy all requests have its address, so one faulty sender gets all of them limited. */
const advice =
  "list the addresses of your proxies in serve.trustedProxies, so that their X-Forwarded-For is trusted and callers without a " +
  "key are each limited by their own address";

/** Lists the ranges of addresses of this machine and of private networks. */
const ownRanges = ["loopback", "private", "uniqueLocal", "linkLocal", "carrierGradeNat"];

/**
 * Warns of proxies that seem to exist and are not declared: once for our own network, and once for all others, because anybody can
 * send such a header and must not fill the log with it. Addresses of others are not logged.
 */
export const proxyWarnings = fastifyPlugin(
  async (
    app: FastifyInstance,
    { log, trustedProxies }: Pick<ServiceOptions, "log" | "trustedProxies">,
  ): Promise<void> => {
    const warned = new Set<string>();
    const warn = (kind: string, about: object, message: string): void => {
      if (warned.has(kind)) return;
      warned.add(kind);
      log?.warn(about, `${message}: ${advice}`);
    };

    app.addHook("onRequest", async ({ headers, ips, socket: { remoteAddress: address } }) => {
      const isForwarded = headers["x-forwarded-for"] !== undefined;
      if ((!isForwarded && headers.forwarded === undefined) || address === undefined) return;
      // Fastify adds the addresses of a trusted header to `ips`.
      if (ips !== undefined && ips.length > 1) return;
      const header = isForwarded ? "X-Forwarded-For" : "Forwarded";
      if (isOwn(address))
        warn("own", { address, trustedProxies }, `ignored the header ${header} of a request from ${address}`);
      else
        warn("other", { trustedProxies }, `ignored the header ${header} of a request; if one of your proxies sent it`);
    });
    app.addHook("onResponse", async ({ apiKey, ip: address }, { statusCode }) => {
      if (statusCode !== 429 || apiKey !== undefined || address === undefined || !isOwn(address)) return;
      const message = `all requests without a key from ${address} share one rate limit; if it is a proxy`;
      warn("limited", { address, trustedProxies }, message);
    });
  },
);

/** Warns when a service listens on a loopback address only, which a proxy may make public. An empty list of proxies says that there is none. */
export function warnOfLoopback(
  address: string,
  { log, trustedProxies }: Pick<ServiceOptions, "log" | "trustedProxies">,
): void {
  if (trustedProxies !== undefined || rangeOf(address) !== "loopback") return;
  log?.warn(
    { address },
    `${address} can be reached from this machine only; if a proxy on it forwards requests: ${advice}; if there is none, write []`,
  );
}

const isOwn = (address: string): boolean => ownRanges.includes(rangeOf(address));

function rangeOf(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).range() : "unknown";
}
