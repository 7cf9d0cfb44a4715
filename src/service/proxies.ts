import type { FastifyInstance } from "fastify";
import ipaddr from "ipaddr.js";
import type { ServiceOptions } from "./options.ts";

/** Behind a proxy that is not declared, all requests come from its address: one stranger who is limited limits them all. */
const advice =
  "name the addresses of your proxies in serve.proxies, so that their X-Forwarded-For is believed and strangers are " +
  "limited each by their own address";

/** Of addresses within a machine or a network of ours. */
const ownRanges = ["loopback", "private", "uniqueLocal", "linkLocal", "carrierGradeNat"];

/**
 * Warns of proxies that seem to be there and are not declared: once of those within our own network, and once of others, since
 * anybody can send such a header, and must not fill the log with it. Who is not of ours is not named.
 */
export function watchProxies(app: FastifyInstance, { log, proxies }: Pick<ServiceOptions, "log" | "proxies">): void {
  const warned = new Set<string>();
  const warn = (of: string, about: object, message: string): void => {
    if (warned.has(of)) return;
    warned.add(of);
    log?.warn(about, `${message}: ${advice}`);
  };

  app.addHook("onRequest", async ({ headers, ips, socket: { remoteAddress: address } }) => {
    const isForwarded = headers["x-forwarded-for"] !== undefined;
    if ((!isForwarded && headers.forwarded === undefined) || address === undefined) return;
    // One that is believed comes with the addresses behind it.
    if (ips !== undefined && ips.length > 1) return;
    const header = isForwarded ? "X-Forwarded-For" : "Forwarded";
    if (isOwn(address)) warn("own", { address, proxies }, `${header} of a request from ${address} is not believed`);
    else warn("other", { proxies }, `${header} of a request is not believed; if a proxy of yours passed it on`);
  });
  app.addHook("onResponse", async ({ apiKey, ip: address }, { statusCode }) => {
    if (statusCode !== 429 || apiKey !== undefined || address === undefined || !isOwn(address)) return;
    const message = `all requests without a key that come from ${address} are limited as one; if it is a proxy`;
    warn("limited", { address, proxies }, message);
  });
}

/** Says at start what nobody but a proxy on this machine can make use of. An empty list of proxies says that there is none. */
export function warnOfLoopback(address: string, { log, proxies }: Pick<ServiceOptions, "log" | "proxies">): void {
  if (proxies !== undefined || rangeOf(address) !== "loopback") return;
  log?.warn(
    { address },
    `${address} is reached from this machine alone; if a proxy on it passes requests on: ${advice}, or say [] if there is none`,
  );
}

const isOwn = (address: string): boolean => ownRanges.includes(rangeOf(address));

function rangeOf(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).range() : "unknown";
}
