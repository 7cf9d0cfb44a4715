import { type Alert, type AlertAborted, type AlertTemplate, compileAlert } from "../../index.ts";
import type { PortableOptions } from "../portable-options.ts";
import { fromPortable } from "./from-portable.ts";

export interface PreviewInput {
  readonly template: AlertTemplate;
  readonly profile: unknown;
  readonly options: PortableOptions;
}

/** Renders an alert template for a profile. @throws TemplateError */
export function preview({ template, profile, options }: PreviewInput): Alert | AlertAborted {
  return compileAlert(template, fromPortable(options)).render(profile);
}
