/**
 * What the language does. In: a tree and a profile. Out: text, or a `TemplateError` in Go's words.
 */
import type { FunctionSet } from "./function.ts";
import type { Limits } from "./limits.ts";
import type { Numbers } from "./value.ts";

export { define, type FunctionSet, type ParamType, type Signature } from "./function.ts";
export type { Limits } from "./limits.ts";
export { Complex, Float64, type IntType, type Numbers, Pairs, SizedInt } from "./value.ts";

export interface TemplateOptions {
  readonly name?: string;
  readonly delims?: readonly [left: string, right: string];
  readonly missingKey?: "default" | "zero" | "error" | "required";
  readonly numbers?: Numbers;
  readonly functions?: readonly FunctionSet[];
  readonly templates?: Readonly<Record<string, string>>;
  readonly limits?: Partial<Limits>;
}

export interface Template {
  render(profile?: unknown, options?: { readonly entry?: string }): string;
}

export function compile(_text: string, _options: TemplateOptions = {}): Template {
  throw new Error("not yet");
}
