import { define, type FunctionSet, mapGet } from "../../template/index.ts";
import { parseUrl, parseUserinfo, type Url, urlText } from "./url.ts";
import { goKind, newMap } from "./value.ts";

/** Implements the functions of URLs. */

const parts = ["fragment", "host", "hostname", "opaque", "path", "query", "scheme", "userinfo"] as const;

export const urls = {
  /**
   * `urlJoin DICT`: the URL of the parts that urlParse returns. `{{ urlJoin (dict "scheme" "https" "host" "example.com" "path"
   * "/a b") }}` → `https://example.com/a%20b`
   */
  urlJoin: define({ params: ["map"], returns: "string", context: true }, (context, dict: object) => {
    const field = (key: string): string => {
      const value = mapGet(dict, key);
      if (value === undefined) return "";
      if (value === null) throw new Error("runtime error: invalid memory address or nil pointer dereference");
      if (typeof value === "string") return value;
      const kind = goKind(value, context.numbers);
      throw new Error(`unable to parse ${key} key, must be of type string, but ${kind} found`);
    };
    const url: Url = {
      scheme: field("scheme"),
      host: field("host"),
      path: field("path"),
      query: field("query"),
      opaque: field("opaque"),
      fragment: field("fragment"),
    };
    const userinfo = field("userinfo");
    for (const value of [...Object.values(url), userinfo]) {
      context.grow(value.length * 3);
      context.spend(value.length);
    }
    return urlText(userinfo === "" ? url : { ...url, user: parseUserinfo(userinfo) });
  }),
  /**
   * `urlParse TEXT`: a dict of the parts of a URL: scheme, host, hostname, path, query, opaque, fragment, userinfo. `{{
   * (urlParse "https://example.com:8080/a?b=c").hostname }}` → `example.com`
   */
  urlParse: define({ params: ["string"], returns: "map", context: true }, (context, text) => {
    context.grow(text.length * 3);
    context.spend(text.length);
    const url = parseUrl(text);
    return newMap(parts.map((name) => [name, url[name]] as const));
  }),
} satisfies FunctionSet;
