/**
 * The functions that are part of the language. In: a run and evaluated arguments. Out: a value, or an Error with Go's words.
 * Go: `text/template`, "Functions". `and` and `or` are compiled in `call.ts`, since they do not evaluate all arguments.
 */
import type { Param } from "../argument.ts";
import { equals, equalsAny, less, lessOrEqual } from "../compare.ts";
import { sprint, sprintf, sprintln } from "../fmt/index.ts";
import type { Run } from "../run.ts";
import { truth } from "../truth.ts";
import { callValue } from "./call.ts";
import { index, length, slice } from "./collections.ts";
import { escapeHtml, escapeJs, escapeUrlQuery } from "./escapers.ts";

export interface Builtin {
  readonly params: readonly Param[];
  readonly variadic: boolean;
  readonly apply: (run: Run, args: readonly unknown[], boxed: readonly boolean[]) => unknown;
  /** The same for the usual number of arguments, without a list. */
  readonly apply1?: (run: Run, a: unknown) => unknown;
  readonly apply2?: (run: Run, a: unknown, b: unknown) => unknown;
  /** The result is printed text: under `missingKey: "required"` nothing absent may be given. */
  readonly prints?: boolean;
  /** `apply` wants to know which arguments came straight from data. */
  readonly usesBoxed?: boolean;
  /** The result may come straight from data. */
  readonly boxedResult?: boolean;
}

function comparison(compare: (a: unknown, b: unknown, run: Run) => boolean): Builtin {
  return {
    params: ["value", "value"],
    variadic: false,
    apply: (run, [a, b]) => compare(a, b, run),
    apply2: (run, a, b) => compare(a, b, run),
  };
}

function printer(print: (args: readonly unknown[], run: Run) => string): Builtin {
  return {
    params: ["any"],
    variadic: true,
    prints: true,
    apply: (run, args) => print(args, run),
    apply1: (run, a) => print([a], run),
  };
}

/** As Go's: arguments joined as by `print`, but for an absent one, which reads `<no value>`. */
function escaper(escapeText: (text: string) => string): Builtin {
  const text = (value: unknown) => (value === undefined || value === null ? "<no value>" : value);
  return {
    params: ["any"],
    variadic: true,
    prints: true,
    apply: (run, args) => escapeText(sprint(args.map(text), run.settings.printing)),
    apply1: (run, a) => escapeText(typeof a === "string" ? a : sprint([text(a)], run.settings.printing)),
  };
}

export const builtins: Readonly<Record<string, Builtin>> = {
  call: { params: ["value", "value"], variadic: true, apply: (run, [fn, ...args]) => callValue(run, fn, args, "") },
  eq: {
    params: ["value", "value"],
    variadic: true,
    apply: (run, [a, ...others]) => equalsAny(a, others, run.settings.printing),
    apply2: (run, a, b) => equals(a, b, run.settings.printing),
  },
  ge: comparison((a, b, run) => !less(a, b, run.settings.printing)),
  gt: comparison((a, b, run) => !lessOrEqual(a, b, run.settings.printing)),
  html: escaper(escapeHtml),
  index: {
    params: ["value", "value"],
    variadic: true,
    boxedResult: true,
    apply: (run, [item, ...indexes]) => index(item, indexes, run.settings.numbers),
  },
  js: escaper(escapeJs),
  le: comparison((a, b, run) => lessOrEqual(a, b, run.settings.printing)),
  len: {
    params: ["value"],
    variadic: false,
    apply: (run, [item]) => run.int(length(item, run.settings.numbers)),
    apply1: (run, item) => run.int(length(item, run.settings.numbers)),
  },
  lt: comparison((a, b, run) => less(a, b, run.settings.printing)),
  ne: comparison((a, b, run) => !equals(a, b, run.settings.printing)),
  not: { params: ["value"], variadic: false, apply: (_, [a]) => !truth(a), apply1: (_, a) => !truth(a) },
  print: printer((args, run) => sprint(args, run.settings.printing)),
  printf: {
    params: ["string", "any"],
    variadic: true,
    prints: true,
    apply: (run, [format, ...args]) => sprintf(format as string, args, run.settings.printing),
  },
  println: printer((args, run) => sprintln(args, run.settings.printing)),
  slice: {
    params: ["value", "value"],
    variadic: true,
    usesBoxed: true,
    apply: (run, [item, ...indexes], [, ...boxed]) => slice(item, indexes, boxed, run.settings.numbers),
  },
  urlquery: escaper(escapeUrlQuery),
};

export const isBuiltin = (name: string): boolean => name === "and" || name === "or" || Object.hasOwn(builtins, name);
