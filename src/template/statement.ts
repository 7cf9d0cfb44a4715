import type { Branch, List, Node, Pipe, TemplateCall } from "../../grammar/index.ts";
import { quote } from "../../grammar/index.ts";
import type { Env, Expression } from "./env.ts";
import { compileAssignment, compileBoxedPipe, compilePipe } from "./expression.ts";
import { failRequired } from "./field.ts";
import { formatValue } from "./fmt/index.ts";
import { sortedEntries } from "./maps.ts";
import type { Program } from "./program.ts";
import { newVars, type Run } from "./run.ts";
import { unset } from "./scope.ts";
import { truth } from "./truth.ts";
import { type List as Elements, elementsOf, intOf, kindOf, type Pairs, SizedInt, typeName } from "./value.ts";

/** How a statement ended: it ran through, or met `{{break}}` or `{{continue}}`. */
export type Completion = 0 | 1 | 2;
const through = 0;
const breaks = 1;
const continues = 2;

export type Statement = (run: Run) => Completion;

/** What compiling a statement needs: its expressions' environment, and the other templates. */
export interface StatementEnv extends Env {
  readonly lookup: (name: string) => Program | undefined;
}

export function compileList({ nodes }: List, env: StatementEnv): Statement {
  const statements: Statement[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    const next = nodes[i + 1];
    let statement: Statement | undefined;
    if (node.kind === "action" && node.pipe.decl.length === 0 && next?.kind === "text") {
      statement = compileAction(node, node.pipe, next.text, env);
      i++;
    } else statement = compileNode(node, env);
    if (statement) statements.push(withUnset(statement, env));
  }
  return sequence(statements);
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

/** Variables that the statement may or may not declare start out undeclared each time it runs. */
function withUnset(statement: Statement, { scope }: StatementEnv): Statement {
  if (scope.unset.length === 0) return statement;
  const slots = scope.unset;
  scope.unset = [];
  return (run) => {
    for (const slot of slots) run.vars[slot] = unset;
    return statement(run);
  };
}

function compileNode(node: Node, env: StatementEnv): Statement | undefined {
  switch (node.kind) {
    case "text": {
      const { text } = node;
      return (run) => {
        run.write(text);
        return through;
      };
    }
    case "comment":
      return undefined;
    case "action":
      return compileAction(node, node.pipe, "", env);
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

/**
 * An action that declares or assigns prints nothing.
 * @param after the text that follows it, written together with the value
 */
function compileAction(node: Node, pipe: Pipe, after: string, env: StatementEnv): Statement {
  const { eval: evaluate, field } = compileBoxedPipe(pipe, env);
  if (pipe.decl.length > 0) {
    return (run) => {
      evaluate(run);
      return through;
    };
  }
  const required = env.missingKey === "required";
  const plainInts = env.numbers === "int";
  return (run) => {
    const value = evaluate(run);
    if (typeof value === "string") run.write(value + after);
    else if (typeof value === "number" && plainInts && Number.isSafeInteger(value)) run.write(value + after);
    else if (required && (value === undefined || value === null)) failRequired(run, value, field, node);
    else run.write(printed(run, value, node) + after);
    return through;
  };
}

/** Go: `printValue`. */
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
  const own = takeUnset(env);
  const [yes, no] = compileBranches(list, elseList, env);
  env.scope.pop(mark);
  return own((run) => (truth(condition(run)) ? yes(run) : no(run)));
}

/** Variables declared in one branch are not known in the other. */
function compileBranches(list: List, elseList: List | undefined, env: StatementEnv): [Statement, Statement] {
  const mark = env.scope.mark();
  const yes = compileList(list, env);
  env.scope.pop(mark);
  return [yes, elseList ? compileList(elseList, env) : () => through];
}

/** What the pipeline of a control structure may declare is unset before it, not before what stands inside. */
function takeUnset(env: StatementEnv): (statement: Statement) => Statement {
  const slots = env.scope.unset;
  env.scope.unset = [];
  return (statement) => {
    if (slots.length > 0) env.scope.unset = [...env.scope.unset, ...slots];
    return statement;
  };
}

function compileWith({ pipe, list, elseList }: Branch, env: StatementEnv): Statement {
  const mark = env.scope.mark();
  const { eval: evaluate } = compilePipe(pipe, env);
  const own = takeUnset(env);
  const [yes, no] = compileBranches(list, elseList, env);
  env.scope.pop(mark);
  return own((run) => {
    const value = evaluate(run);
    if (!truth(value)) return no(run);
    const { dot, dotBoxed } = run;
    run.dot = value;
    run.dotBoxed = false;
    const end = yes(run);
    run.dot = dot;
    run.dotBoxed = dotBoxed;
    return end;
  });
}

/** Gives the variables of a `range` their values for one turn. */
type Bind = (run: Run, index: unknown, element: unknown, boxed: boolean, indexBoxed: boolean) => void;

/** One turn; true if it broke out. */
type Turn = (run: Run, index: unknown, element: unknown, boxed: boolean, indexBoxed: boolean) => boolean;

function compileRange({ pipe, list, elseList }: Branch, env: StatementEnv): Statement {
  const mark = env.scope.mark();
  const { eval: evaluate } = compilePipe(pipe, env);
  const own = takeUnset(env);
  const bind = compileBind(pipe, env);
  const [body, otherwise] = compileBranches(list, elseList, env);
  env.scope.pop(mark);
  const weight = weigh(list);
  const two = pipe.decl.length > 1;
  const turn: Turn = (run, index, element, boxed, indexBoxed) => {
    run.spend(weight);
    bind?.(run, index, element, boxed, indexBoxed);
    run.dot = element;
    run.dotBoxed = boxed;
    return body(run) === breaks;
  };
  return own((run) => {
    const value = evaluate(run);
    const { dot, dotBoxed } = run;
    const any = Array.isArray(value) ? rangeList(run, value, turn) : rangeOther(run, value, two, turn);
    run.dot = dot;
    run.dotBoxed = dotBoxed;
    return any ? through : otherwise(run);
  });
}

/** Each of these goes through what there is and tells whether there was anything. */
function rangeList(run: Run, elements: Elements, turn: Turn): boolean {
  const { length } = elements;
  const ints = run.settings.numbers === "int";
  for (let i = 0; i < length; i++) if (turn(run, ints ? i : BigInt(i), elements[i] ?? null, true, false)) break;
  return length > 0;
}

function rangeOther(run: Run, value: unknown, two: boolean, turn: Turn): boolean {
  const text = (): string => formatValue(value, run.settings.printing);
  switch (kindOf(value, run.settings.numbers)) {
    case "list":
      return rangeList(run, elementsOf(value), turn);
    case "map": {
      const entries = sortedEntries(value as object);
      for (const [key, element] of entries) if (turn(run, key, element, true, false)) break;
      return entries.length > 0;
    }
    case "int":
    case "uint":
      if (two) run.fail(`can't use ${text()} to iterate over more than one variable`);
      return rangeInt(run, value, turn);
    case "seq":
      if (two) run.fail(`can't use ${text()} iterate over more than one variable`);
      return rangeSeq(run, value as Iterable<unknown>, turn);
    case "seq2":
      return rangePairs(run, value as Pairs, two, turn);
    case "invalid":
      return false;
    default:
      return run.fail(`range can't iterate over ${text()}`);
  }
}

function rangeInt(run: Run, value: unknown, turn: Turn): boolean {
  const end = intOf(value);
  const type = value instanceof SizedInt ? value.type : undefined;
  for (let i = 0; i < end; i++)
    if (turn(run, undefined, type ? new SizedInt(type, i) : run.int(i), false, false)) break;
  return end > 0n;
}

function rangeSeq(run: Run, elements: Iterable<unknown>, turn: Turn): boolean {
  let any = false;
  for (const element of elements) {
    any = true;
    if (turn(run, undefined, element ?? null, true, false)) break;
  }
  return any;
}

/** One variable, and dot with it, is the first of the pair; with two variables dot is the second. */
function rangePairs(run: Run, { entries }: Pairs, two: boolean, turn: Turn): boolean {
  let any = false;
  for (const [key, element] of entries) {
    any = true;
    if (turn(run, key ?? null, (two ? element : key) ?? null, true, true)) break;
  }
  return any;
}

/** With one variable it is the element, with two the first is the index or key. */
function compileBind(pipe: Pipe, env: StatementEnv): Bind | undefined {
  const [first, second] = pipe.decl;
  if (!first) return undefined;
  if (pipe.isAssign) {
    const setFirst = compileAssignment(first, env);
    if (!second) return (run, _, element, boxed) => setFirst(run, element, boxed);
    const setSecond = compileAssignment(second, env);
    return (run, index, element, boxed, indexBoxed) => {
      setFirst(run, index, indexBoxed);
      setSecond(run, element, boxed);
    };
  }
  // The pipeline declared them last, so they are the innermost ones, the second on top.
  const top = env.scope.top();
  const { index: slot } = top[top.length - 1]!;
  if (!second) {
    return (run, _, element, boxed) => {
      run.vars[slot] = element;
      run.vars[slot + 1] = boxed;
    };
  }
  const { index: firstSlot } = top[top.length - 2]!;
  return (run, index, element, boxed, indexBoxed) => {
    run.vars[slot] = element;
    run.vars[slot + 1] = boxed;
    run.vars[firstSlot] = index;
    run.vars[firstSlot + 1] = indexBoxed;
  };
}

/** Work that one turn or call can cost at most, but for loops and calls inside, which pay for themselves. */
export function weigh({ nodes }: List): number {
  let weight = 1;
  for (const node of nodes) {
    weight++;
    if (node.kind === "if" || node.kind === "with" || node.kind === "range") {
      weight += weighPipe(node.pipe) + weigh(node.list) + (node.elseList ? weigh(node.elseList) : 0);
    } else if (node.kind === "action" || node.kind === "template") weight += node.pipe ? weighPipe(node.pipe) : 0;
  }
  return weight;
}

function weighPipe({ commands }: Pipe): number {
  let weight = 0;
  for (const { args } of commands) {
    for (const arg of args) {
      const inner = arg.kind === "chain" ? arg.base : arg;
      weight += inner.kind === "pipe" ? weighPipe(inner) : 1;
    }
  }
  return weight;
}

function compileTemplateCall(node: TemplateCall, env: StatementEnv): Statement {
  const { name, pipe } = node;
  const argument: Expression | undefined = pipe && compilePipe(pipe, env);
  return (run) => {
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
}
