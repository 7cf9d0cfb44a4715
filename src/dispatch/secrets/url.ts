import { createHash } from "node:crypto";
import { BoundedCache } from "../../base/bounded-cache.ts";
import type { Json } from "../../base/json.ts";
import { minSecretLength } from "./forms.ts";

const shown = /^https?:\/\/[^/?#\s]+#[\da-f]{16}(?:-\d+)?$/;
const isUrl = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

/**
 * Returns a URL for people and keys, without its path: `https://hooks.example.org#77ab01d2c3f4e5a6`. The path of a webhook is often all
 * that protects it; the 64 bits of a hash tell URLs of a host apart. A text in this form, or one that is not a URL, is returned unchanged.
 */
export function shownUrl(text: string): string {
  if (shown.test(text) || !isUrl(text)) return text;
  const url = new URL(text);
  url.hash = "";
  const { origin } = url;
  return `${origin}#${createHash("sha256").update(url.href).digest("hex").slice(0, 16)}`;
}

/** Returns a destination for people: URLs by `shownUrl`, a subscription without its key. */
export function shownDestination(to: Json): Json {
  if (typeof to === "string") return shownUrl(to);
  if (typeof to !== "object" || to === null) return to;
  if (Array.isArray(to)) return to.map((item: Json) => shownDestination(item));
  const entries = Object.entries(to as { readonly [key: string]: Json });
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      name === "auth" && typeof value === "string" ? "…" : shownDestination(value),
    ]),
  );
}

/** Secrets by URL: most attempts go where others went. */
const secretsByUrl = new BoundedCache<string, readonly string[]>(1_000);

/** Names of query values that are secret however short they are. */
const secretQuery = /auth|code|key|pass|pwd|secret|sig|token/i;
/** Matches parts of a path that are words of an API, such as `services` or `push-notifications`, and no tokens. */
const words = /^[a-z]{1,20}(?:[-_.][a-z]{1,20}){0,5}$/;
const shortestToken = 8;
const mayBeToken = (text: string): boolean => text.length >= shortestToken && !words.test(text);

/**
 * Returns the parts of a URL that may be secret: user and password, values of the query, parts of the path that are no words, and in
 * that case also the whole path.
 */
export const secretsOfUrl = (text: string): readonly string[] => secretsByUrl.get(text, readSecrets);

const readSecrets = (text: string): readonly string[] => (isUrl(text) && !shown.test(text) ? secretParts(text) : []);

function secretParts(text: string): readonly string[] {
  const { username, password, pathname, searchParams } = new URL(text);
  // Telegram writes /bot123:token/, and others name=value.
  const parts = pathname
    .split("/")
    .filter(mayBeToken)
    .flatMap((part) => [part, ...part.split(/[:=;,]/).filter(mayBeToken)]);
  const values = [...searchParams]
    .filter(([name, value]) => mayBeToken(value) || secretQuery.test(name))
    .map(([, value]) => value);
  const all = [username, password, ...(parts.length > 0 ? [pathname] : []), ...parts, ...values];
  return [...new Set(all)].filter((secret) => secret.length >= minSecretLength);
}

/** Returns the secrets in a destination: those of its URLs, and the key of a subscription. */
export function secretsOfDestination(to: Json): readonly string[] {
  if (typeof to === "string") return secretsOfUrl(to);
  if (typeof to !== "object" || to === null) return [];
  return Object.entries(to).flatMap(([name, value]) =>
    name === "auth" && typeof value === "string" ? [value] : secretsOfDestination(value as Json),
  );
}
