import type { Payer } from "../pay.ts";
import type { Numbers } from "../value.ts";

/** Options of printing: how values are read, and how much one call may build. */
export interface Printing {
  readonly numbers: Numbers;
  /** Limit of the characters of one call; beyond it `LimitReached("output")` is thrown before memory is used. */
  readonly output: number;
  /** Limit of nested containers; beyond it (a cyclic profile) `LimitReached("depth")` is thrown. */
  readonly depth: number;
  /** Pays a step for each element of a list and key of a map, before they are printed; and for long texts. */
  readonly payer?: Payer;
}
