/** Limits the error of the clock, in ms: between two looks it goes by wall time, which is cheaper to read. */
const slack = 1;

/** Describes what Node 24 and later have. */
type Usage = { readonly threadCpuUsage?: () => { readonly user: number; readonly system: number } };

/**
 * Makes a clock of the time that this thread has worked, in ms: a machine that others keep busy does not make an evaluation
 * look long, and so decides nothing. Where Node cannot tell, it is the time that passes. Never goes back.
 */
export function threadClock(
  wallClock: () => number = () => performance.now(),
  usage: (() => { readonly user: number; readonly system: number }) | null = (process as Usage).threadCpuUsage ?? null,
): () => number {
  if (usage === null) return wallClock;
  const worked = (): number => {
    const { user, system } = usage();
    return (user + system) / 1000;
  };
  let [askedAt, then, last] = [wallClock(), worked(), Number.NEGATIVE_INFINITY];
  return () => {
    const now = wallClock();
    if (now - askedAt >= slack) [askedAt, then] = [now, worked()];
    last = Math.max(last, then + now - askedAt);
    return last;
  };
}
