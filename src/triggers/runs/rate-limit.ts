/** How many may go now, so that never more than `count` go in any `per` ms. */
export interface Pace {
  /** How many may go at `now`. */
  room(now: number): number;
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
export function createPace({ count, per }: { readonly count: number; readonly per: number }, now: number): Pace {
  /** Oldest first. What went at several times counts as gone at the last of them. */
  let went: { at: number; n: number }[] = [];
  let taken = 0;
  let last = now;

  function forget(at: number): void {
    // Clocks can be put back: what went later than now went now, or it would hold up for as long as they were put back.
    if (at < last) for (const entry of went) entry.at = Math.min(entry.at, at);
    last = at;
    const first = went.findIndex((entry) => entry.at > at - per);
    const gone = first < 0 ? went : went.slice(0, first);
    if (gone.length === 0) return;
    for (const { n } of gone) taken -= n;
    went = first < 0 ? [] : went.slice(first);
  }

  function room(at: number): number {
    forget(at);
    return count - taken;
  }

  return {
    room,
    take: (n, at) => {
      const going = Math.max(0, Math.min(Math.floor(n), room(at)));
      if (going === 0) return 0;
      const newest = went.at(-1);
      if (newest && at - (went.at(-2)?.at ?? Number.NEGATIVE_INFINITY) < per / steps) {
        newest.at = at;
        newest.n += going;
      } else went.push({ at, n: going });
      taken += going;
      return going;
    },
    nextAt: (at) => (room(at) > 0 ? at : went[0]!.at + per),
  };
}
