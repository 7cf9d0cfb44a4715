/** Says when a failed delivery is retried, and when it is given up. */
export interface RetryPolicy {
  /**
   * Waits with exponential backoff and full jitter, `random() * min(cap, base * 2 ** (attempt - 1))` ms. A list
   * gives the ms to wait after the first attempt, the second and so on, until the list ends. @default 5 s, 10 s, 20 s … at most 6 h, with full jitter
   */
  readonly wait?: { readonly base: number; readonly cap: number } | readonly number[] | undefined;
  /** Share of a listed wait that is added or subtracted at random, at most. @default 0.1 */
  readonly jitter?: number | undefined;
  /** Attempts, at most. @default unlimited for exponential backoff, the list's length + 1 otherwise */
  readonly maxAttempts?: number | undefined;
  /** ms since the delivery was enqueued after which no attempt starts. @default 3 days */
  readonly maxAge?: number | undefined;
  /** Bounds of a receiver's `Retry-After`, in ms. @default 1 s … 24 h */
  readonly retryAfter?: { readonly min: number; readonly max: number } | undefined;
}

const defaults = {
  wait: { base: 5_000, cap: 6 * 3_600_000 },
  jitter: 0.1,
  retryAfter: { min: 1_000, max: 86_400_000 },
};

/** Doublings at most, which is more than any cap needs: 2 ** 1024 would be infinite. */
const maxDoublings = 64;

export const defaultMaxAge = 3 * 86_400_000;

/**
 * Returns how long to wait after the attempt with this number (1-based), in ms.
 * @param random returns a number in [0, 1)
 * @param asked how long the receiver asked to wait, in ms; clamped, it is the minimum
 * @returns undefined if that was the last attempt
 */
export function delayAfter(
  attempt: number,
  policy: RetryPolicy,
  random: () => number,
  asked?: number,
): number | undefined {
  if (attempt >= (policy.maxAttempts ?? Number.POSITIVE_INFINITY)) return undefined;
  const own = ownDelay(attempt, policy, random);
  if (own === undefined || asked === undefined) return own;
  return Math.max(own, clampRetryAfter(asked, policy));
}

/** Clamps a receiver's `Retry-After`, in ms, to the policy's bounds. */
export function clampRetryAfter(asked: number, policy: RetryPolicy): number {
  const { min, max } = policy.retryAfter ?? defaults.retryAfter;
  return Number.isNaN(asked) ? min : Math.ceil(Math.min(max, Math.max(min, asked)));
}

function ownDelay(attempt: number, policy: RetryPolicy, random: () => number): number | undefined {
  const wait = policy.wait ?? defaults.wait;
  if ("base" in wait)
    return Math.round(random() * Math.min(wait.cap, wait.base * 2 ** Math.min(attempt - 1, maxDoublings)));
  const listed = wait[attempt - 1];
  const jitter = policy.jitter ?? defaults.jitter;
  return listed === undefined ? undefined : Math.round(listed * (1 + jitter * (2 * random() - 1)));
}
