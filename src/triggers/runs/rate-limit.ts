/** How many may go now, so that never more than `count` go in any `per` ms. */
export interface RateLimiter {
  /** How many may go at `now`. */
  available(now: number): number;
  /** Lets up to `n` go. @returns how many went */
  take(n: number, now: number): number;
  /** When the next one may go, in ms since 1970: `now` if there is room. */
  nextAt(now: number): number;
}

/** What went is remembered to a thousandth of `per`, so that it stays small. */
const steps = 1000;

/**
 * It remembers what went for as long as it matters, and nothing else: a run that goes on after a restart takes `count` at the
 * time it last wrote its progress, and the promise holds over the restart, too.
 * @param now when nothing has gone yet
 */
export function createRateLimiter(
  { count, per }: { readonly count: number; readonly per: number },
  now: number,
): RateLimiter {
  /** Oldest first. What went at several times counts as gone at the last of them. */
  let admitted: { at: number; n: number }[] = [];
  let total = 0;
  let last = now;

  function expire(at: number): void {
    // Clocks can be put back: what went later than now went now, or it would hold up for as long as they were put back.
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
