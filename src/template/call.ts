import type { Command, Identifier, Operand, StringNode } from "../../grammar/index.ts";
import { printNode, TemplateError } from "../../grammar/index.ts";
import { callValue } from "./builtins/call.ts";
import type { Builtin } from "./builtins/index.ts";
import type { Env, Eval, Expression } from "./env.ts";
import { isBoxed } from "./env.ts";
import { compileOperand, constant } from "./expression.ts";
import { failRequired } from "./field.ts";
import { compileFormat } from "./fmt/index.ts";
import {
  acceptsNil,
  goTypes,
  isAssignable,
  type ParamType,
  signatureOf,
  type TemplateFunction,
  toArgument,
  toResult,
} from "./function.ts";
import { LimitReached } from "./limits.ts";
import { isStackOverflow, type Run } from "./run.ts";
import { truth } from "./truth.ts";
import { Float64, typeName } from "./value.ts";

type Param = ParamType | "value";

/**
 * A call of a named function.
 * @param node what Go's messages show when the function fails: the command, or the name where it stands among arguments
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
  if (!fn && (name.name === "and" || name.name === "or")) return compileLazy(call, operands, env);
  if (fn) return compileFunction(call, fn, operands, env);
  if (builtin) return compileBuiltin(call, builtin, operands, env);
  return failing(call, `"${name.name}" is not a defined function`);
}

interface Call {
  readonly name: string;
  readonly ident: Identifier;
  readonly node: Command | Identifier;
  readonly final: Expression | undefined;
  /** Arguments, with the final one. */
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

/** Go's complaint about the number of arguments, if it has one. */
function countError({ name, count, final }: Call, params: number, variadic: boolean): string | undefined {
  if (variadic && count < params - 1) {
    return `wrong number of args for ${name}: want at least ${params - 1} got ${final ? count - 1 : count}`;
  }
  return variadic || count === params ? undefined : `wrong number of args for ${name}: want ${params} got ${count}`;
}

/** `and`, `or`: arguments are evaluated until one decides; that one is the result. */
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
        return truth(value) === decides ? value : b(run);
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
        if (truth(value) === decides) return value;
      }
      return final ? last : value;
    },
    boxed: true,
  };
}

function compileBuiltin(call: Call, builtin: Builtin, operands: readonly Operand[], env: Env): Expression {
  const { ident, final, name } = call;
  const { params, variadic, apply1, apply2 } = builtin;
  const wrong = countError(call, name === "call" ? 2 : params.length, variadic);
  if (wrong) return failing(call, wrong);
  const paramAt = (i: number): Param => params[Math.min(i, params.length - 1)]!;
  const args = operands.map((operand, i) => compileArgument(operand, paramAt(i), env));
  const evals = args.map((arg) => arg.eval);
  const required = env.missingKey === "required" && builtin.prints === true;
  const boxed = builtin.boxedResult ?? false;
  if (name === "call") return compileCallOfValue(call, args, operands, env);
  if (!required) {
    const [a, b] = evals;
    if (apply1 && call.count === 1) return { eval: guarded(call, apply1To(apply1, a ?? piped(call))), boxed };
    if (apply2 && call.count === 2 && a && b) {
      return { eval: guarded(call, (run) => apply2(run, a(run), b(run))), boxed };
    }
    const [format] = operands;
    if (name === "printf" && format?.kind === "string") return compilePrintf(call, format, evals.slice(1));
  }
  const finalParam = paramAt(call.count - 1);
  return {
    eval: guarded(call, (run) => {
      const last = final?.eval(run);
      run.at = ident;
      const values: unknown[] = [];
      for (const arg of evals) values.push(arg(run));
      if (final) values.push(checkValue(run, last, finalParam));
      if (required) requireAll(run, values, args, call);
      const flags = builtin.usesBoxed ? args.map((arg) => isBoxed(arg, run)) : noFlags;
      return builtin.apply(run, values, flags);
    }),
    boxed,
  };
}

const apply1To =
  (apply1: NonNullable<Builtin["apply1"]>, a: Eval): Eval =>
  (run) =>
    apply1(run, a(run));

/** The only argument comes from the command before. */
function piped({ final, ident }: Call): Eval {
  return (run) => {
    const value = final?.eval(run);
    run.at = ident;
    return value;
  };
}

const noFlags: readonly boolean[] = [];

/** `missingKey: "required"`: what is about to be printed has to be there. */
function requireAll(run: Run, values: readonly unknown[], args: readonly Expression[], { node, final }: Call): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === undefined || value === null) failRequired(run, value, (args[i] ?? final)?.field, node);
  }
}

/** A constant format is read once. */
function compilePrintf(call: Call, literal: StringNode, args: readonly Eval[]): Expression {
  const { final } = call;
  const format = compileFormat(literal.text);
  return {
    eval: guarded(call, (run) => {
      const last = final?.eval(run);
      run.at = literal;
      const values: unknown[] = [];
      for (const arg of args) values.push(arg(run));
      if (final) values.push(last);
      return format(values, run.settings.printing);
    }),
    boxed: false,
  };
}

