import type { Branch, Pipe } from "../../grammar/index.ts";
import { compileAssignment, compilePipe } from "./expression.ts";
import { formatValue } from "./fmt/index.ts";
import { sortedEntries } from "./maps.ts";
import type { Run } from "./run.ts";
import {
  breaks,
  compileBranches,
  continues,
  type Statement,
  type StatementEnv,
  through,
  withUnset,
} from "./statement.ts";
import { elementsOf, goTypeOf, intOf, kindOf, type List, type Pairs, SizedInt } from "./value.ts";
import { weigh } from "./weight.ts";

/** Gives the variables of a `range` their values for one turn. */
type Bind = (run: Run, index: unknown, element: unknown, boxed: boolean, indexBoxed: boolean) => void;

/** Runs one turn; returns true if it broke out. */
type Turn = (run: Run, index: unknown, element: unknown, boxed: boolean, indexBoxed: boolean) => boolean;

export function compileRange({ pipe, list, elseList }: Branch, env: StatementEnv): Statement {
  const mark = env.scope.mark();
  const { eval: evaluate } = compilePipe(pipe, env);
  const slots = env.scope.takeUnset();
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
  const statement: Statement = (run) => {
    const value = evaluate(run);
    const { dot, dotBoxed } = run;
    const any = Array.isArray(value) ? rangeList(run, value, turn) : rangeOther(run, value, two, turn);
    run.dot = dot;
    run.dotBoxed = dotBoxed;
    // A break in `else` ends this range; a continue there goes on with the one around it.
    return any || otherwise(run) !== continues ? through : continues;
  };
  return withUnset(statement, slots);
}

/** Loops over a list. Like the functions below it returns whether there was any element. */
function rangeList(run: Run, elements: List, turn: Turn): boolean {
  const { length } = elements;
  const ints = run.settings.numbers === "int";
  const boxed = !goTypeOf(elements)?.typed;
  for (let i = 0; i < length; i++) if (turn(run, ints ? i : BigInt(i), elements[i] ?? null, boxed, false)) break;
  return length > 0;
}

function rangeOther(run: Run, value: unknown, two: boolean, turn: Turn): boolean {
  const text = (): string => formatValue(value, run.settings.printing);
  switch (kindOf(value, run.settings.numbers)) {
    case "list":
      if (value instanceof Set) run.spend(value.size >> 4);
      return rangeList(run, elementsOf(value), turn);
    case "map": {
      const entries = sortedEntries(value as object, run);
      const boxed = !goTypeOf(value)?.typed;
      for (const [key, element] of entries) if (turn(run, key, element, boxed, false)) break;
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

/** Loops over pairs. A single variable, and dot with it, is the first of the pair; with two variables dot is the second. */
function rangePairs(run: Run, { entries }: Pairs, two: boolean, turn: Turn): boolean {
  let any = false;
  for (const [key, element] of entries) {
    any = true;
    if (turn(run, key ?? null, (two ? element : key) ?? null, true, true)) break;
  }
  return any;
}

/** Compiles the binding of variables. A single variable is the element; of two the first is the index or key. */
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
