import type { LintOptions } from "../lint/index.ts";

/** A template as it is being typed. Offsets in it count UTF-16 units. */
export interface TemplateText {
  readonly text: string;
  /** What is known of the data and the functions: the same as for `lint`. */
  readonly options: LintOptions;
}
