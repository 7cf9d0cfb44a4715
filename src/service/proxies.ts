import type { FastifyInstance } from "fastify";
import ipaddr from "ipaddr.js";
import type { ServiceOptions } from "./options.ts";

/** Says what to do: behind a proxy that is not declared all requests have its address, so one faulty sender gets all of them limited. */
const advice =
  "name the addresses of your proxies in serve.trustedProxies, so that their X-Forwarded-For is believed and callers without a " +
  "key are each limited by their own address";

/** Lists the ranges of addresses of this machine and of private networks. */
const ownRanges = ["loopback", "private", "uniqueLocal", "linkLocal", "carrierGradeNat"];

/**
 * Warns of proxies that seem to be there and are not declared: once of those within our own network, and once of others, since
 * anybody can send such a header, and must not fill the log with it. Addresses of others are not logged.
 */
export function watchProxies(
  app: FastifyInstance,
  { log, trustedProxies }: Pick<ServiceOptions, "log" | "trustedProxies">,
): void {
  const warned = new Set<string>();
  const warn = (of: string, about: object, message: string): void => {
    if (warned.has(of)) return;
    warned.add(of);
    log?.warn(about, `${message}: ${advice}`);
  };

  app.addHook("onRequest", async ({ headers, ips, socket: { remoteAddress: address } }) => {
    const isForwarded = headers["x-forwarded-for"] !== undefined;
    if ((!isForwarded && headers.forwarded === undefined) || address === undefined) return;
    // A header that is believed comes with the addresses behind it.
    if (ips !== undefined && ips.length > 1) return;
    const header = isForwarded ? "X-Forwarded-For" : "Forwarded";
    if (isOwn(address))
      warn("own", { address, trustedProxies }, `the header ${header} of a request from ${address} was ignored`);
    else
      warn("other", { trustedProxies }, `the header ${header} of a request was ignored; if a proxy of yours sent it`);
  });
  app.addHook("onResponse", async ({ apiKey, ip: address }, { statusCode }) => {
    if (statusCode !== 429 || apiKey !== undefined || address === undefined || !isOwn(address)) return;
    const message = `all requests without a key that come from ${address} are limited as one; if it is a proxy`;
    warn("limited", { address, trustedProxies }, message);
  });
}

/** Warns at start of a service on a loopback address, which only a proxy on this machine makes public. An empty list of proxies says that there is none. */
export function warnOfLoopback(
  address: string,
  { log, trustedProxies }: Pick<ServiceOptions, "log" | "trustedProxies">,
): void {
  if (trustedProxies !== undefined || rangeOf(address) !== "loopback") return;
  log?.warn(
    { address },
    `${address} can only be reached from this machine; if a proxy on it forwards requests: ${advice}; write [] if there is none`,
  );
}

const isOwn = (address: string): boolean => ownRanges.includes(rangeOf(address));

function rangeOf(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).range() : "unknown";
}
