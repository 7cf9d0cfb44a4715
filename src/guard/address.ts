import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Block = readonly [network: Address, bits: number];

/** Parses an address or a CIDR block, as an operator writes it. Throws TypeError for anything else. */
export function parseBlock(text: string): Block {
  try {
    if (text.includes("/")) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === "ipv4" ? 32 : 128];
  } catch {
    throw new TypeError(`${JSON.stringify(text)} is neither an address nor a CIDR block such as "10.0.0.0/8"`);
  }
}

/** Describes the values that `range()` returns. */
const rangeNames: { readonly [range: string]: string } = {
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

/** Azure's virtual public address, which serves metadata and instructions for the virtual machine that asks. */
const azureMetadata = "168.63.129.16";

/** All of IPv6 that IANA has assigned to the public internet. */
const globalUnicast = parseBlock("2000::/3");

/** Returns why an address is not public, or undefined if it is. */
function nonPublicReason(address: Address): string | undefined {
  const range = address.range();
  if (range !== "unicast") return rangeNames[range] ?? `a reserved address (${range})`;
  if (address.kind() === "ipv6") return contains(globalUnicast, address) ? undefined : "an address not in use";
  return address.toString() === azureMetadata ? "Azure's metadata address" : undefined;
}

const contains = ([network, bits]: Block, address: Address): boolean =>
  network.kind() === address.kind() && address.match([network, bits] as [ipaddr.IPv6, number]);

/** IPv6 blocks that embed an IPv4 address, and the byte at which it starts: compatible, mapped, RFC 6145, NAT64 (twice), 6to4. */
const embeddingBlocks = (
  [
    ["::/96", 12],
    ["::ffff:0:0/96", 12],
    ["::ffff:0:0:0/96", 12],
    ["64:ff9b::/96", 12],
    ["64:ff9b:1::/48", 12],
    ["2002::/16", 2],
  ] as const
).map(([block, at]) => [parseBlock(block), at] as const);

function embeddedIPv4(address: Address): Address | undefined {
  if (address.range() === "loopback" || address.range() === "unspecified") return undefined;
  const at = embeddingBlocks.find(([block]) => contains(block, address))?.[1];
  return at === undefined ? undefined : new ipaddr.IPv4(address.toByteArray().slice(at, at + 4));
}

/**
 * Returns why an address must not be connected to, or undefined if it may. Public addresses pass, and those in `allowed`; an
 * allowed IPv6 address that embeds an IPv4 address (NAT64) passes only if the embedded address passes.
 */
export function refusalReason(text: string, allowed: readonly Block[]): string | undefined {
  if (!ipaddr.isValid(text)) return "not an address";
  const address = ipaddr.parse(text);
  if (!allowed.some((block) => contains(block, address))) return nonPublicReason(address);
  const embedded = embeddedIPv4(address);
  const reason = embedded === undefined ? undefined : refusalReason(embedded.toString(), allowed);
  return reason === undefined ? undefined : `another form of ${embedded}, ${reason}`;
}
