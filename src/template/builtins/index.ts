/**
 * Holds the functions that are part of the language. In: a run and evaluated arguments. Out: a value, or an Error with Go's
 * words. Go: `text/template`, "Functions". `and` and `or`, which do not evaluate all arguments, and `call`, whose messages
 * show an argument as written, are in `../call.ts`.
 */
import type { Param } from "../argument.ts";
import { equals, equalsAny, less, lessOrEqual } from "../compare.ts";
import { sprint, sprintf, sprintln } from "../fmt/index.ts";
import { payForSize } from "../pay.ts";
import type { Run } from "../run.ts";
import { truth } from "../truth.ts";
import { Content, kindOf } from "../value.ts";
import { index, length, slice } from "./collections.ts";
import { escapeHtml, escapeJs, escapePieces, escapeUrlQuery } from "./escapers.ts";

export { escapePieces, spellBytes } from "./escapers.ts";

export interface Builtin {
  readonly params: readonly Param[];
  readonly variadic: boolean;
  readonly apply: (run: Run, args: readonly unknown[], boxed: readonly boolean[]) => unknown;
  /** Applies the function to one argument, without a list; `apply2` to two. */
  readonly apply1?: (run: Run, a: unknown) => unknown;
  readonly apply2?: (run: Run, a: unknown, b: unknown) => unknown;
  /** For an escaper of one text: a text that does not match is returned as it is, and so is the text of an int. */
  readonly needsEscaping?: RegExp;
  /** The result is printed text: with `missingKey: "required"` no argument may be absent. */
  readonly prints?: boolean;
  /** `apply` needs to know which arguments came straight from data. */
  readonly usesBoxed?: boolean;
  /** The result may come straight from data. */
  readonly boxedResult?: boolean;
}

function comparison(compare: (a: unknown, b: unknown, run: Run) => boolean): Builtin {
  const apply2 = (run: Run, a: unknown, b: unknown): boolean => {
    payFor(run, a);
    return compare(a, b, run);
  };
  return { params: ["value", "value"], variadic: false, apply: (run, [a, b]) => apply2(run, a, b), apply2 };
}

function lengthOf(run: Run, item: unknown): number | bigint {
  const { numbers } = run.settings;
  payFor(run, item);
  const count = length(item, numbers);
  if (kindOf(item, numbers) === "map") run.spend(count);
  return run.int(count);
}

/** Charges more than one step to a function that reads a long text or copies a set. */
export function payFor(run: Run, item: unknown): void {
  if (typeof item === "string") {
    if (item.length > 16) run.spend(item.length >> 4);
  } else if (item instanceof Set) run.spend(item.size >> 4);
  else if (item instanceof Content) payFor(run, item.text);
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

/** Makes an escaper as Go's: it joins its arguments as `print` does, except that an absent one is `<no value>`. */
function escaper(escapeText: (text: string) => string): Builtin {
  const text = (value: unknown) => (value === undefined || value === null ? "<no value>" : value);
  const escaped = (run: Run, whole: string): string => {
    payFor(run, whole);
    const text = escapePieces(whole, escapeText, run.settings.printing.output);
    run.spend((text.length - whole.length) >> 3); // characters that are replaced cost more than characters that are only read
    return text;
  };
  return {
    params: ["any"],
    variadic: true,
    prints: true,
    apply: (run, args) => escaped(run, sprint(args.map(text), run.printing)),
    apply1: (run, a) => escaped(run, typeof a === "string" ? a : sprint([text(a)], run.printing)),
  };
}

export const builtins: Readonly<Record<string, Builtin>> = {
  eq: {
    params: ["value", "value"],
    variadic: true,
    apply: (run, [a, ...others]) => {
      for (let i = 0; i < others.length; i++) payFor(run, a);
      return equalsAny(a, others, run.settings.printing);
    },
    apply2: (run, a, b) => {
      payFor(run, a);
      return equals(a, b, run.settings.printing);
    },
  },
  ge: comparison((a, b, run) => !less(a, b, run.settings.printing)),
  gt: comparison((a, b, run) => !lessOrEqual(a, b, run.settings.printing)),
  html: escaper(escapeHtml),
  index: {
    params: ["value", "value"],
    variadic: true,
    boxedResult: true,
    apply: (run, [item, ...indexes]) => {
      return index(item, indexes, run.settings.numbers, run);
    },
  },
  js: escaper(escapeJs),
  le: comparison((a, b, run) => lessOrEqual(a, b, run.settings.printing)),
  len: {
    params: ["value"],
    variadic: false,
    apply: (run, [item]) => lengthOf(run, item),
    apply1: lengthOf,
  },
  lt: comparison((a, b, run) => less(a, b, run.settings.printing)),
  ne: comparison((a, b, run) => !equals(a, b, run.settings.printing)),
  not: { params: ["value"], variadic: false, apply: (run, [a]) => !truth(a, run), apply1: (run, a) => !truth(a, run) },
  print: printer((args, run) => sprint(args, run.printing)),
  printf: {
    params: ["string", "any"],
    variadic: true,
    prints: true,
    apply: (run, [format, ...args]) => {
      run.spend((format as string).length >> 2); // for reading the format; and each verb takes its time
      payForSize(run, format);
      for (const value of args) if (typeof value === "string") payForSize(run, value);
      return sprintf(format as string, args, run.printing);
    },
  },
  println: printer((args, run) => sprintln(args, run.printing)),
  slice: {
    params: ["value", "value"],
    variadic: true,
    usesBoxed: true,
    apply: (run, [item, ...indexes], [, ...boxed]) => {
      payFor(run, item);
      return slice(item, indexes, boxed, run.settings.numbers, run);
    },
  },
  urlquery: escaper(escapeUrlQuery),
};

/** Names the functions that `call.ts` compiles itself. */
const compiled = new Set(["and", "call", "or"]);

export const isBuiltin = (name: string): boolean => compiled.has(name) || Object.hasOwn(builtins, name);

export const builtinNames: readonly string[] = [...compiled, ...Object.keys(builtins)];
