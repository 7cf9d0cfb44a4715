import { parseRetryAfter } from "../../base/http-date.ts";

/** What an answer's `Retry-After` asks for, in ms; nothing if it is not there or not understood. */
export function retryAfterOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: number,
): number | undefined {
  const value = headers["retry-after"];
  const first = typeof value === "string" ? value : value?.[0];
  return first === undefined ? undefined : parseRetryAfter(first, now);
}
