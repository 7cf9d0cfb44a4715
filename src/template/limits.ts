import type { Limit } from "../../grammar/index.ts";

/**
 * Limits the resources of a render. All but `time` are deterministic: the same template and profile stop at the same place on
 * every machine.
 */
export interface Limits {
  /**
   * Limit of work. Each turn of a loop and each call of a template costs as many steps as its body has nodes; each call of a
   * function costs one step, and one more for each 64 characters or elements of its arguments and result (4 characters of a
   * text with bytes that are not UTF-8); each element printed and each key counted or sorted costs one. Functions that do more
   * than read their arguments once cost more, and a formatter, a zone or a pattern costs some hundreds when a render first
   * needs it. A step takes 0.02 to 3 µs, mostly about a third.
   * @default 1_000_000
   */
  readonly steps: number;
  /**
   * Limit of the UTF-8 bytes of the result, and of the characters of the result of any one function. @default 16_777_216 (16
   * MiB)
   */
  readonly output: number;
  /** Limit of templates that call each other, and of data nested in printed data. @default 1_000 */
  readonly depth: number;
  /**
   * Limit in milliseconds by `monotonicClock`, checked every {@link timeSlice} steps: a safety net below `steps`, for callers
   * on which others wait. A render that it stops may well finish on another try. @default Infinity
   */
  readonly time: number;
}

/** Limits the time of one render, or of several that share it. */
export interface TimeLimit {
  /** Milliseconds, instead of `limits.time`. @default limits.time */
  readonly time?: number | undefined;
  /**
   * Start by `monotonicClock`: renders with the same start share `time`, and one that comes when it is used up stops before it
   * begins. @default when the render begins
   */
  readonly since?: number | undefined;
}

/** Steps between two checks of the clock. */
export const timeSlice = 1000;

export const defaultLimits: Limits = {
  steps: 1_000_000,
  output: 16 * 1024 * 1024,
  depth: 1_000,
  time: Number.POSITIVE_INFINITY,
};

const mebibyte = 1024 * 1024;

/**
 * Limits for renders on which others wait, as in a service: a tenth of a second of the most expensive work there is, with a
 * clock beside it.
 */
export const serviceLimits: Limits = { steps: 200_000, output: 4 * mebibyte, depth: 1_000, time: 1_000 };

/** Limits for texts that nobody has approved yet: previews, dry runs, and what an editor asks for at each key. */
export const previewLimits: Limits = { steps: 50_000, output: mebibyte, depth: 1_000, time: 1_000 };

/** Reports a limit where no template position is known; the renderer turns it into a `TemplateLimitError`. */
export class LimitReached extends Error {
  readonly limit: Limit;
  constructor(limit: Limit) {
    super(`exceeded the ${limit} limit`);
    this.limit = limit;
  }
}
