import { domainToASCII } from "node:url";
import { oneLine } from "./sanitize-header.ts";

export interface Mailbox {
  readonly name?: string | undefined;
  readonly address: string;
}

/**
 * Matches atext of RFC 5322 and, for SMTPUTF8, letters, marks and digits; no quoted strings. `%` and `!` are left out because they once
 * were routes, `?` because `=?` begins an encoded word.
 */
const localPart = /^[\p{L}\p{M}\p{N}#$&'*+/=^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}#$&'*+/=^_`{|}~-]+)*$/u;
const domainText = /^[\p{L}\p{M}\p{N}.-]+$/u;
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Parses and normalizes a single address: `local@domain.example`, at most 254 bytes (RFC 5321), the local part at most 64.
 * @returns the address with its domain in punycode and lower case, its local part in Unicode's form NFC
 * @throws TypeError that names the problem
 */
export function normalizeAddress(text: string): string {
  if (text.length > 320) throw new TypeError(`an e-mail address has at most 254 bytes; this one has ${text.length}`);
  const at = text.lastIndexOf("@");
  const invalid = (problem: string) =>
    new TypeError(`${JSON.stringify(text)} is not an e-mail address: ${problem}; expected one like ada@example.org`);
  if (at < 1) throw invalid("nothing before an @");
  const local = text.slice(0, at).normalize("NFC");
  const domain = domainText.test(text.slice(at + 1)) ? domainToASCII(text.slice(at + 1)) : "";
  if (!domainName.test(domain)) throw invalid("the part after the @ is not a domain name");
  if (!localPart.test(local))
    throw invalid("the part before the @ has characters that are not allowed there, such as % ! ?");
  const address = `${local}@${domain}`;
  if (Buffer.byteLength(local) > 64) throw invalid("the part before the @ has more than 64 bytes");
  if (Buffer.byteLength(address) > 254) throw invalid("it has more than 254 bytes");
  return address;
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);

/** Returns a mailbox for nodemailer: an object, because nodemailer would parse a string as a list. Throws TypeError. */
export function parseMailbox(given: string | Mailbox): { readonly name: string; readonly address: string } {
  if (typeof given === "string") return { name: "", address: normalizeAddress(given) };
  return { name: oneLine(given.name ?? "", 100), address: normalizeAddress(given.address) };
}
