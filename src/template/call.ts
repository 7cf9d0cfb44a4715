import type { Command, Identifier, Operand, StringNode } from "../../grammar/index.ts";
import { joinBytes, printNode } from "../../grammar/index.ts";
import { checkValue, compileArgument, type Param } from "./argument.ts";
import { callValue } from "./builtins/call.ts";
import type { Builtin } from "./builtins/index.ts";
import type { Env, Eval, Expression } from "./env.ts";
import { isBoxed } from "./env.ts";
import { compileOperand } from "./expression.ts";
import { failRequired } from "./field.ts";
import { compileFormat } from "./fmt/index.ts";
import { apply, type ParamType, signatureOf, type TemplateFunction } from "./function.ts";
import { callMethod, countError, failCall } from "./method.ts";
import { payForSize } from "./pay.ts";
import type { Run } from "./run.ts";
import { truth } from "./truth.ts";
import { typeName } from "./value.ts";

/**
 * Compiles the call of a named function.
 * @param node what Go's messages show when the function fails: the command, or the name if it is among arguments
 * @param final value of the command before it in the pipeline, which becomes the last argument
 */
export function compileCall(
  name: Identifier,
  node: Command | Identifier,
  operands: readonly Operand[],
  final: Expression | undefined,
  env: Env,
): Expression {
  const call: Call = { name: name.name, ident: name, node, final, count: operands.length + (final ? 1 : 0) };
  const fn = env.functions.get(name.name);
  const builtin = Object.hasOwn(env.builtins, name.name) ? env.builtins[name.name] : undefined;
  if (fn) return compileFunction(call, fn, operands, env);
  if (name.name === "and" || name.name === "or") return compileLazy(call, operands, env);
  if (name.name === "call") return compileCallOfValue(call, operands, env);
  if (builtin) return compileBuiltin(call, builtin, operands, env);
  return failing(call, `"${name.name}" is not a defined function`);
}

interface Call {
  readonly name: string;
  readonly ident: Identifier;
  readonly node: Command | Identifier;
  readonly final: Expression | undefined;
  /** Number of arguments, including the final one. */
  readonly count: number;
}

function failing({ final, ident }: Call, message: string): Expression {
  return {
    eval: (run) => {
      final?.eval(run);
      return run.fail(message, ident);
    },
    boxed: false,
  };
}

/** Compiles `and` and `or`: arguments are evaluated until one decides; that one is the result. */
function compileLazy(call: Call, operands: readonly Operand[], env: Env): Expression {
  const { final, ident } = call;
  if (call.count === 0) return failing(call, `wrong number of args for ${call.name}: want at least 1 got 0`);
  const decides = call.name === "or";
  const outer = env.scope.maybe;
  const args = operands.map((operand, i) => {
    env.scope.maybe = outer || i > 0;
    return compileOperand(operand, env).eval;
  });
  env.scope.maybe = outer;
  const [a, b] = args;
  if (args.length === 2 && !final && a && b) {
    return {
      eval: (run) => {
        run.spend(1);
        const value = a(run);
        return truth(value, run) === decides ? value : b(run);
      },
      boxed: true,
    };
  }
  return {
    eval: (run) => {
      const last = final?.eval(run);
      run.at = ident;
      run.spend(1);
      let value: unknown;
      for (const arg of args) {
        value = arg(run);
        if (truth(value, run) === decides) return value;
      }
      return final ? last : value;
    },
    boxed: true,
  };
}

