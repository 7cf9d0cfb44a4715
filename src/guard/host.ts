import { isIP } from "node:net";
import { domainToASCII } from "node:url";

/** What `domainToASCII` would drop, or take for the end of the host. */
const foreign = /[\p{Cc}\p{Zs}\p{Cf}/\\?#@:]/u;

/** Letters, digits, hyphen and dot (RFC 1123), and the underscore that names in use have. */
const name = /^[a-z0-9._-]{1,254}$/;

/**
 * A host as it is looked up: lower case, in ASCII, IPv6 without brackets, every notation of an IPv4 address (`0x7f.1`,
 * `2130706433`, `①②⑦.1`) as four decimals, as the WHATWG URL standard reads it. Nothing for what is no host.
 */
export function canonicalHost(text: string): string | undefined {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (isIP(bare) === 6) return bare.includes("%") ? undefined : new URL(`http://[${bare}]`).hostname.slice(1, -1);
  if (foreign.test(text)) return undefined;
  const ascii = domainToASCII(text);
  if (!name.test(ascii)) return undefined;
  return withoutDot(ascii).split(".").includes("") ? undefined : ascii;
}

/** `example.com.` and `example.com` are one name. */
const withoutDot = (host: string): string => (host.endsWith(".") ? host.slice(0, -1) : host);

/** Whether a canonical host is one of a list of hosts; `*.example.com` stands for all below `example.com`. */
export function isListed(host: string, list: readonly string[]): boolean {
  const bare = withoutDot(host);
  return list.some((one) => (one.startsWith("*.") ? bare.endsWith(one.slice(1)) : bare === one));
}

/** As `isListed` takes it. Throws TypeError for what is no host. */
export function listedHost(text: string): string {
  const wild = text.startsWith("*.");
  const host = canonicalHost(wild ? text.slice(2) : text);
  if (host === undefined) throw new TypeError(`${JSON.stringify(text)} is not a host`);
  return (wild ? "*." : "") + withoutDot(host);
}
