import { quote } from "../../../grammar/index.ts";
import { fromByteText, onBytes, toByteText } from "./text.ts";

/** Parses and builds URLs as Go's package net/url. */

export interface User {
  readonly name: string;
  readonly password?: string | undefined;
}

export interface Url {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly opaque: string;
  readonly fragment: string;
  readonly user?: User | undefined;
}

export interface ParsedUrl extends Url {
  readonly hostname: string;
  readonly userinfo: string;
}

/** Characters that each part of a URL may have unescaped. Letters, digits and `-_.~` always may be. */
const plain = {
  path: /[A-Za-z0-9\-_.~$&+,/:;=@]/,
  fragment: /[A-Za-z0-9\-_.~$&+,/:;=@?!()*]/,
  user: /[A-Za-z0-9\-_.~$&+,;=]/,
  host: /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/,
};
type Place = keyof typeof plain;

function escapePart(text: string, place: Place): string {
  return onBytes(text, (bytes) =>
    [...bytes].map((char) => (plain[place].test(char) ? char : `%${hex(char)}`)).join(""),
  );
}

const hex = (char: string): string => char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");

const badEscape = (text: string): Error => new Error(`invalid URL escape ${quote(fromByteText(text))}`);

/** Decodes a part of a URL. @param place `"zone"` is the zone of an IPv6 address */
function unescapePart(text: string, place: Place | "zone"): string {
  const bytes = toByteText(text);
  const inHost = place === "host" || place === "zone";
  for (let i = 0; i < bytes.length; i++) {
    const char = bytes[i]!;
    if (char === "%") {
      const code = bytes.slice(i, i + 3);
      if (!/^%[0-9a-fA-F]{2}$/.test(code)) throw badEscape(code);
      if (place === "host" && code < "%8" && code !== "%25") throw badEscape(code);
      if (place === "zone") {
        const byte = String.fromCharCode(Number.parseInt(code.slice(1), 16));
        if (code !== "%25" && byte !== " " && !plain.host.test(byte)) throw badEscape(code);
      }
      i += 2;
    } else if (inHost && char < "\x80" && !plain.host.test(char)) {
      throw new Error(`invalid character ${quote(char)} in host name`);
    }
  }
  const unescaped = bytes.replace(/%([0-9a-fA-F]{2})/g, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return fromByteText(unescaped);
}

/** `url.QueryUnescape`. @throws Error with Go's words */
export const queryUnescape = (text: string): string => unescapePart(text.replaceAll("+", " "), "fragment");

/** Parses a URL. @throws Error with Go's words */
export function parseUrl(source: string): ParsedUrl {
  const hash = source.indexOf("#");
  const front = hash < 0 ? source : source.slice(0, hash);
  const failing = <T>(text: string, attempt: () => T): T => {
    try {
      return attempt();
    } catch (error) {
      throw new Error(`unable to parse url: parse ${quote(text)}: ${(error as Error).message}`);
    }
  };
  const url = failing(front, () => parseFront(front));
  const fragment = failing(source, () => (hash < 0 ? "" : unescapePart(source.slice(hash + 1), "fragment")));
  return { ...url, fragment, hostname: hostname(url.host), userinfo: url.user ? userText(url.user) : "" };
}

function parseFront(source: string): Url {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it refuses
  if (/[\0-\x1f\x7f]/.test(source)) throw new Error("net/url: invalid control character in URL");
  const none = { scheme: "", host: "", path: "", query: "", opaque: "", fragment: "" };
  if (source === "*") return { ...none, path: "*" };
  const { scheme, rest: afterScheme } = splitScheme(source);
  let rest = afterScheme;
  let query = "";
  const mark = rest.indexOf("?");
  if (mark >= 0) {
    query = rest.slice(mark + 1);
    rest = rest.slice(0, mark);
  }
  const url = { ...none, scheme, query };
  if (!rest.startsWith("/")) {
    if (scheme !== "") return { ...url, opaque: rest };
    if (rest.split("/", 1)[0]!.includes(":")) throw new Error("first path segment in URL cannot contain colon");
  }
  if ((scheme === "" && rest.startsWith("///")) || !rest.startsWith("//"))
    return { ...url, path: unescapePart(rest, "path") };
  const slash = rest.indexOf("/", 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  const { user, host } = parseAuthority(scheme, authority);
  return { ...url, user, host, path: slash < 0 ? "" : unescapePart(rest.slice(slash), "path") };
}

function splitScheme(source: string): { readonly scheme: string; readonly rest: string } {
  if (source.startsWith(":")) throw new Error("missing protocol scheme");
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(source);
  if (!found) return { scheme: "", rest: source };
  return { scheme: found[1]!.toLowerCase(), rest: source.slice(found[0].length) };
}

function parseAuthority(scheme: string, authority: string): { readonly user?: User; readonly host: string } {
  const at = authority.lastIndexOf("@");
  const host = parseHost(scheme, authority.slice(at + 1));
  return at < 0 ? { host } : { host, user: readUser(authority.slice(0, at)) };
}

function readUser(userinfo: string): User {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) throw new Error("net/url: invalid userinfo");
  const colon = userinfo.indexOf(":");
  if (colon < 0) return { name: unescapePart(userinfo, "user") };
  return {
    name: unescapePart(userinfo.slice(0, colon), "user"),
    password: unescapePart(userinfo.slice(colon + 1), "user"),
  };
}

/** Reads the userinfo of a dict as Sprig does. */
export function parseUserinfo(userinfo: string): User | undefined {
  const source = `proto://${userinfo}@host`;
  try {
    return parseFront(source.split("#", 1)[0]!).user;
  } catch (error) {
    const message = `parse ${quote(source.split("#", 1)[0]!)}: ${(error as Error).message}`;
    throw new Error(`unable to parse userinfo in dict: ${message}`);
  }
}

const isPort = (text: string): boolean => text === "" || /^:[0-9]*$/.test(text);

function parseHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf("[");
  if (bracket > 0) throw new Error("invalid IP-literal");
  if (bracket === 0) return parseAddress(host);
  const first = host.indexOf(":");
  if (first >= 0) {
    const strict = scheme === "http" || scheme === "https";
    const port = host.slice(strict ? first : host.lastIndexOf(":"));
    if (!isPort(port)) throw new Error(`invalid port ${quote(port)} after host`);
  }
  return unescapePart(host, "host");
}

