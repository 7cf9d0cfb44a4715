/** Admits at most `count` profiles in any `per` ms. */
export interface RateLimiter {
  /** Returns how many may be admitted at `now`. */
  available(now: number): number;
  /** Admits up to `n`. @returns how many were admitted */
  take(n: number, now: number): number;
  /** Returns when the next one may be admitted, in ms since 1970: `now` if one may be admitted at once. */
  nextAt(now: number): number;
}

/** Divides `per` into this many steps, so that the history stays small. */
const steps = 1000;

/**
 * Creates a limiter that remembers admissions for `per` ms. A run that continues after a restart admits what it had
 * done at the time it last wrote its progress, so that the limit holds across restarts.
 * @param now time before which nothing was admitted
 */
export function createRateLimiter(
  { count, per }: { readonly count: number; readonly per: number },
  now: number,
): RateLimiter {
  /** Oldest first. Admissions of one step count as made at the last of them. */
  let admitted: { at: number; n: number }[] = [];
  let total = 0;
  let last = now;

  function expire(at: number): void {
    // If the clock was put back, admissions later than now count as made now; otherwise they would block for as long as
    // the clock was put back.
    if (at < last) for (const entry of admitted) entry.at = Math.min(entry.at, at);
    last = at;
    const first = admitted.findIndex((entry) => entry.at > at - per);
    const expired = first < 0 ? admitted : admitted.slice(0, first);
    if (expired.length === 0) return;
    for (const { n } of expired) total -= n;
    admitted = first < 0 ? [] : admitted.slice(first);
  }

  function available(at: number): number {
    expire(at);
    return count - total;
  }

  return {
    available,
    take: (n, at) => {
      const admitting = Math.max(0, Math.min(Math.floor(n), available(at)));
      if (admitting === 0) return 0;
      const newest = admitted.at(-1);
      if (newest && at - (admitted.at(-2)?.at ?? Number.NEGATIVE_INFINITY) < per / steps) {
        newest.at = at;
        newest.n += admitting;
      } else admitted.push({ at, n: admitting });
      total += admitting;
      return admitting;
    },
    nextAt: (at) => (available(at) > 0 ? at : admitted[0]!.at + per),
  };
}
