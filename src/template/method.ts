import { isStackOverflow, TemplateLimitError } from "../../grammar/index.ts";
import { RenderAborted } from "./aborted.ts";
import { apply, signatureOf, type TemplateFunction } from "./function.ts";
import { LimitReached } from "./limits.ts";
import { type AnyNode, errorText, type Run } from "./run.ts";

/** Returns Go's message for a wrong number of arguments, undefined for a right one. */
export function countError(
  { name, count, final }: { readonly name: string; readonly count: number; readonly final: unknown },
  params: number,
  variadic: boolean,
): string | undefined {
  if (variadic && count < params - 1) {
    return `wrong number of args for ${name}: want at least ${params - 1} got ${final ? count - 1 : count}`;
  }
  return variadic || count === params ? undefined : `wrong number of args for ${name}: want ${params} got ${count}`;
}

/** Fails a render in which a function threw: what ends a render passes as it is. */
export function failCall(run: Run, { name, node }: { name: string; node: AnyNode }, error: unknown): never {
  const passes = error instanceof TemplateLimitError || error instanceof LimitReached || error instanceof RenderAborted;
  if (passes || isStackOverflow(error)) run.rethrow(error);
  return run.fail(`error calling ${name}: ${errorText(error)}`, node, error);
}

/** Calls a method with checked arguments. */
export function callMethod(run: Run, method: TemplateFunction, given: unknown[], name: string, node: AnyNode): unknown {
  try {
    return apply(method, signatureOf(method), given, run);
  } catch (error) {
    return failCall(run, { name, node }, error);
  }
}

/** Calls the method that `.name` reads, without arguments. */
export function readMethod(run: Run, method: TemplateFunction, name: string): unknown {
  const { params, variadic = false } = signatureOf(method);
  const wrong = countError({ name, count: 0, final: undefined }, params.length, variadic);
  return wrong ? run.fail(wrong) : callMethod(run, method, [], name, run.at);
}