function compileBuiltin(call: Call, builtin: Builtin, operands: readonly Operand[], env: Env): Expression {
  const { name, count, final } = call;
  const { params, variadic, apply1, apply2 } = builtin;
  const wrong = countError(call, params.length, variadic);
  if (wrong) return failing(call, wrong);
  const paramAt = (i: number): Param => params[Math.min(i, params.length - 1)]!;
  const args = operands.map((operand, i) => compileArgument(operand, paramAt(i), env));
  const [format] = operands;
  if (env.missingKey === "required" && builtin.prints) return compileRequired(call, builtin, args, paramAt(count - 1));
  if (apply1 && count === 1) return applyOne(call, apply1, args[0]?.eval ?? piped(call), builtin);
  if (apply2 && count === 2 && !final) return applyTwo(call, apply2, args[0]!.eval, args[1]!.eval);
  if (name === "printf" && format?.kind === "string") return compilePrintf(call, format, args);
  const values = compileValues(call, args, paramAt(count - 1));
  const { usesBoxed, apply } = builtin;
  return {
    eval: (run) => {
      const given = values(run);
      try {
        const result = apply(run, given, usesBoxed ? args.map((arg) => isBoxed(arg, run)) : noFlags);
        return counted(run, result);
      } catch (error) {
        return failCall(run, call, error);
      }
    },
    boxed: builtin.boxedResult ?? false,
  };
}

const noFlags: readonly boolean[] = [];

function applyOne(call: Call, apply: NonNullable<Builtin["apply1"]>, a: Eval, builtin: Builtin): Expression {
  const { boxedResult, needsEscaping } = builtin;
  return {
    eval: (run) => {
      const value = a(run);
      if (needsEscaping) {
        // Most texts need no escaping, and this test is all that they cost.
        const text = typeof value === "number" && run.isInt(value) ? `${value}` : value;
        if (typeof text === "string" && !needsEscaping.test(text)) {
          run.spend(1 + (text.length >> 6) + (text.length > 16 ? text.length >> 4 : 0));
          return text;
        }
      }
      try {
        return counted(run, apply(run, value));
      } catch (error) {
        return failCall(run, call, error);
      }
    },
    boxed: boxedResult ?? false,
  };
}

function applyTwo(call: Call, apply: NonNullable<Builtin["apply2"]>, a: Eval, b: Eval): Expression {
  return {
    eval: (run) => {
      const first = a(run);
      const second = b(run);
      run.spend(1);
      try {
        return apply(run, first, second);
      } catch (error) {
        return failCall(run, call, error);
      }
    },
    boxed: false,
  };
}

/** Evaluates the only argument, which comes from the command before. */
function piped({ final, ident }: Call): Eval {
  return (run) => {
    const value = final?.eval(run);
    run.at = ident;
    return value;
  };
}

type Values = (run: Run) => unknown[];

/**
 * Compiles all arguments, the final one last.
 * @param at the node that an error is about until an argument is evaluated
 */
function compileValues(
  { final, ident }: Call,
  args: readonly Expression[],
  finalType: Param,
  at: Operand = ident,
): Values {
  const evals = args.map((arg) => arg.eval);
  const [a, b, c] = evals;
  if (!final && evals.length === 3 && a && b && c) return (run) => [a(run), b(run), c(run)];
  if (!final && evals.length === 2 && a && b) return (run) => [a(run), b(run)];
  return (run) => {
    const last = final?.eval(run);
    run.at = at;
    const values: unknown[] = [];
    for (const evaluate of evals) values.push(evaluate(run));
    if (final) values.push(checkValue(run, last, finalType));
    return values;
  };
}

/** Compiles a printing function for `missingKey: "required"`, where its arguments must be present. */
function compileRequired(call: Call, builtin: Builtin, args: readonly Expression[], finalType: Param): Expression {
  const values = compileValues(call, args, finalType);
  return {
    eval: (run) => {
      const given = values(run);
      for (let i = 0; i < given.length; i++) {
        const value = given[i];
        if (value === undefined || value === null) failRequired(run, value, (args[i] ?? call.final)?.field, call.node);
      }
      try {
        return counted(run, builtin.apply(run, given, noFlags));
      } catch (error) {
        return failCall(run, call, error);
      }
    },
    boxed: false,
  };
}

