import { lookup } from "node:dns/promises";
import { isIP, type Socket } from "node:net";
import { type Block, blockOf, refusal } from "./address.ts";
import { canonicalHost, isListed, listedHost } from "./host.ts";
import { open, within } from "./open.ts";
import { proxyOf, tunnel } from "./tunnel.ts";

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** What a channel may connect to. Without any: every host and port, if all of its addresses are public ones. */
export interface GuardPolicy {
  /** Addresses and CIDR blocks that may be connected to though they are not public. @default none */
  readonly allow?: readonly string[] | undefined;
  /** If given, only these hosts: names, `*.example.com` for all below it, addresses. Their addresses are checked as well. */
  readonly hosts?: readonly string[] | undefined;
  /** If given, only these ports. */
  readonly ports?: readonly number[] | undefined;
  /**
   * `http://` or `https://` URL of a proxy that all connections go through, by CONNECT. It then resolves the names, so it
   * has to check their addresses (as Smokescreen does); the proxy's own address is the operator's choice and not checked.
   */
  readonly proxy?: string | undefined;
  /** @default the system's resolver */
  readonly resolve?: Resolve | undefined;
}

export interface Target {
  /** Name or address, IPv6 with brackets or without. */
  readonly host: string;
  readonly port: number;
  /** Ends the attempt to connect; a connection that is there stays. */
  readonly signal?: AbortSignal | undefined;
  /** ms for resolving and connecting. @default 10 s */
  readonly timeout?: number | undefined;
}

export interface Guard {
  /**
   * What can be told without asking the network: the host, the port, an address as a host.
   * @returns the host as it would be looked up
   * @throws GuardError
   */
  check(host: string, port: number): string;
  /**
   * Resolves once, checks every address, connects to those that were checked. One refused address refuses the host.
   * @returns a connected socket; TLS is the caller's
   * @throws GuardError; the error of resolving or connecting; with `code` ETIMEDOUT when it took too long
   */
  connect(target: Target): Promise<Socket>;
}

/** Which rule refused: a host that is none or not listed, a port not listed, an address, the egress proxy. */
export type GuardRule = "host" | "port" | "address" | "proxy";

/** A connection that the guard does not let happen: trying again will not help. */
export class GuardError extends Error {
  override readonly name = "GuardError";
  readonly code = "ERR_GUARD";
  readonly rule: GuardRule;
  readonly host: string;
  /** The refused one, if it was an address. */
  readonly address: string | undefined;

  constructor(rule: GuardRule, host: string, message: string, address?: string) {
    super(message);
    this.rule = rule;
    this.host = host;
    this.address = address;
  }
}

const systemResolve: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** One guard for every host that a profile, a template or a configuration can name. Throws TypeError for a bad policy. */
export function createGuard(policy: GuardPolicy = {}): Guard {
  const allowed = (policy.allow ?? []).map(blockOf);
  const hosts = policy.hosts?.map(listedHost);
  const proxy = policy.proxy === undefined ? undefined : proxyOf(policy.proxy);
  const { ports, resolve = systemResolve } = policy;

  const check = (text: string, port: number): string => {
    const host = canonicalHost(text);
    const shown = JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
    if (host === undefined) throw new GuardError("host", text, `${shown} is not a host`);
    if (hosts !== undefined && !isListed(host, hosts)) {
      throw new GuardError("host", host, `${host} is not one of the hosts let through; to allow it, add it to hosts`);
    }
    if (ports !== undefined && !ports.includes(port)) {
      throw new GuardError("port", host, `port ${port} of ${host} is not let through; to allow it, add it to ports`);
    }
    if (isIP(host) !== 0) checkAddress(host, host, allowed);
    return host;
  };

  return {
    check,
    async connect({ host: text, port, signal, timeout = 10_000 }) {
      const host = check(text, port);
      return within(timeout, signal, `connecting to ${host}:${port}`, async (stop) => {
        if (proxy !== undefined) {
          const { socket, status, line } = await tunnel(proxy, host, port, stop);
          if (socket !== undefined) return socket;
          const message = `the egress proxy answered ${line} for ${host}:${port}`;
          if (status === 403) throw new GuardError("proxy", host, message);
          throw Object.assign(new Error(message), { code: "ERR_PROXY" });
        }
        const addresses = isIP(host) === 0 ? await resolve(host) : [host];
        stop.throwIfAborted();
        if (addresses.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" });
        for (const address of addresses) checkAddress(host, address, allowed);
        return open(host, addresses, port, stop);
      });
    },
  };
}

function checkAddress(host: string, address: string, allowed: readonly Block[]): void {
  const why = refusal(address, allowed);
  if (why === undefined) return;
  const subject = host === address ? `${address} is ${why}` : `${host} resolves to ${address}, ${why}`;
  throw new GuardError("address", host, `${subject}; to allow it, add "${address}" to allow`, address);
}
