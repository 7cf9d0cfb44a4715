import { DestinationError, isSecretHeader, secretsOfHeader } from "../../dispatch/index.ts";

/** What a user's header may not be named: what HTTP itself is made of, and what a channel signs. */
const reserved =
  /^(?:(?:host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect)$|proxy-|webhook-)/;

const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/** Why a header cannot be sent under this name, or nothing. */
export function nameRefusal(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (!token.test(lower)) return `${JSON.stringify(name)} is not a header's name`;
  return reserved.test(lower) ? `the header ${lower} is not for users to set` : undefined;
}

/** Longer ones are refused by most servers. */
const longest = 8 * 1024;

/**
 * A value as it is sent, without the space around it; printable ASCII and tabs pass (RFC 9110, 5.5).
 * @throws DestinationError; its message holds no value
 */
export function headerValue(name: string, text: string): string {
  const value = text.trim();
  if (value.length > longest) {
    throw new DestinationError(`the header ${name} has ${value.length} characters; at most ${longest} are sent`);
  }
  const bad = /[^\t\x20-\x7e]/u.exec(value)?.[0];
  if (bad === undefined) return value;
  const code = `U+${bad.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  throw new DestinationError(
    `the header ${name} has ${code} in it; only printable ASCII is sent, so encode it (urlquery)`,
  );
}

/** Headers as the journal keeps them: names in lower case, what is secret as `…`. @param secrets names of others that are */
export function journalHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  secrets?: ReadonlySet<string>,
): Record<string, string> {
  const kept: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    const lower = name.toLowerCase();
    const hidden = isSecretHeader(lower) || secrets?.has(lower) === true;
    kept[lower] = hidden ? "…" : typeof value === "string" ? value : value.join(", ");
  }
  return kept;
}

/** Returns the secrets in what `journalHeaders` masks of a request. */
export function secretsInHeaders(
  headers: Readonly<Record<string, string>>,
  secrets?: ReadonlySet<string>,
): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    return isSecretHeader(lower) || secrets?.has(lower) === true ? secretsOfHeader(value) : [];
  });
}
