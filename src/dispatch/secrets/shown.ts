import type { Json } from "../../base/json.ts";
import type { StoredDelivery } from "../../store/index.ts";
import { isSecretHeader } from "./header.ts";
import { Redactor } from "./redactor.ts";
import { shownSealed } from "./seal.ts";
import { secretsOfDestination, secretsOfUrl, shownDestination, shownUrl } from "./url.ts";

/**
 * Returns a delivery without secrets, for people. The store keeps what delivering needs, such as a secret URL or rendered headers; here
 * they become `https://host#hash` and `…`, wherever they occur in the delivery, as do URLs with tokens that were in the profile.
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

/** Replaces URLs in a JSON value that may hold a secret by `shownUrl`. */
function urlsShown<T>(value: T): T {
  if (typeof value === "string") return (secretsOfUrl(value).length > 0 ? shownUrl(value) : value) as T;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(urlsShown) as T;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, urlsShown(item)])) as T;
}

/** Masks headers in the result of `compose`: those with secret names, and those that `secretHeaders` lists. */
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
