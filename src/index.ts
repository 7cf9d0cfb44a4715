/**
 * tocsin, the browser-safe half. In: a profile and an alert template. Out: an alert, or a `TemplateError`.
 */
export { type Limit, type Phase, type Span, TemplateError, TemplateLimitError } from "../grammar/index.ts";
export {
  type Alert,
  type AlertAborted,
  type AlertTemplate,
  type CompiledAlert,
  compileAlert,
  renderAlert,
} from "./alert.ts";
export { compile, type Escaping, type TemplateOptions } from "./compile.ts";
export {
  Complex,
  Float64,
  type IntType,
  type Limits,
  type MissingKey,
  type Numbers,
  Pairs,
  RenderAborted,
  SizedInt,
  type Template,
} from "./template/index.ts";
