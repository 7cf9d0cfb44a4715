import type { Json } from "../delivery.ts";
import type { Kept } from "../outbox.ts";
import { isSecretHeader } from "./header.ts";
import { Redactor } from "./redactor.ts";
import { shownSealed } from "./seal.ts";
import { secretsOfDestination, shownDestination } from "./url.ts";

/**
 * Returns a delivery as it may be read. What delivering needs is kept as it is: a destination that is a URL, headers that were
 * rendered for it. Here they are `https://host#hash` and `…`, wherever else in the delivery they occur, too.
 */
export function shownDelivery({ to, options, content, source, ...kept }: Kept): Kept {
  const redactor = new Redactor(to === undefined ? [] : secretsOfDestination(to));
  return {
    ...redactor.json(kept),
    ...(to !== undefined && { to: shownDestination(shownSealed(to)) }),
    ...(options !== undefined && { options: redactor.json(urlsShown(options, to)) }),
    ...(content !== undefined && { content: redactor.json(shownContent(shownSealed(content))) }),
    ...(source !== undefined && { source: redactor.json(urlsShown(source, to)) }),
  };
}

/** Returns the value with the URL of the destination as it may be read. */
function urlsShown<T>(value: T, to: Json | undefined): T {
  if (typeof value === "string")
    return value === to || value === (to as { endpoint?: unknown })?.endpoint ? (shownDestination(value) as T) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => urlsShown(item, to)) as T;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, urlsShown(item, to)])) as T;
}

/** What `compose` made: its headers are masked if their names say so, or it lists them as `secretHeaders`. */
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