/** Compiles `printf` with a constant format, which is read once. */
function compilePrintf(call: Call, literal: StringNode, args: readonly Expression[]): Expression {
  const format = compileFormat(literal.text);
  const price = literal.text.length >> 4;
  const values = compileValues(call, args.slice(1), "any", literal);
  return {
    eval: (run) => {
      const given = values(run);
      try {
        if (price > 0) run.spend(price); // each verb takes its time, even where it writes nothing
        for (const value of given) if (typeof value === "string") payForSize(run, value); // a precision may cut them
        return counted(run, format(given, run.printing));
      } catch (error) {
        return failCall(run, call, error);
      }
    },
    boxed: false,
  };
}

/** Charges for a call and for the text that it built. */
function counted(run: Run, result: unknown): unknown {
  if (typeof result !== "string") {
    run.spend(1);
    return result;
  }
  run.spend(1);
  payForSize(run, result);
  return joinBytes(result);
}

/** Compiles `call f x`, whose function comes from the data. */
function compileCallOfValue(call: Call, operands: readonly Operand[], env: Env): Expression {
  const wrong = countError(call, 2, true);
  if (wrong) return failing(call, wrong);
  const args = operands.map((operand) => compileOperand(operand, env));
  const [callee] = operands;
  const calleeName = callee && printNode(callee, env.delims);
  const values = compileValues(call, args, "value");
  return {
    eval: (run) => {
      const [fn, ...rest] = values(run);
      try {
        return callValue(run, fn, rest, calleeName ?? reflectString(fn, env));
      } catch (error) {
        return failCall(run, call, error);
      }
    },
    boxed: true,
  };
}

/** Shows a value as Go's `reflect.Value.String`: a string is its text, any other value its type. */
function reflectString(value: unknown, { numbers }: Env): string {
  return typeof value === "string" ? value : `<${typeName(value, numbers)} Value>`;
}

/**
 * Compiles the call of a function with a signature. Arguments are counted before any is evaluated, and each is checked when it
 * is.
 */
function compileFunction(call: Call, fn: TemplateFunction, operands: readonly Operand[], env: Env): Expression {
  const signature = signatureOf(fn);
  const { params, variadic = false, returns = "any", mutates } = signature;
  if (mutates) env.facts.mutates = true;
  const wrong = countError(call, params.length, variadic);
  if (wrong) return failing(call, wrong);
  const typeAt = (i: number): ParamType => params[Math.min(i, params.length - 1)]!;
  const args = operands.map((operand, i) => compileArgument(operand, typeAt(i), env));
  const values = compileValues(call, args, typeAt(call.count - 1));
  return {
    eval: (run) => {
      const given = values(run);
      try {
        return apply(fn, signature, given, run);
      } catch (error) {
        return failCall(run, call, error);
      }
    },
    boxed: returns === "any",
  };
}

/** Calls a method of a value, with the operands that follow its name. */
export type MethodCall = (run: Run, method: TemplateFunction, name: string, node: Operand, last: unknown) => unknown;

/** Compiles the arguments of a method, whose parameters are known only when the method is found. Go: `evalCall` of a method. */
export function compileMethodCall(operands: readonly Operand[], final: Expression | undefined, env: Env): MethodCall {
  const args = operands.map((operand) => compileOperand(operand, env));
  const count = operands.length + (final ? 1 : 0);
  return (run, method, name, node, last) => {
    const { params, variadic = false } = signatureOf(method);
    const wrong = countError({ name, count, final }, params.length, variadic);
    if (wrong) return run.fail(wrong);
    const typeAt = (i: number): ParamType => params[Math.min(i, params.length - 1)]!;
    const given = args.map((arg, i) => {
      const operand = operands[i]!;
      return isLiteral(operand)
        ? compileArgument(operand, typeAt(i), env).eval(run)
        : checkValue(run, arg.eval(run), typeAt(i));
    });
    if (final) given.push(checkValue(run, last, typeAt(count - 1)));
    return callMethod(run, method, given, name, node);
  };
}

const isLiteral = ({ kind }: Operand): boolean =>
  kind === "nil" || kind === "bool" || kind === "string" || kind === "number";
