/** Loaded into a service before its code: tells its parent, when asked, how its event loop and its memory did. */
import { monitorEventLoopDelay } from "node:perf_hooks";

export interface Watched {
  /** Measures how late the event loop was, in ms. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
  /** The most that was resident since it began, in MiB. */
  readonly resident: number;
  /** What of that is used of JavaScript's heap, now, in MiB. */
  readonly heap: number;
  /** Seconds of processor time, of all its threads. */
  readonly cpu: number;
}

const resolution = 5;
const histogram = monitorEventLoopDelay({ resolution });
histogram.enable();

process.on("message", (message) => {
  if (message === "begin") histogram.reset();
  if (message !== "tell") return;
  // The histogram has whole intervals.
  const at = (ns: number): number => Math.max(0, ns / 1e6 - resolution);
  const { user, system } = process.cpuUsage();
  const watched: Watched = {
    delay: { p50: at(histogram.percentile(50)), p99: at(histogram.percentile(99)), max: at(histogram.max) },
    resident: process.resourceUsage().maxRSS / 1024,
    heap: process.memoryUsage().heapUsed / 2 ** 20,
    cpu: (user + system) / 1e6,
  };
  process.send!(watched);
});
// Whoever listens to a parent does not stay for it.
process.channel?.unref();
