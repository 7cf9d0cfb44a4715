import type { Outcome } from "../../store/index.ts";
import type { HttpResponse } from "./request.ts";
import { retryAfterOf } from "./retry-after.ts";

/** Codes that are about the request itself: the same bytes would get the same answer. */
const unacceptable = [400, 405, 413, 414, 415, 422, 431];

/** Too many, or too busy: everything for this receiver has to wait, not this one delivery alone. */
const busy = new Set([429, 502, 503, 504]);

/**
 * What an answer means (Standard Webhooks 1.0.0; CloudEvents HTTP Webhook 1.0.2): 2xx delivered, 410 gone, what is in
 * `permanentStatuses` rejected, everything else tried again, redirects too: they are never followed.
 * @param line as the journal has it
 * @param now ms since 1970, for a `Retry-After` that is a date
 * @param permanentStatuses codes that are not tried again @default 400, 405, 413, 414, 415, 422, 431
 */
export function answerOutcome(
  { status, headers }: HttpResponse,
  line: string,
  now: number,
  permanentStatuses: readonly number[] = unacceptable,
): Outcome {
  if (status >= 200 && status < 300) return { kind: "delivered" };
  if (status === 410) return { kind: "gone", reason: line };
  if (permanentStatuses.includes(status)) return { kind: "rejected", reason: line };
  const retryAfter = retryAfterOf(headers, now);
  return {
    kind: "retry",
    reason: status >= 300 && status < 400 ? `${line}: redirects are not followed` : line,
    ...(retryAfter !== undefined && { retryAfter }),
    ...(busy.has(status) && { holdScope: "destination" }),
  };
}
