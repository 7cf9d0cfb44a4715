/**
 * Limits the clock's error, in ms: between two readings of the CPU time it follows wall time, which is cheaper to read.
 */
const slack = 1;

/** Declares what Node has from version 24 on. */
type Usage = { readonly threadCpuUsage?: () => { readonly user: number; readonly system: number } };

/**
 * Creates a clock of the CPU time of this thread, in ms, so that a machine that other processes keep busy does not make
 * an evaluation look long. Follows wall time if Node cannot report CPU time. Never goes back.
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
