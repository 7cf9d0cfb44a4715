/** When to try again: one of two ways, within limits. */
export interface RetryPolicy {
  /**
   * `"exponential"`: full jitter, `random() * min(cap, base * 2 ** (attempt - 1))` ms. A list: ms to wait after the first
   * attempt, the second, …; the list's end is the end of trying.
   */
  readonly wait?: { readonly base: number; readonly cap: number } | readonly number[] | undefined;
  /** Share of a listed wait that is added or taken away by chance. @default 0.1 */
  readonly jitter?: number | undefined;
  /** @default unlimited for exponential waiting, the list's length + 1 otherwise */
  readonly maxAttempts?: number | undefined;
  /** ms since hand-over after which no attempt starts. @default 3 days */
  readonly maxAge?: number | undefined;
  /** Bounds of a receiver's `Retry-After`, in ms. @default 1 s … 24 h */
  readonly retryAfter?: { readonly min: number; readonly max: number } | undefined;
}

/** 5 s, 10 s, 20 s … 6 h at most, of which a random share is waited; for 3 days. */
const defaults = {
  wait: { base: 5_000, cap: 6 * 3_600_000 },
  jitter: 0.1,
  retryAfter: { min: 1_000, max: 86_400_000 },
};

/** More than any cap needs; 2 ** 1024 would be infinite. */
const maxDoublings = 64;

export const defaultMaxAge = 3 * 86_400_000;

/**
 * How long to wait after the attempt with this number (1-based), in ms.
 * @param random in [0, 1)
 * @param asked what the receiver asked for, in ms: clamped, and then the least that is waited
 * @returns undefined: that was the last attempt
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

/** A receiver's `Retry-After`, in ms, within the policy's bounds. */
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
