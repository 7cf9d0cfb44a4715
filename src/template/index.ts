/**
 * Runs templates. In: template text and a profile. Out: text, or a `TemplateError` in Go's words.
 *
 * `template.ts` parses and collects a set, and `program.ts` compiles each tree to closures: `statement.ts` compiles what
 * writes, `expression.ts` and `call.ts` what has a value. `run.ts` is the state of one render, `value.ts` defines what a
 * template sees.
 */
export { RenderAborted } from "./aborted.ts";
export { capacityOf, sliceList, withCapacity } from "./builtins/capacity.ts";
export { type Builtin, escapePieces, payFor, spellBytes } from "./builtins/index.ts";

export { compileCondition } from "./condition.ts";
export { type Context, maxPrepared } from "./context.ts";
export {
  type Civil,
  civil,
  daysOf,
  digits,
  formatFloat,
  formatValue,
  isNil,
  months,
  offsetText,
  sprint,
  timeString,
} from "./fmt/index.ts";
export {
  define,
  type FunctionSet,
  float,
  type ParamType,
  type Signature,
  signatureOf,
  type TemplateFunction,
} from "./function.ts";
export { defaultLimits, LimitReached, type Limits, serviceLimits, type TimeLimit } from "./limits.ts";
export { mapGet, mapSize, sortedEntries } from "./maps.ts";
export type { Pass } from "./pass.ts";
export { readsOf } from "./reads.ts";
export type { MissingKey, Run } from "./run.ts";
export { compile, type LanguageOptions, type Template } from "./template.ts";
export { truth } from "./truth.ts";
export {
  Complex,
  Content,
  type ContentType,
  elementsOf,
  Float64,
  floatOf,
  type GoType,
  goType,
  goTypeOf,
  intOf,
  kindOf,
  type List,
  type Numbers,
  Pairs,
  SizedInt,
  Struct,
  Time,
  textOf,
  typeName,
  utc,
  type Zone,
} from "./value.ts";
