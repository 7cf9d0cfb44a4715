import type { Payer } from "../pay.ts";
import type { Numbers } from "../value.ts";

/** How values are read, and how much one call may build. */
export interface Printing {
  readonly numbers: Numbers;
  /** Characters that one call may build; beyond it `LimitReached("output")` is thrown before memory is spent. */
  readonly output: number;
  /** Containers inside containers; beyond it (a cyclic profile) `LimitReached("depth")` is thrown. */
  readonly depth: number;
  /** Pays a step for each element of a list and key of a map, before they are printed; and for long texts. */
  readonly payer?: Payer;
}
