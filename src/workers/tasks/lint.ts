import type { AlertTemplate } from "../../index.ts";
import { type Finding, lint as lintTemplate } from "../../lint/index.ts";
import type { PortableOptions } from "../portable-options.ts";
import { fromPortable } from "./from-portable.ts";

export interface LintInput {
  readonly template: string | AlertTemplate;
  readonly options: PortableOptions;
}

/** Lints a template. @throws TypeError for options that make no sense */
export function lint({ template, options }: LintInput): Finding[] {
  return lintTemplate(template, fromPortable(options));
}
