import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Block = readonly [network: Address, bits: number];

/** An address or a CIDR block, as an operator writes it. Throws TypeError for anything else. */
export function blockOf(text: string): Block {
  try {
    if (text.includes("/")) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === "ipv4" ? 32 : 128];
  } catch {
    throw new TypeError(`${JSON.stringify(text)} is neither an address nor a CIDR block such as "10.0.0.0/8"`);
  }
}

/** What `range()` calls an address, in words. */
const ranges: { readonly [range: string]: string } = {
  broadcast: "the broadcast address",
  carrierGradeNat: "a shared address (RFC 6598)",
  ipv4Mapped: "an IPv4-mapped address",
  linkLocal: "a link-local address",
  loopback: "a loopback address",
  multicast: "a multicast address",
  private: "a private address",
  reserved: "a reserved address",
  rfc6052: "a NAT64 address",
  uniqueLocal: "a private address",
  unspecified: "the unspecified address",
};

/** Answers only inside Azure, to instructions for the machine that asks. */
const azure = "168.63.129.16";

/** All of IPv6 that is given out to the public internet (IANA). */
const globalUnicast = blockOf("2000::/3");

/** Why an address is not one of the public internet, or nothing. */
function objection(address: Address): string | undefined {
  const range = address.range();
  if (range !== "unicast") return ranges[range] ?? `a reserved address (${range})`;
  if (address.kind() === "ipv6") return contains(globalUnicast, address) ? undefined : "an address not in use";
  return address.toString() === azure ? "Azure's metadata address" : undefined;
}

const contains = ([network, bits]: Block, address: Address): boolean =>
  network.kind() === address.kind() && address.match([network, bits] as [ipaddr.IPv6, number]);

/** Blocks of IPv6 that reach an IPv4 address, and the byte it starts at: compatible, mapped, RFC 6145, NAT64 (twice), 6to4. */
const wrappers = (
  [
    ["::/96", 12],
    ["::ffff:0:0/96", 12],
    ["::ffff:0:0:0/96", 12],
    ["64:ff9b::/96", 12],
    ["64:ff9b:1::/48", 12],
    ["2002::/16", 2],
  ] as const
).map(([block, at]) => [blockOf(block), at] as const);

function wrapped(address: Address): Address | undefined {
  if (address.range() === "loopback" || address.range() === "unspecified") return undefined;
  const at = wrappers.find(([block]) => contains(block, address))?.[1];
  return at === undefined ? undefined : new ipaddr.IPv4(address.toByteArray().slice(at, at + 4));
}

/**
 * Why this address must not be connected to, in words, or nothing. Public addresses pass, and those in `allowed`; an
 * allowed IPv6 address that reaches an IPv4 address (NAT64) passes only if that one would.
 */
export function refusal(text: string, allowed: readonly Block[]): string | undefined {
  if (!ipaddr.isValid(text)) return "not an address";
  const address = ipaddr.parse(text);
  if (!allowed.some((block) => contains(block, address))) return objection(address);
  const inner = wrapped(address);
  const why = inner === undefined ? undefined : refusal(inner.toString(), allowed);
  return why === undefined ? undefined : `another form of ${inner}, ${why}`;
}
