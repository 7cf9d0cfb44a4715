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
/** What an attempt that does not count waits if nobody says how long, in ms. */
const defaultUncountedWait = 60_000;

/** Why a delivery is not tried any more, before it is: its destination, its age, its attempts. */
export function reasonToGiveUp(claimed: Claimed, { retry }: Policy, now: number): string | undefined {
  if (claimed.disabled !== undefined) return `destination disabled: ${claimed.disabled}`;
  const maxAge = retry.maxAge ?? defaultMaxAge;
  if (now - claimed.since > maxAge) return `given up: older than ${formatDuration(maxAge)}`;
  const maxAttempts = maxAttemptsOf(retry);
  return claimed.attempt > maxAttempts
    ? `given up after ${attempts(maxAttempts)}, the last of which did not end`
    : undefined;
}

/** What every attempt says alike is kept once, with the delivery. */
function withoutKeptBody(sent: AttemptResult, { content }: Claimed): AttemptResult {
  const body = typeof content === "object" && content !== null && "body" in content ? content.body : undefined;
  if (body === undefined || sent.request?.body !== shownSealed(body)) return sent;
  const { body: _body, ...request } = sent.request;
  return { ...sent, request };
}

/** A receiver's answer, or a value that a template repeats, may be in it whole. */
function withShortReason(sent: AttemptResult): AttemptResult {
  const { outcome } = sent;
  return outcome.kind === "delivered" ? sent : { ...sent, outcome: { ...outcome, reason: shortened(outcome.reason) } };
}

/** What follows from how an attempt ended. */
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
      // It answered: whatever is wrong, the destination is there.
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
      // A hold stands even if this delivery is given up: it is about the others.
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
