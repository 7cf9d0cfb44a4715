/** Matches headers that the channel writes, that mail servers write, or that would change the structure of the message. */
const reserved =
  /^(?:(?:from|sender|reply-to|to|cc|bcc|subject|date|message-id|mime-version|return-path|delivered-to|authentication-results)$|content-|resent-|list-unsubscribe|received|dkim-|arc-)/;
const name = /^[a-z][a-z0-9-]{0,69}$/;

/**
 * Checks a header that a user adds: a name that is not reserved, a value of one line.
 * @throws TypeError
 */
export function checkCustomHeader(key: string, value: string): void {
  const lower = key.toLowerCase();
  if (!name.test(lower)) throw new TypeError(`${JSON.stringify(key.slice(0, 100))} is not a valid header name`);
  if (reserved.test(lower)) throw new TypeError(`the header ${lower} is reserved and cannot be set`);
  if (value.length > 900)
    throw new TypeError(`the header ${lower} has ${value.length} characters; at most 900 can be sent`);
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value))
    throw new TypeError(`the header ${lower} contains a line end or control character`);
}

/**
 * Checks and normalizes a URL for one-click unsubscribing (RFC 8058): https, at most 900 characters.
 * @throws TypeError
 */
export function unsubscribeUrl(text: string): string {
  const url = /[\p{Cc}\s]/u.test(text) || !URL.canParse(text) ? undefined : new URL(text);
  if (url?.protocol === "https:" && url.username === "" && url.password === "" && url.href.length <= 900)
    return url.href;
  throw new TypeError(
    "one-click unsubscribing needs an https: URL of at most 900 characters, without user and password",
  );
}

/** Parses the headers of a composed message for the journal: unfolded, by name. No header of ours occurs twice. */
export function parseHeaders(head: string): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const field of head.replace(/\r\n(?=[ \t])/g, "").split("\r\n")) {
    const colon = field.indexOf(":");
    if (colon > 0) headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
  }
  return headers;
}
