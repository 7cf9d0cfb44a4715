/**
 * What the language does. In: template text and a profile. Out: text, or a `TemplateError` in Go's words.
 *
 * `template.ts` parses and collects a set, `program.ts` compiles each tree to closures: `statement.ts` for what writes,
 * `expression.ts` and `call.ts` for what has a value. `run.ts` is the state of one render, `value.ts` what a template sees.
 */
export { type Builtin, escapePieces } from "./builtins/index.ts";
export { sprint } from "./fmt/index.ts";
export { define, type FunctionSet, type ParamType, type Signature, type TemplateFunction } from "./function.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export type { Pass } from "./pass.ts";
export type { MissingKey, Run } from "./run.ts";
export { compile, type LanguageOptions, type Template } from "./template.ts";
export { truth } from "./truth.ts";
export { Complex, Float64, type IntType, type Numbers, Pairs, SizedInt } from "./value.ts";