function compileCallOfValue(
  call: Call,
  args: readonly Expression[],
  operands: readonly Operand[],
  env: Env,
): Expression {
  const { final, ident } = call;
  const [callee] = operands;
  const calleeName = callee && printNode(callee, env.delims);
  return {
    eval: guarded(call, (run) => {
      const last = final?.eval(run);
      run.at = ident;
      const values = args.map((arg) => arg.eval(run));
      if (final) values.push(last);
      const [fn, ...rest] = values;
      return callValue(run, fn, rest, calleeName ?? reflectString(fn, env));
    }),
    boxed: true,
  };
}

/** Go's `reflect.Value.String`: only of a string is it the text. */
function reflectString(value: unknown, { numbers }: Env): string {
  return typeof value === "string" ? value : `<${typeName(value, numbers)} Value>`;
}

/** Arguments are counted before any is evaluated, and each is checked when it is. */
function compileFunction(call: Call, fn: TemplateFunction, operands: readonly Operand[], env: Env): Expression {
  const { params, variadic = false, returns = "any" } = signatureOf(fn);
  const { ident, final } = call;
  const wrong = countError(call, params.length, variadic);
  if (wrong) return failing(call, wrong);
  const typeAt = (i: number): ParamType => params[Math.min(i, params.length - 1)]!;
  const types = Array.from({ length: call.count }, (_, i) => typeAt(i));
  const args = operands.map((operand, i) => compileArgument(operand, typeAt(i), env).eval);
  const { numbers } = env;
  return {
    eval: guarded(call, (run) => {
      const last = final?.eval(run);
      run.at = ident;
      const values: unknown[] = [];
      for (let i = 0; i < args.length; i++) values.push(toArgument(args[i]!(run), types[i]!));
      if (final) values.push(toArgument(checkValue(run, last, types.at(-1)!), types.at(-1)!));
      return toResult(fn(...values), returns, numbers);
    }),
    boxed: returns === "any",
  };
}

/** Counts the call and what it built, and says who failed. */
function guarded({ name, node }: Call, evaluate: Eval): Eval {
  return (run) => {
    let result: unknown;
    try {
      result = evaluate(run);
    } catch (error) {
      if (error instanceof TemplateError || error instanceof LimitReached || isStackOverflow(error)) run.rethrow(error);
      run.fail(`error calling ${name}: ${error instanceof Error ? error.message : String(error)}`, node, error);
    }
    run.spend(typeof result === "string" ? 1 + (result.length >> 6) : 1);
    return result;
  };
}

/** An argument, checked against the parameter. Go: `evalArg`. */
function compileArgument(operand: Operand, type: Param, env: Env): Expression {
  switch (operand.kind) {
    case "nil":
      if (type === "value" || acceptsNil(type)) return compileOperand(operand, env);
      return constantFailure(operand, `cannot assign nil to ${goTypes[type]}`);
    case "bool":
    case "string":
    case "number":
      return compileConstant(operand, type, env);
    default: {
      const { eval: evaluate, boxed, field } = compileOperand(operand, env);
      if (type === "value" || type === "any" || type === "plain") return { eval: evaluate, boxed, field };
      return {
        eval: (run) => {
          const value = evaluate(run);
          return typeof value === type ? value : checkValue(run, value, type);
        },
        boxed: false,
        field,
      };
    }
  }
}

function checkValue(run: Run, value: unknown, type: Param): unknown {
  if (type === "value") return value;
  if (value === undefined) {
    if (!acceptsNil(type)) run.fail(`invalid value; expected ${goTypes[type]}`);
    return value;
  }
  if (value === null && (type === "any" || type === "plain")) return value;
  const { numbers } = run.settings;
  if (value !== null && isAssignable(value, type, numbers)) return value;
  const got = value === null ? "interface {}" : typeName(value, numbers);
  return run.fail(`wrong type for value; expected ${goTypes[type]}; got ${got}`);
}

function constantFailure(operand: Operand, message: string): Expression {
  return {
    eval: (run) => {
      run.at = operand;
      return run.fail(message);
    },
    boxed: false,
  };
}

type Constant = Extract<Operand, { kind: "bool" | "string" | "number" }>;

/** A literal is converted to the type of its parameter, as an untyped Go constant is. */
function compileConstant(operand: Constant, type: Param, env: Env): Expression {
  const found = printNode(operand, env.delims);
  const number = operand.kind === "number" ? operand : undefined;
  switch (type) {
    case "value":
    case "any":
    case "plain":
      return compileOperand(operand, env);
    case "string":
    case "bool":
      return operand.kind === type
        ? compileOperand(operand, env)
        : constantFailure(operand, `expected ${type}; found ${found}`);
    case "int":
    case "int64":
      return number?.int === undefined
        ? constantFailure(operand, `expected integer; found ${found}`)
        : constant(operand, number.int);
    case "float64":
      return number?.float === undefined
        ? constantFailure(operand, `expected float; found ${found}`)
        : constant(operand, new Float64(number.float));
    default:
      return constantFailure(operand, `can't handle ${found} for arg of type ${goTypes[type]}`);
  }
}
