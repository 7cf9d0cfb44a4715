/** At most `count` in any `per` ms. */
export interface Pace {
  readonly count: number;
  readonly per: number;
}

/** What went lately, oldest first: when, in ms since 1970, and how many. */
export type Went = readonly (readonly [at: number, n: number])[];

/** What went within this part of `per` counts as gone at the last of it, so that what is remembered stays small. */
const steps = 32;

/** How many may go at `now`. */
export function roomOf({ count, per }: Pace, went: Went, now: number): number {
  return Math.max(0, count - counted(recent(went, per, now)));
}

/** When the next one may go, in ms since 1970: `now` if there is room. */
export function nextOf(pace: Pace, went: Went, now: number): number {
  const matters = recent(went, pace.per, now);
  return counted(matters) < pace.count ? now : matters[0]![0] + pace.per;
}

/** With `n` more, without what no longer matters. */
export function wentOn({ per }: Pace, went: Went, n: number, now: number): Went {
  const matters = recent(went, per, now);
  const newest = matters.at(-1);
  if (n < 1) return matters;
  if (newest === undefined || now - (matters.at(-2)?.[0] ?? Number.NEGATIVE_INFINITY) >= per / steps)
    return [...matters, [now, n]];
  return [...matters.slice(0, -1), [Math.max(now, newest[0]), newest[1] + n]];
}

/** Clocks differ a little, and can be put back: what seems to go much later than now went at another time. */
const recent = (went: Went, per: number, now: number): Went => went.filter(([at]) => at > now - per && at <= now + per);

const counted = (went: Went): number => went.reduce((sum, [, n]) => sum + n, 0);
