import type { Limit } from "../../grammar/index.ts";

/**
 * What a render may use. Deterministic: the same template and profile stop at the same place on every machine.
 */
export interface Limits {
  /**
   * Work: each loop turn and each template call costs as many steps as its body has nodes, each function call one, each 64
   * characters that it builds one more, each 16 that it looks through too, and each key of a map that is counted or sorted.
   * @default 10_000_000
   */
  readonly steps: number;
  /** Bytes of UTF-8 in the result, and characters in the result of any one function. @default 16_777_216 (16 MiB) */
  readonly output: number;
  /** Templates that call each other, and data printed inside data. @default 1_000 */
  readonly depth: number;
}

export const defaultLimits: Limits = { steps: 10_000_000, output: 16 * 1024 * 1024, depth: 1_000 };

/** Thrown where no template position is known; the renderer turns it into a `TemplateLimitError`. */
export class LimitReached extends Error {
  readonly limit: Limit;
  constructor(limit: Limit) {
    super(`exceeded the ${limit} limit`);
    this.limit = limit;
  }
}
