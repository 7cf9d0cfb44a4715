import type { Chain, Command, Field, NumberNode, Operand, Pipe, Variable } from "../../grammar/index.ts";
import { printNode } from "../../grammar/index.ts";
import { compileCall, compileMethodCall } from "./call.ts";
import { type Env, type Eval, type Expression, isBoxed } from "./env.ts";
import { failFieldWithArguments, fieldReader, methodOf } from "./field.ts";
import { float, toJsInt } from "./function.ts";
import type { AnyNode, Run } from "./run.ts";
import { findSlot } from "./scope.ts";
import { Complex, goTypeOf, type Numbers } from "./value.ts";

/** Compiles a pipeline. Its value is unboxed: nil becomes absent. Declares or assigns its variables. Go: `evalPipeline`. */
export function compilePipe(pipe: Pipe, env: Env): Expression {
  return unboxed(compileBoxedPipe(pipe, env));
}

/** Compiles a pipeline whose value is only printed or tested, for which nil and absent are the same. */
export function compileBoxedPipe(pipe: Pipe, env: Env): Expression {
  let result: Expression | undefined;
  for (const command of pipe.commands) result = compileCommand(command, result && unboxed(result), pipe, env);
  if (result === undefined) throw new Error("a pipeline without commands");
  if (pipe.decl.length > 0) result = unboxed(result);
  for (const variable of pipe.decl) {
    result = pipe.isAssign ? assign(variable, result, env) : declare(variable, result, env);
  }
  return result;
}

function unboxed({ eval: evaluate, boxed, field }: Expression): Expression {
  if (boxed === false) return { eval: evaluate, boxed, field };
  return {
    eval: (run) => {
      const value = evaluate(run);
      return value === null ? undefined : value;
    },
    boxed: false,
    field,
  };
}

function declare(variable: Variable, { eval: evaluate }: Expression, env: Env): Expression {
  const { index } = env.scope.declare(variable.name);
  return {
    eval: (run) => {
      const value = evaluate(run);
      run.vars[index] = value;
      run.vars[index + 1] = false;
      return value;
    },
    boxed: false,
  };
}

function assign(variable: Variable, { eval: evaluate }: Expression, env: Env): Expression {
  const set = compileAssignment(variable, env);
  return {
    eval: (run) => {
      const value = evaluate(run);
      set(run, value, false);
      return value;
    },
    boxed: false,
  };
}

export type Assignment = (run: Run, value: unknown, boxed: boolean) => void;

/** Compiles an assignment. Go: `setVar`. */
export function compileAssignment({ name }: Variable, env: Env): Assignment {
  const slots = env.scope.resolve(name);
  return (run, value, boxed) => {
    const index = findSlot(run, slots);
    if (index < 0) run.fail(`undefined variable: ${name}`);
    run.vars[index] = value;
    run.vars[index + 1] = boxed;
  };
}

/**
 * Compiles a command.
 * @param final value of the command before it, which becomes the last argument
 */
function compileCommand(command: Command, final: Expression | undefined, pipe: Pipe, env: Env): Expression {
  const [first] = command.args;
  const hasArguments = command.args.length > 1 || final !== undefined;
  switch (first.kind) {
    case "identifier":
      return compileCall(first, command, command.args.slice(1), final, env);
    case "field":
    case "variable":
    case "chain":
      return hasArguments ? withArguments(first, command.args.slice(1), final, env) : compileOperand(first, env);
    case "pipe":
      return hasArguments ? notAFunction(first, final, final ? undefined : pipe, env) : compilePipe(first, env);
    case "nil":
      return after(final, first, (run) => run.fail(hasArguments ? cannotGive(first, env) : "nil is not a command"));
    default:
      return hasArguments ? notAFunction(first, final, first, env) : compileOperand(first, env);
  }
}

const cannotGive = (node: Operand, { delims }: Env): string =>
  `can't give argument to non-function ${printNode(node, delims)}`;

/** Evaluates the command before, then fails. */
function after(final: Expression | undefined, at: AnyNode | undefined, fail: (run: Run) => unknown): Expression {
  return {
    eval: (run) => {
      final?.eval(run);
      if (at) run.at = at;
      return fail(run);
    },
    boxed: false,
  };
}

function notAFunction(node: Operand, final: Expression | undefined, at: AnyNode | undefined, env: Env): Expression {
  return after(final, at, (run) => run.fail(cannotGive(node, env)));
}

