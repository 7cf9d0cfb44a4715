import { parseRetryAfter } from "../../base/http-date.ts";

/** Returns the wait that a response's `Retry-After` asks for, in ms; undefined if the header is missing or invalid. */
export function retryAfterOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: number,
): number | undefined {
  const value = headers["retry-after"];
  const first = typeof value === "string" ? value : value?.[0];
  return first === undefined ? undefined : parseRetryAfter(first, now);
}
