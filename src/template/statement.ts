import type { Branch, List, Node, Pipe, TemplateCall } from "../../grammar/index.ts";
import { quote } from "../../grammar/index.ts";
import type { Env, Eval, Expression } from "./env.ts";
import { compileBoxedPipe, compilePipe } from "./expression.ts";
import { failRequired } from "./field.ts";
import { formatValue } from "./fmt/index.ts";
import type { Program } from "./program.ts";
import { compileRange } from "./range.ts";
import { newVars, type Run } from "./run.ts";
import { unset } from "./scope.ts";
import { truth } from "./truth.ts";
import { kindOf, typeName } from "./value.ts";

/** Tells how a statement ended: at its end, or at `{{break}}` or `{{continue}}`. */
export type Completion = 0 | 1 | 2;
export const through = 0;
export const breaks = 1;
export const continues = 2;

export type Statement = (run: Run) => Completion;

/** Tells the compiler what a statement needs: the environment of its expressions, and the other templates. */
export interface StatementEnv extends Env {
  readonly lookup: (name: string) => Program | undefined;
}

export function compileList({ nodes }: List, env: StatementEnv): Statement {
  const statements: Statement[] = [];
  let printing: Printing | undefined;
  const endPrinting = (): void => {
    if (printing) statements.push(withUnset(print(printing, env), env.scope.takeUnset()));
    printing = undefined;
  };
  for (const node of nodes) {
    if (node.kind === "comment") continue;
    if (node.kind === "text" || (node.kind === "action" && node.pipe.decl.length === 0)) {
      printing ??= { before: "", actions: [] };
      const last = printing.actions.at(-1);
      if (node.kind === "action") printing.actions.push(compileAction(node, node.pipe, env));
      else if (last) last.after += node.text;
      else printing.before += node.text;
    } else {
      endPrinting();
      statements.push(compileNode(node, env));
    }
  }
  endPrinting();
  return sequence(statements);
}

/** Collects consecutive texts and actions, which one statement writes. */
interface Printing {
  before: string;
  readonly actions: Action[];
}

interface Action {
  readonly node: Node;
  readonly evaluate: Eval;
  readonly field: string | undefined;
  /** The text after the action, written together with its value. */
  after: string;
}

function compileAction(node: Node, pipe: Pipe, env: StatementEnv): Action {
  const { eval: evaluate, field } = compileBoxedPipe(pipe, env);
  return { node, evaluate, field, after: "" };
}

function print({ before, actions }: Printing, { missingKey, numbers }: StatementEnv): Statement {
  const required = missingKey === "required";
  const plainInts = numbers === "int";
  return (run) => {
    if (before !== "") run.write(before);
    for (let i = 0; i < actions.length; i++) {
      const { node, evaluate, field, after } = actions[i]!;
      const value = evaluate(run);
      if (typeof value === "string") run.write(value + after);
      else if (typeof value === "number" && plainInts && Number.isSafeInteger(value)) run.write(value + after);
      else if (required && (value === undefined || value === null)) failRequired(run, value, field, node);
      else run.write(printed(run, value, node) + after);
    }
    return through;
  };
}

function sequence(statements: readonly Statement[]): Statement {
  const [a, b, c] = statements;
  if (!a) return () => through;
  if (!b) return a;
  if (!c) {
    return (run) => {
      const end = a(run);
      return end === through ? b(run) : end;
    };
  }
  return (run) => {
    for (let i = 0; i < statements.length; i++) {
      const end = statements[i]!(run);
      if (end !== through) return end;
    }
    return through;
  };
}

/** Marks the variables that a statement may leave undeclared as unset, each time it runs. */
export function withUnset(statement: Statement, slots: readonly number[]): Statement {
  if (slots.length === 0) return statement;
  return (run) => {
    for (const slot of slots) run.vars[slot] = unset;
    return statement(run);
  };
}

function compileNode(node: Exclude<Node, { kind: "text" | "comment" }>, env: StatementEnv): Statement {
  switch (node.kind) {
    case "action": {
      // An action that declares or assigns prints nothing.
      const { eval: evaluate } = compileBoxedPipe(node.pipe, env);
      const statement: Statement = (run) => {
        evaluate(run);
        return through;
      };
      return withUnset(statement, env.scope.takeUnset());
    }
    case "if":
      return compileIf(node, env);
    case "with":
      return compileWith(node, env);
    case "range":
      return compileRange(node, env);
    case "template":
      return compileTemplateCall(node, env);
    case "break":
      return () => breaks;
    case "continue":
      return () => continues;
    default:
      return node satisfies never;
  }
}

/** Returns the text of a printed value. Go: `printValue`. */
function printed(run: Run, value: unknown, node: Node): string {
  const { numbers } = run.settings;
  switch (kindOf(value, numbers)) {
    case "invalid":
      return "<no value>";
    case "func":
    case "seq":
    case "seq2":
      return run.fail(`can't print ${run.print(node)} of type ${typeName(value, numbers)}`, node);
    default:
      return formatValue(value, run.settings.printing);
  }
}

function compileIf({ pipe, list, elseList }: Branch, env: StatementEnv): Statement {
  const mark = env.scope.mark();
  const { eval: condition } = compileBoxedPipe(pipe, env);
  const slots = env.scope.takeUnset();
  const [yes, no] = compileBranches(list, elseList, env);
  env.scope.pop(mark);
  return withUnset((run) => (truth(condition(run), run) ? yes(run) : no(run)), slots);
}

/** Compiles both branches. Variables declared in one are not known in the other. */
export function compileBranches(list: List, elseList: List | undefined, env: StatementEnv): [Statement, Statement] {
  const mark = env.scope.mark();
  const yes = compileList(list, env);
  env.scope.pop(mark);
  return [yes, elseList ? compileList(elseList, env) : () => through];
}

function compileWith({ pipe, list, elseList }: Branch, env: StatementEnv): Statement {
  const mark = env.scope.mark();
  const { eval: evaluate } = compilePipe(pipe, env);
  const slots = env.scope.takeUnset();
  const [yes, no] = compileBranches(list, elseList, env);
  env.scope.pop(mark);
  const statement: Statement = (run) => {
    const value = evaluate(run);
    if (!truth(value, run)) return no(run);
    const { dot, dotBoxed } = run;
    run.dot = value;
    run.dotBoxed = false;
    const end = yes(run);
    run.dot = dot;
    run.dotBoxed = dotBoxed;
    return end;
  };
  return withUnset(statement, slots);
}

function compileTemplateCall(node: TemplateCall, env: StatementEnv): Statement {
  const { name, pipe } = node;
  const argument: Expression | undefined = pipe && compilePipe(pipe, env);
  const statement: Statement = (run) => {
    run.at = node;
    const program = env.lookup(name);
    if (!program) return run.fail(`template ${quote(name)} not defined`);
    if (run.depth >= run.settings.limits.depth) return run.stopCall();
    const data = argument?.eval(run);
    run.spend(program.weight);
    const { dot, dotBoxed, vars, tree } = run;
    run.depth++;
    run.tree = program.tree;
    run.dot = data;
    run.dotBoxed = false;
    run.vars = newVars(data, program.slots);
    program.body(run);
    run.depth--;
    run.tree = tree;
    run.dot = dot;
    run.dotBoxed = dotBoxed;
    run.vars = vars;
    return through;
  };
  return withUnset(statement, env.scope.takeUnset());
}
