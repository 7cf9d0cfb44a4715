import { formatDuration } from "../base/duration.ts";
import { shortened } from "../base/shorten.ts";
import type { AttemptResult, Claimed, Settlement } from "../store/index.ts";
import type { DestinationLimits } from "./channel.ts";
import { clampRetryAfter, defaultMaxAge, delayAfter, type RetryPolicy } from "./retry.ts";
import { shownSealed } from "./secrets/seal.ts";

export interface Policy {
  readonly retry: RetryPolicy;
  readonly limits: DestinationLimits;
}

export const defaultConcurrency = 8;
const defaultBreaker = { failures: 10, resetTimeout: 30_000 };
/** Sets the wait after an attempt that does not count, if the receiver asks for none, in ms. */
const defaultUncountedWait = 60_000;

/** Returns why a claimed delivery is given up before another attempt: its destination is disabled, it is too old, or had too many attempts. */
export function reasonToGiveUp(claimed: Claimed, { retry }: Policy, now: number): string | undefined {
  if (claimed.disabled !== undefined) return `destination disabled: ${claimed.disabled}`;
  const maxAge = retry.maxAge ?? defaultMaxAge;
  if (now - claimed.since > maxAge) return `given up: older than ${formatDuration(maxAge)}`;
  const maxAttempts = maxAttemptsOf(retry);
  return claimed.attempt > maxAttempts
    ? `given up after ${attempts(maxAttempts)}, the last of which did not end`
    : undefined;
}

/** Leaves out a request body that is the delivery's content, because that is kept once, with the delivery. */
function withoutKeptBody(sent: AttemptResult, { content }: Claimed): AttemptResult {
  const body = typeof content === "object" && content !== null && "body" in content ? content.body : undefined;
  if (body === undefined || sent.request?.body !== shownSealed(body)) return sent;
  const { body: _body, ...request } = sent.request;
  return { ...sent, request };
}

/** Shortens the reason: it may repeat a whole response, or a value of a profile. */
function withShortReason(sent: AttemptResult): AttemptResult {
  const { outcome } = sent;
  return outcome.kind === "delivered" ? sent : { ...sent, outcome: { ...outcome, reason: shortened(outcome.reason) } };
}

/** Decides what follows from how an attempt ended: the next state of the delivery, the health of its destination, a hold. */
export function settlementOf(
  claimed: Claimed,
  ended: AttemptResult,
  time: { readonly startedAt: number; readonly endedAt: number },
  { retry, limits }: Policy,
  random: () => number,
): Settlement {
  const sent = withShortReason(ended);
  const { outcome } = sent;
  const now = time.endedAt;
  const healthOf = (ok: boolean) => ({ health: { ok, ...(limits.breaker ?? defaultBreaker) } });
  const common = {
    claim: { id: claimed.id, claim: claimed.claim },
    now,
    attempt: { ...withoutKeptBody(sent, claimed), ...time },
  };
  switch (outcome.kind) {
    case "delivered":
      return { ...common, decision: { state: "delivered" }, ...healthOf(true) };
    case "rejected":
      // The receiver responded, so the destination is healthy, whatever is wrong with the delivery.
      return { ...common, decision: { state: "dead", reason: outcome.reason }, ...healthOf(true) };
    case "gone":
      return { ...common, decision: { state: "dead", reason: outcome.reason }, disable: outcome.reason };
    case "retry": {
      const asked = outcome.retryAfter;
      const wait =
        outcome.countsAsAttempt === false
          ? clampRetryAfter(asked ?? defaultUncountedWait, retry)
          : delayAfter(claimed.attempt, retry, random, asked);
      const health = outcome.countsAsAttempt === false ? {} : healthOf(false);
      // A hold applies even if this delivery is given up, because it concerns the other deliveries.
      const rest = asked === undefined ? (wait ?? defaultUncountedWait) : clampRetryAfter(asked, retry);
      const hold =
        outcome.holdScope === undefined
          ? {}
          : { hold: { of: outcome.holdScope, until: now + rest, reason: outcome.reason } };
      return {
        ...common,
        decision: again(claimed, outcome.reason, wait, retry, now, outcome.countsAsAttempt),
        ...health,
        ...hold,
      };
    }
    default:
      return outcome satisfies never;
  }
}

function again(
  claimed: Claimed,
  reason: string,
  wait: number | undefined,
  retry: RetryPolicy,
  now: number,
  countsAsAttempt: false | undefined,
): Settlement["decision"] {
  if (wait === undefined) return { state: "dead", reason: `given up after ${attempts(claimed.attempt)}: ${reason}` };
  const maxAge = retry.maxAge ?? defaultMaxAge;
  if (now + wait - claimed.since > maxAge) {
    return {
      state: "dead",
      reason: `given up: the next attempt would be later than ${formatDuration(maxAge)} after hand-over: ${reason}`,
    };
  }
  return { state: "pending", due: now + wait, ...(countsAsAttempt === false ? { countsAsAttempt } : {}) };
}

function maxAttemptsOf({ wait, maxAttempts = Number.POSITIVE_INFINITY }: RetryPolicy): number {
  return wait !== undefined && !("base" in wait) ? Math.min(maxAttempts, wait.length + 1) : maxAttempts;
}

const attempts = (count: number): string => (count === 1 ? "1 attempt" : `${count} attempts`);
