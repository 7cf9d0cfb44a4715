/** Renders alerts: the browser-safe half of tocsin. In: a profile and an alert template. Out: an alert, or a `TemplateError`. */

export { type Limit, type Phase, type Span, TemplateError, TemplateLimitError } from "../grammar/error.ts";
export type { ParseErrorCode, ParseReason } from "../grammar/wording.ts";
export {
  type Alert,
  type AlertAborted,
  type AlertOf,
  type AlertTemplate,
  type CompiledAlert,
  compileAlert,
  renderAlert,
} from "./alert.ts";
export { compile, type Escaping, type TemplateOptions } from "./compile.ts";
export { RenderAborted } from "./template/aborted.ts";
export { type Limits, previewLimits, serviceLimits, type TimeLimit } from "./template/limits.ts";
export type { MissingKey } from "./template/run.ts";
export type { RenderOptions, Template } from "./template/template.ts";
export { Complex, Float64, type IntType, type Numbers, Pairs, SizedInt } from "./template/value.ts";
