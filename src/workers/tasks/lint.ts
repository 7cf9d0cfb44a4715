import { type AlertTemplate, type Finding, lint as lintTemplate } from "../../index.ts";
import type { Portable } from "../portable.ts";
import { fromPortable } from "./options.ts";

export interface LintInput {
  readonly template: string | AlertTemplate;
  readonly options: Portable;
}

/** Lints a template. @throws TypeError for options that make no sense */
export function lint({ template, options }: LintInput): Finding[] {
  return lintTemplate(template, fromPortable(options));
}
