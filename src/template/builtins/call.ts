import { acceptsNil, apply, goTypes, isAssignable, signatureOf, type TemplateFunction } from "../function.ts";
import type { Run } from "../run.ts";
import { kindOf, typeName } from "../value.ts";

/**
 * Calls a function of the data, as Go's `call`.
 * @param name the callee as written, for messages
 */
export function callValue(run: Run, fn: unknown, args: readonly unknown[], name: string): unknown {
  const { numbers } = run.settings;
  if (fn === undefined || fn === null) throw new Error("call of nil");
  const kind = kindOf(fn, numbers);
  if (kind === "seq" || kind === "seq2") throw new Error(`function ${name} has 0 return values; should be 1 or 2`);
  if (typeof fn !== "function") throw new Error(`non-function ${name} of type ${typeName(fn, numbers)}`);
  const signature = signatureOf(fn as TemplateFunction);
  const { params, variadic = false } = signature;
  const fixed = variadic ? params.length - 1 : params.length;
  if (variadic ? args.length < fixed : args.length !== fixed) {
    throw new Error(`wrong number of args for ${name}: got ${args.length} want ${variadic ? "at least " : ""}${fixed}`);
  }
  for (const [i, arg] of args.entries()) {
    const type = params[Math.min(i, params.length - 1)]!;
    if (arg === undefined || arg === null) {
      if (!acceptsNil(type)) throw new Error(`arg ${i}: value is nil; should be of type ${goTypes[type]}`);
    } else if (!isAssignable(arg, type, numbers)) {
      const kind = kindOf(arg, numbers);
      // Only `call` accepts an integer of one type for a parameter of another.
      const int = (kind === "int" || kind === "uint") && (type === "int" || type === "int64");
      if (!int) throw new Error(`arg ${i}: value has type ${typeName(arg, numbers)}; should be ${goTypes[type]}`);
    }
  }
  return apply(fn as TemplateFunction, signature, [...args], run);
}