/** Reads a bracketed address: `[fe80::1%25en0]:80`. */
function parseAddress(host: string): string {
  const end = host.lastIndexOf("]");
  if (end < 0) throw new Error("missing ']' in host");
  const port = host.slice(end + 1);
  if (!isPort(port)) throw new Error(`invalid port ${quote(port)} after host`);
  const inside = host.slice(1, end);
  const zone = inside.indexOf("%25");
  const address =
    zone < 0
      ? unescapePart(inside, "host")
      : unescapePart(inside.slice(0, zone), "host") + unescapePart(inside.slice(zone), "zone");
  if (isIpv4(address)) throw new Error("invalid IP-literal");
  if (!isIpv6(address)) throw new Error(`invalid host: ParseAddr(${quote(address)}): unable to parse IP`);
  return `[${address}]${port}`;
}

const isIpv4 = (text: string): boolean =>
  /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) &&
  text.split(".").every((part) => String(Number(part)) === part && Number(part) < 256);

function isIpv6(text: string): boolean {
  const [address = "", zone] = text.split("%", 2);
  if (zone === "") return false;
  const sides = address.split("::");
  if (sides.length > 2) return false;
  const groups = sides.flatMap((side) => (side === "" ? [] : side.split(":")));
  let count = groups.length;
  const last = groups.at(-1);
  if (last?.includes(".")) {
    if (!isIpv4(last)) return false;
    groups.pop();
    count++;
  }
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return sides.length === 2 ? count < 8 : count === 8;
}

function hostname(host: string): string {
  const colon = host.lastIndexOf(":");
  const name = colon >= 0 && isPort(host.slice(colon)) ? host.slice(0, colon) : host;
  return name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name;
}

const userText = ({ name, password }: User): string =>
  escapePart(name, "user") + (password === undefined ? "" : `:${escapePart(password, "user")}`);

/** `URL.String`. */
export function urlText({ scheme, host, path, query, opaque, fragment, user }: Url): string {
  let text = scheme === "" ? "" : `${scheme}:`;
  if (opaque !== "") text += opaque;
  else {
    if (scheme !== "" || host !== "" || user) {
      if (host !== "" || path !== "" || user) text += "//";
      if (user) text += `${userText(user)}@`;
      text += escapePart(host, "host");
    }
    const escaped = path === "*" ? "*" : escapePart(path, "path");
    if (escaped !== "" && !escaped.startsWith("/") && host !== "") text += "/";
    if (text === "" && escaped.split("/", 1)[0]!.includes(":")) text += "./";
    text += escaped;
  }
  if (query !== "") text += `?${query}`;
  return fragment === "" ? text : `${text}#${escapePart(fragment, "fragment")}`;
}
