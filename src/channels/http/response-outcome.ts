import type { Outcome } from "../../store/index.ts";
import type { HttpResponse } from "./client.ts";
import { retryAfterOf } from "./retry-after.ts";

/** Status codes about the request itself: the same bytes would get the same response. */
const defaultPermanentStatuses = [400, 405, 413, 414, 415, 422, 431];

/** Status codes of an overloaded receiver: all deliveries for it wait, not this one alone. */
const overloadStatuses = new Set([429, 502, 503, 504]);

/**
 * Decides what a response means (Standard Webhooks 1.0.0; CloudEvents HTTP Webhook 1.0.2): 2xx is delivered, 410 gone, a status in
 * `permanentStatuses` rejected. Everything else is retried, and so are redirects, which are never followed.
 * @param statusLine as the journal has it
 * @param now ms since 1970, for a `Retry-After` that is a date
 * @param permanentStatuses status codes that are not retried @default 400, 405, 413, 414, 415, 422, 431
 */
export function responseOutcome(
  { status, headers }: HttpResponse,
  statusLine: string,
  now: number,
  permanentStatuses: readonly number[] = defaultPermanentStatuses,
): Outcome {
  if (status >= 200 && status < 300) return { kind: "delivered" };
  if (status === 410) return { kind: "gone", reason: statusLine };
  if (permanentStatuses.includes(status)) return { kind: "rejected", reason: statusLine };
  const retryAfter = retryAfterOf(headers, now);
  return {
    kind: "retry",
    reason: status >= 300 && status < 400 ? `${statusLine}: redirects are not followed` : statusLine,
    ...(retryAfter !== undefined && { retryAfter }),
    ...(overloadStatuses.has(status) && { holdScope: "destination" }),
  };
}
