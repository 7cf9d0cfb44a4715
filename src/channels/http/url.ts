import type { Json } from "../../base/json.ts";
import { DestinationError } from "../../dispatch/index.ts";

/** Limits the characters of a URL: servers and proxies refuse longer ones. */
const maxUrlLength = 8 * 1024;

/**
 * Parses a URL to send to: http or https, without user and password; its fragment, which is never sent, is removed.
 * @throws DestinationError
 */
export function targetUrl(text: Json | undefined, what = "the destination"): URL {
  if (typeof text !== "string") throw new DestinationError(`${what} must be a URL, as text`);
  if (text.length > maxUrlLength)
    throw new DestinationError(`${what} has ${text.length} characters; at most ${maxUrlLength} can be sent`);
  const url = URL.parse(text);
  // The message does not quote the text, which may be a URL with a token and a typo.
  if (url === null) throw new DestinationError(`${what} is not a URL; write https://HOST/PATH`);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new DestinationError(`${what} starts with ${url.protocol}; use http: or https:`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new DestinationError(`${what} contains a user or password; move them to the channel's auth`);
  }
  url.hash = "";
  return url;
}
