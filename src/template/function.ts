/** What a parameter takes, by Go's names; `"list"` is `[]interface {}`, `"map"` is `map[string]interface {}`. */
export type ParamType = "any" | "string" | "bool" | "int" | "int64" | "float64" | "list" | "map";

export interface Signature {
  readonly params: readonly ParamType[];
  /** The last parameter takes any number of arguments, also none. @default false */
  readonly variadic?: boolean;
  /** Go's type of the result, where a JavaScript number would not tell. @default "any" */
  readonly returns?: ParamType;
}

// biome-ignore lint/suspicious/noExplicitAny: arguments are checked against the signature at run time
export type TemplateFunction = (...args: any[]) => unknown;

/** Named functions a template may call beyond Go's own. */
export type FunctionSet = Readonly<Record<string, TemplateFunction>>;

const signatures = new WeakMap<TemplateFunction, Signature>();

/**
 * Gives a function Go's argument checks and messages. Arguments arrive as `string`, `boolean`, `number` (`int` and `int64`
 * beyond 2^53 as `bigint`), array and object; what it throws becomes `error calling NAME: MESSAGE`.
 */
export function define(signature: Signature, fn: TemplateFunction): TemplateFunction {
  signatures.set(fn, signature);
  return fn;
}

export function signatureOf(fn: TemplateFunction): Signature | undefined {
  return signatures.get(fn);
}
