import { lookup } from "node:dns/promises";
import { isIP, type Socket } from "node:net";
import { type Block, parseBlock, refusalReason } from "./address.ts";
import { connectToAny, withTimeout } from "./connect.ts";
import { canonicalHost, matchesPattern, parseHostPattern } from "./host.ts";
import { openTunnel, parseProxy } from "./tunnel.ts";

/** Returns all addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Configures what a channel may connect to. By default: every host and port, if all addresses of the host are public. */
export interface GuardPolicy {
  /** Addresses and CIDR blocks that may be connected to although they are not public. @default none */
  readonly allow?: readonly string[] | undefined;
  /**
   * Permits these hosts only: names, addresses, `*.example.com` for all hosts below `example.com`. Their addresses are checked as well.
   * @default all
   */
  readonly hosts?: readonly string[] | undefined;
  /** Permits these ports only. @default all */
  readonly ports?: readonly number[] | undefined;
  /**
   * `http://` or `https://` URL of a proxy that all connections go through, by CONNECT. The proxy resolves the names, so it has to
   * check their addresses (as Smokescreen does); the proxy's own address is the operator's choice and is not checked.
   */
  readonly proxy?: string | undefined;
  /** @default the system's resolver */
  readonly resolve?: Resolve | undefined;
}

export interface ConnectTarget {
  /** Name or address; IPv6 with or without brackets. */
  readonly host: string;
  readonly port: number;
  /** Aborts connecting; an established connection stays. */
  readonly signal?: AbortSignal | undefined;
  /** ms for resolving and connecting. @default 10 s */
  readonly timeout?: number | undefined;
}

export interface Guard {
  /**
   * Checks what can be checked without the network: the host, the port, an address given as the host.
   * @returns the host in the form in which it is looked up
   * @throws GuardError
   */
  check(host: string, port: number): string;
  /**
   * Resolves the host once, checks every address, and connects to the checked addresses. One refused address refuses the host.
   * @returns a connected socket; TLS is up to the caller
   * @throws GuardError; the error of resolving or connecting; with `code` ETIMEDOUT when it took too long
   */
  connect(target: ConnectTarget): Promise<Socket>;
}

/** Names the rule that refused: an invalid or unlisted host, an unlisted port, an address, the egress proxy. */
export type GuardRule = "host" | "port" | "address" | "proxy";

/** Reports a connection that the guard refuses: a retry will not help. */
export class GuardError extends Error {
  override readonly name = "GuardError";
  readonly code = "ERR_GUARD";
  readonly rule: GuardRule;
  readonly host: string;
  /** The refused address, if the rule is `address`. */
  readonly address: string | undefined;

  constructor(rule: GuardRule, host: string, message: string, address?: string) {
    super(message);
    this.rule = rule;
    this.host = host;
    this.address = address;
  }
}

const systemResolve: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** Creates a guard for every host that a profile, a template or a configuration can name. Throws TypeError for an invalid policy. */
export function createGuard(policy: GuardPolicy = {}): Guard {
  const allowed = (policy.allow ?? []).map(parseBlock);
  const hosts = policy.hosts?.map(parseHostPattern);
  const proxy = policy.proxy === undefined ? undefined : parseProxy(policy.proxy);
  const { ports, resolve = systemResolve } = policy;

  const check = (text: string, port: number): string => {
    const host = canonicalHost(text);
    const shown = JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
    if (host === undefined) throw new GuardError("host", text, `${shown} is not a host`);
    if (hosts !== undefined && !matchesPattern(host, hosts)) {
      throw new GuardError(
        "host",
        host,
        `${host} is not in the list of permitted hosts; to permit it, add it under guard.hosts`,
      );
    }
    if (ports !== undefined && !ports.includes(port)) {
      throw new GuardError(
        "port",
        host,
        `port ${port} of ${host} is not in the list of permitted ports; to permit it, add it under guard.ports`,
      );
    }
    if (isIP(host) !== 0) checkAddress(host, host, allowed);
    return host;
  };

  return {
    check,
    async connect({ host: text, port, signal, timeout = 10_000 }) {
      const host = check(text, port);
      return withTimeout(timeout, signal, `connecting to ${host}:${port}`, async (stop) => {
        if (proxy !== undefined) {
          const { socket, status, statusLine } = await openTunnel(proxy, host, port, stop);
          if (socket !== undefined) return socket;
          const message = `the egress proxy answered ${statusLine} for ${host}:${port}`;
          if (status === 403) throw new GuardError("proxy", host, message);
          throw Object.assign(new Error(message), { code: "ERR_PROXY" });
        }
        const addresses = isIP(host) === 0 ? await resolve(host) : [host];
        stop.throwIfAborted();
        if (addresses.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" });
        for (const address of addresses) checkAddress(host, address, allowed);
        return connectToAny(host, addresses, port, stop);
      });
    },
  };
}

function checkAddress(host: string, address: string, allowed: readonly Block[]): void {
  const reason = refusalReason(address, allowed);
  if (reason === undefined) return;
  const problem = host === address ? `${address} is ${reason}` : `${host} resolves to ${address}, ${reason}`;
  const advice = `which is blocked by default; to permit it, add "${address}" under guard.allow`;
  throw new GuardError("address", host, `${problem}, ${advice}`, address);
}
