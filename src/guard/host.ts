import { isIP } from "node:net";
import { domainToASCII } from "node:url";

/** Matches characters that `domainToASCII` would drop, or take for the end of the host. */
const forbiddenCharacters = /[\p{Cc}\p{Zs}\p{Cf}/\\?#@:]/u;

/** Matches letters, digits, hyphen and dot (RFC 1123), and the underscore, which names in use have. */
const asciiHost = /^[a-z0-9._-]{1,254}$/;

/**
 * Returns a host as it is looked up: lower case, in ASCII, IPv6 without brackets, every notation of an IPv4 address (`0x7f.1`,
 * `2130706433`, `①②⑦.1`) as four decimals, as the WHATWG URL standard reads it. Undefined for a text that is not a host.
 */
export function canonicalHost(text: string): string | undefined {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (isIP(bare) === 6) return bare.includes("%") ? undefined : new URL(`http://[${bare}]`).hostname.slice(1, -1);
  if (forbiddenCharacters.test(text)) return undefined;
  const ascii = domainToASCII(text);
  if (!asciiHost.test(ascii)) return undefined;
  return withoutTrailingDot(ascii).split(".").includes("") ? undefined : ascii;
}

/** Removes the trailing dot: `example.com.` and `example.com` are one name. */
const withoutTrailingDot = (host: string): string => (host.endsWith(".") ? host.slice(0, -1) : host);

/** Tells whether a canonical host matches one of the patterns; `*.example.com` matches all hosts below `example.com`. */
export function matchesPattern(host: string, patterns: readonly string[]): boolean {
  const bare = withoutTrailingDot(host);
  return patterns.some((pattern) => (pattern.startsWith("*.") ? bare.endsWith(pattern.slice(1)) : bare === pattern));
}

/** Parses a pattern for `matchesPattern`. Throws TypeError for a text that is not a host. */
export function parseHostPattern(text: string): string {
  const wild = text.startsWith("*.");
  const host = canonicalHost(wild ? text.slice(2) : text);
  if (host === undefined)
    throw new TypeError(`${JSON.stringify(text)} is not a host; write example.com or *.example.com`);
  return (wild ? "*." : "") + withoutTrailingDot(host);
}
