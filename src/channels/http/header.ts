import { DestinationError } from "../../dispatch/index.ts";
import { isSecretHeader, secretsOfHeader } from "../../dispatch/secrets/header.ts";

/** Matches header names that users may not set: those of HTTP itself, and those that a channel signs. */
const reserved =
  /^(?:(?:host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect)$|proxy-|webhook-)/;

const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/** Returns why a header cannot have this name, or undefined if it can. */
export function headerNameError(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (!token.test(lower)) return `${JSON.stringify(name)} is not a valid header name`;
  return reserved.test(lower) ? `the header ${lower} is reserved and cannot be set` : undefined;
}

/** Limits the characters of a value: most servers refuse longer ones. */
const maxValueLength = 8 * 1024;

/**
 * Returns a header value as it is sent, without surrounding whitespace; printable ASCII and tabs pass (RFC 9110, 5.5).
 * @throws DestinationError whose message does not contain the value
 */
export function headerValue(name: string, text: string): string {
  const value = text.trim();
  if (value.length > maxValueLength) {
    throw new DestinationError(
      `the header ${name} has ${value.length} characters; at most ${maxValueLength} can be sent`,
    );
  }
  const invalid = /[^\t\x20-\x7e]/u.exec(value)?.[0];
  if (invalid === undefined) return value;
  const code = `U+${invalid.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  throw new DestinationError(
    `the header ${name} contains ${code}, but only printable ASCII can be sent; encode it (urlquery)`,
  );
}

/** Returns headers as the journal keeps them: names in lower case, secret values as `…`. @param secrets further secret names */
export function journalHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  secrets?: ReadonlySet<string>,
): Record<string, string> {
  const masked: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    const lower = name.toLowerCase();
    const hidden = isSecretHeader(lower) || secrets?.has(lower) === true;
    masked[lower] = hidden ? "…" : typeof value === "string" ? value : value.join(", ");
  }
  return masked;
}

/** Returns the secret values that `journalHeaders` masks. */
export function secretsInHeaders(
  headers: Readonly<Record<string, string>>,
  secrets?: ReadonlySet<string>,
): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    return isSecretHeader(lower) || secrets?.has(lower) === true ? secretsOfHeader(value) : [];
  });
}
