import type { Limit } from "../../grammar/index.ts";

/**
 * What a render may use. Deterministic but for `time`: the same template and profile stop at the same place on every machine.
 */
export interface Limits {
  /**
   * Work: each loop turn and each template call costs as many steps as its body has nodes, each function call one and one more for
   * each 64 characters or elements that it gets or gives (4 characters of a text with bytes that are no UTF-8), and each element
   * printed, each key counted or sorted one. What does more than go through its arguments once costs more; a formatter, a zone or
   * a pattern some hundreds where a render first needs it. A step takes 0.02 to 3 µs, mostly a third.
   * @default 1_000_000
   */
  readonly steps: number;
  /** Bytes of UTF-8 in the result, and characters in the result of any one function. @default 16_777_216 (16 MiB) */
  readonly output: number;
  /** Templates that call each other, and data printed inside data. @default 1_000 */
  readonly depth: number;
  /**
   * Milliseconds by `monotonicClock`, looked at every {@link timeSlice} steps: the net beneath `steps`, for callers where others
   * wait. What it stops depends on the machine and on the moment, so it may well end in time on another try. @default Infinity
   */
  readonly time: number;
}

/** The time that one render may take, or several that share it. */
export interface TimeLimit {
  /** Milliseconds, instead of `limits.time`. @default limits.time */
  readonly time?: number | undefined;
  /**
   * When they began, by `monotonicClock`: renders that are given the same have `time` together, and one that comes when it is used
   * up stops before it begins. @default when the render begins
   */
  readonly since?: number | undefined;
}

/** Steps between two looks at the clock. */
export const timeSlice = 1000;

export const defaultLimits: Limits = {
  steps: 1_000_000,
  output: 16 * 1024 * 1024,
  depth: 1_000,
  time: Number.POSITIVE_INFINITY,
};

const mebibyte = 1024 * 1024;

/**
 * For renders that others wait for behind this one, as in a service: a tenth of a second of the most expensive work there is, and a
 * clock beside it.
 */
export const serviceLimits: Limits = { steps: 200_000, output: 4 * mebibyte, depth: 1_000, time: 1_000 };

/** For texts that nobody has approved yet: previews, dry runs, what an editor asks for at each key. */
export const previewLimits: Limits = { steps: 50_000, output: mebibyte, depth: 1_000, time: 1_000 };

/** Thrown where no template position is known; the renderer turns it into a `TemplateLimitError`. */
export class LimitReached extends Error {
  readonly limit: Limit;
  constructor(limit: Limit) {
    super(`exceeded the ${limit} limit`);
    this.limit = limit;
  }
}
