import { domainToASCII } from "node:url";
import { line } from "./sanitize-header.ts";

/** Who mail is from or to. */
export interface Mailbox {
  readonly name?: string | undefined;
  readonly address: string;
}

/** Atext of RFC 5322 and, for SMTPUTF8, letters, marks and digits; no quoted strings. `%` and `!` once were routes, `=?` begins what readers decode. */
const localPart = /^[\p{L}\p{M}\p{N}#$&'*+/=^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}#$&'*+/=^_`{|}~-]+)*$/u;
const domainText = /^[\p{L}\p{M}\p{N}.-]+$/u;
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * One address and nothing else: `local@domain.example`, at most 254 bytes (RFC 5321), the local part at most 64.
 * @returns the address with its domain in punycode and lower case, its local part in Unicode's form C
 * @throws TypeError that says what is wrong with it
 */
export function addressOf(text: string): string {
  if (text.length > 320) throw new TypeError(`an e-mail address has at most 254 bytes; this has ${text.length}`);
  const at = text.lastIndexOf("@");
  const wrong = (what: string) =>
    new TypeError(`${JSON.stringify(text)} is not an e-mail address: ${what}; expected one like ada@example.org`);
  if (at < 1) throw wrong("it has no @ with something before it");
  const local = text.slice(0, at).normalize("NFC");
  const domain = domainText.test(text.slice(at + 1)) ? domainToASCII(text.slice(at + 1)) : "";
  if (!domainName.test(domain)) throw wrong("what is after the @ is not a domain name");
  if (!localPart.test(local)) throw wrong("what is before the @ has characters that are not allowed there, % ! ? too");
  const address = `${local}@${domain}`;
  if (Buffer.byteLength(local) > 64) throw wrong("what is before the @ has more than 64 bytes");
  if (Buffer.byteLength(address) > 254) throw wrong("it has more than 254 bytes");
  return address;
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);

/** As nodemailer wants it: never a string, which it would take for a list. Throws TypeError. */
export function mailbox(given: string | Mailbox): { readonly name: string; readonly address: string } {
  if (typeof given === "string") return { name: "", address: addressOf(given) };
  return { name: line(given.name ?? "", 100), address: addressOf(given.address) };
}