/** Compiles `.x.y 1`: all fields but the last are read, the last one is a method or refuses the arguments. */
function withArguments(
  node: Field | Variable | Chain,
  operands: readonly Operand[],
  final: Expression | undefined,
  env: Env,
): Expression {
  const fields = node.kind === "field" ? node.names : node.fields;
  const last = fields.at(-1);
  const receiver = compileFields(node, fields.slice(0, -1), env);
  const callMethod = compileMethodCall(operands, final, env);
  return {
    eval: (run) => {
      const given = final?.eval(run);
      const value = receiver.eval(run);
      if (last === undefined) return run.fail(cannotGive(node, env));
      const method = methodOf(value, goTypeOf(value), last);
      if (method) return callMethod(run, method, last, node, given);
      return failFieldWithArguments(run, value, last, isBoxed(receiver, run));
    },
    boxed: true,
  };
}

/** Compiles the first fields of a chain, or none of them; errors show the whole chain. */
function compileFields(node: Field | Variable | Chain, fields: readonly string[], env: Env): Expression {
  switch (node.kind) {
    case "field":
      return fieldsOf(compileDot(node), fields);
    case "variable":
      return fieldsOf(compileVariable(node, env), fields);
    case "chain":
      return fieldsOf(compileOperand(node.base, env), fields);
  }
}

export function compileOperand(node: Operand, env: Env): Expression {
  switch (node.kind) {
    case "field":
      return compileField(node);
    case "variable":
    case "chain":
      return compileFields(node, node.fields, env);
    case "identifier":
      return bareCall(node, env);
    case "pipe":
      return compilePipe(node, env);
    case "dot":
      return compileDot(node);
    case "nil":
      return constant(node, undefined);
    case "bool":
      return constant(node, node.value);
    case "string":
      return constant(node, node.text);
    case "number":
      return compileNumber(node, env.numbers);
    default:
      return node satisfies never;
  }
}

/** Compiles a literal, or a value computed from one. */
export function constant(node: Operand, value: unknown): Expression {
  return {
    eval: (run) => {
      run.at = node;
      return value;
    },
    boxed: false,
  };
}

/** Compiles a function among the arguments, which is called without any. */
function bareCall(node: Operand & { kind: "identifier" }, env: Env): Expression {
  return compileCall(node, node, [], undefined, env);
}

function compileDot(node: Operand): Expression {
  return {
    eval: (run) => {
      run.at = node;
      return run.dot;
    },
    boxed: (run) => run.dotBoxed,
  };
}

/** Compiles fields of dot, with the first look-up in one step because no expression runs more often. */
function compileField(node: Field): Expression {
  const [name, ...rest] = node.names as readonly [string, ...string[]];
  const read = fieldReader(name);
  const first: Expression = {
    eval: (run) => {
      run.at = node;
      return read(run, run.dot, name, run.dotBoxed);
    },
    boxed: true,
    field: name,
  };
  return fieldsOf(first, rest);
}

/** Compiles the variable alone, without its fields. */
function compileVariable(node: Variable, env: Env): Expression {
  const slots = env.scope.resolve(node.name);
  const [slot] = slots;
  if (slot && !slot.maybe) {
    const { index } = slot;
    return {
      eval: (run) => {
        run.at = node;
        return run.vars[index];
      },
      boxed: (run) => run.vars[index + 1] === true,
    };
  }
  return {
    eval: (run) => {
      run.at = node;
      const index = findSlot(run, slots);
      return index < 0 ? run.fail(`undefined variable: ${node.name}`) : run.vars[index];
    },
    boxed: (run) => run.vars[findSlot(run, slots) + 1] === true,
  };
}

/**
 * Compiles reading fields. Errors point at the node evaluated last: for a chain after a parenthesis, at one inside the
 * parenthesis.
 */
function fieldsOf(base: Expression, fields: readonly string[]): Expression {
  return fields.reduce(fieldOf, base);
}

function fieldOf({ eval: evaluate, boxed }: Expression, name: string): Expression {
  const read = fieldReader(name);
  const evalField: Eval =
    boxed === true || boxed === false
      ? (run) => read(run, evaluate(run), name, boxed)
      : (run) => read(run, evaluate(run), name, boxed(run));
  return { eval: evalField, boxed: true, field: name };
}

/** Compiles a constant where no type is expected: its own text decides. Go: `idealConstant`. */
function compileNumber(node: NumberNode, numbers: Numbers): Expression {
  const { text, complex, int } = node;
  const isFloat =
    node.float !== undefined && /[.eEpP]/.test(text) && !/^0[xX][^pP]+$/.test(text) && !text.startsWith("'");
  let value: unknown;
  if (complex) value = new Complex(complex.re, complex.im);
  else if (isFloat) value = float(node.float!, numbers);
  else if (int !== undefined) value = numbers === "int" ? toJsInt(int) : int;
  else return { eval: (run) => run.fail(`${text} overflows int`, node), boxed: false };
  return constant(node, value);
}
