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
  addSample,
  applyEdits,
  applyFixes,
  type Change,
  createShape,
  type Edit,
  type Finding,
  type Fixed,
  type FormatOptions,
  format,
  type LintOptions,
  lint,
  type Part,
  type Rule,
  rules,
  type Severity,
  type Shape,
  type ShapeJson,
  shapeFromJson,
  shapeOf,
  shapeOfSchema,
  shapeToJson,
  shownLengths,
} from "./lint/index.ts";
export {
  Complex,
  Float64,
  type IntType,
  type Limits,
  type MissingKey,
  type Numbers,
  Pairs,
  previewLimits,
  RenderAborted,
  type RenderOptions,
  SizedInt,
  serviceLimits,
  type Template,
  type TimeLimit,
} from "./template/index.ts";
