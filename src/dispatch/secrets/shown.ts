import type { Json } from "../../base/json.ts";
import type { StoredDelivery } from "../../store/index.ts";
import { isSecretHeader } from "./header.ts";
import { Redactor } from "./redactor.ts";
import { shownSealed } from "./seal.ts";
import { secretsOfDestination, secretsOfUrl, shownDestination, shownUrl } from "./url.ts";

/**
 * Returns a delivery as it may be read. What delivering needs is kept as it is: a destination that is a URL, headers that were
 * rendered for it. Here they are `https://host#hash` and `…`, wherever else in the delivery they occur, too; and other URLs with tokens
 * in them that were in the profile.
 */
export function shownDelivery({ to, options, content, source, ...kept }: StoredDelivery): StoredDelivery {
  const redactor = new Redactor(to === undefined ? [] : secretsOfDestination(to));
  return {
    ...redactor.json(kept),
    ...(to !== undefined && { to: shownDestination(shownSealed(to)) }),
    ...(options !== undefined && { options: redactor.json(options) }),
    ...(content !== undefined && { content: redactor.json(shownContent(shownSealed(content))) }),
    ...(source !== undefined && { source: redactor.json(urlsShown(source)) }),
  };
}

/** Returns the value with the URLs in it as they may be read: that of the destination, and others that may hold a secret. */
function urlsShown<T>(value: T): T {
  if (typeof value === "string") return (secretsOfUrl(value).length > 0 ? shownUrl(value) : value) as T;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(urlsShown) as T;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, urlsShown(item)])) as T;
}

/** Carries what `compose` made: headers are masked if their names say so, or if `secretHeaders` lists them. */
function shownContent(content: Json): Json {
  if (typeof content !== "object" || content === null || Array.isArray(content)) return content;
  const { headers, secretHeaders, ...rest } = content as { readonly [name: string]: Json };
  if (typeof headers !== "object" || headers === null) return content;
  const marked = Array.isArray(secretHeaders) ? secretHeaders : [];
  const masked = Object.entries(headers).map(([name, value]) => [
    name,
    isSecretHeader(name.toLowerCase()) || marked.includes(name) ? "…" : value,
  ]);
  return { headers: Object.fromEntries(masked), ...rest };
}
