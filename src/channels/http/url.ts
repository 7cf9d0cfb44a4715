import type { Json } from "../../base/json.ts";
import { DestinationError } from "../../dispatch/index.ts";

/** Longer ones are refused by servers and proxies. */
const longest = 8 * 1024;

/**
 * A URL to send to: http or https, no user and password in it, the fragment (which is never sent) left out.
 * @throws DestinationError
 */
export function targetUrl(text: Json | undefined, what = "the destination"): URL {
  if (typeof text !== "string") throw new DestinationError(`${what} is a URL, as text`);
  if (text.length > longest)
    throw new DestinationError(`${what} has ${text.length} characters; at most ${longest} are sent`);
  const url = URL.parse(text);
  // Without a word of it: it may be a URL with a token in it and a mistake.
  if (url === null) throw new DestinationError(`${what} is no URL; write https://HOST/PATH`);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new DestinationError(`${what} starts with ${url.protocol}; http: and https: can be sent to`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new DestinationError(`${what} has a user or a password in it; they belong in the channel's auth`);
  }
  url.hash = "";
  return url;
}
