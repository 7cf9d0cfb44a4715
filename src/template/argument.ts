import type { Operand } from "../../grammar/index.ts";
import { printNode } from "../../grammar/index.ts";
import type { Env, Expression } from "./env.ts";
import { compileOperand, constant } from "./expression.ts";
import { acceptsNil, goTypes, isAssignable, type ParamType } from "./function.ts";
import type { Run } from "./run.ts";
import { Float64, typeName } from "./value.ts";

/** Types a parameter. `"value"` takes anything as it is, with absent and boxed nil told apart. */
export type Param = ParamType | "value";

/** Compiles an argument with a check against its parameter. Go: `evalArg`. */
export function compileArgument(operand: Operand, type: Param, env: Env): Expression {
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

/** Checks a value that is not a literal. Go: `validateType`. */
export function checkValue(run: Run, value: unknown, type: Param): unknown {
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

/** Converts a literal to the type of its parameter, as Go does with an untyped constant. */
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
    case "duration":
      return number?.int === undefined
        ? constantFailure(operand, `expected integer; found ${found}`)
        : constant(operand, number.int);
    case "float64":
      return number?.float === undefined
        ? constantFailure(operand, `expected float; found ${found}`)
        : constant(operand, new Float64(number.float));
    case "number":
      return number?.int === undefined && number?.float === undefined
        ? constantFailure(operand, `expected number; found ${found}`)
        : compileOperand(operand, env);
    default:
      return constantFailure(operand, `can't handle ${found} for arg of type ${goTypes[type]}`);
  }
}
