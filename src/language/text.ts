import type { LintOptions } from "../lint/index.ts";

/** A template as it is being typed. Offsets in it count UTF-16 units. */
export interface TemplateText {
  readonly text: string;
  /** Describes the data and the functions, as for `lint`. */
  readonly options: LintOptions;
}
