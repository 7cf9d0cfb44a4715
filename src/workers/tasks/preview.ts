import { type Alert, type AlertAborted, type AlertTemplate, compileAlert } from "../../index.ts";
import type { Portable } from "../portable.ts";
import { fromPortable } from "./options.ts";

export interface PreviewInput {
  readonly template: AlertTemplate;
  readonly profile: unknown;
  readonly options: Portable;
}

/** Renders an alert template for a profile. @throws TemplateError */
export function preview({ template, profile, options }: PreviewInput): Alert | AlertAborted {
  return compileAlert(template, fromPortable(options)).render(profile);
}
