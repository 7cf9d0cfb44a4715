/** What the channel itself writes, what mail servers write, and what would make another message of it. */
const reserved =
  /^(?:(?:from|sender|reply-to|to|cc|bcc|subject|date|message-id|mime-version|return-path|delivered-to|authentication-results)$|content-|resent-|list-unsubscribe|received|dkim-|arc-)/;
const name = /^[a-z][a-z0-9-]{0,69}$/;

/**
 * A header that a user may add: a name that is not ours, a value of one line.
 * @throws TypeError
 */
export function checkHeader(key: string, value: string): void {
  const lower = key.toLowerCase();
  if (!name.test(lower)) throw new TypeError(`${JSON.stringify(key.slice(0, 100))} is not a header's name`);
  if (reserved.test(lower)) throw new TypeError(`the header ${lower} is not for users to set`);
  if (value.length > 900)
    throw new TypeError(`the header ${lower} has ${value.length} characters; at most 900 are sent`);
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value))
    throw new TypeError(`the header ${lower} has a line end or control character`);
}

/**
 * A URL for one-click unsubscribing (RFC 8058): https, at most 900 characters.
 * @throws TypeError
 */
export function unsubscribeUrl(text: string): string {
  const url = /[\p{Cc}\s]/u.test(text) || !URL.canParse(text) ? undefined : new URL(text);
  if (url?.protocol === "https:" && url.username === "" && url.password === "" && url.href.length <= 900)
    return url.href;
  throw new TypeError(
    "one-click unsubscribing wants an https: URL of at most 900 characters, without user and password",
  );
}

/** Headers as the journal keeps them: of a whole message, each on one line. None of ours comes twice. */
export function headersOf(head: string): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const field of head.replace(/\r\n(?=[ \t])/g, "").split("\r\n")) {
    const colon = field.indexOf(":");
    if (colon > 0) headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
  }
  return headers;
}
