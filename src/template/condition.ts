import {
  type Branch,
  countLines,
  type Delims,
  type List,
  type Pipe,
  parse,
  rightDelimAfter,
  type Source,
  TemplateError,
  type Tree,
} from "../../grammar/index.ts";
import { builtins, isBuiltin } from "./builtins/index.ts";
import { copyProfile } from "./copy.ts";
import type { Env } from "./env.ts";
import { compileBoxedPipe } from "./expression.ts";
import { signatureOf } from "./function.ts";
import type { TimeLimit } from "./limits.ts";
import { collectFunctions } from "./options.ts";
import { readsOf } from "./reads.ts";
import { Run } from "./run.ts";
import { Scope, unset } from "./scope.ts";
import { settingsOf } from "./settings.ts";
import type { LanguageOptions } from "./template.ts";
import { truth } from "./truth.ts";
import { weigh } from "./weight.ts";

/** Holds a compiled condition: the content of one `if`. */
export interface CompiledCondition {
  /** Top-level fields of the data that the result can depend on. */
  readonly reads: ReadonlySet<string> | "all";
  /** The result may differ for the same data, because a function uses the clock or random numbers. */
  readonly nonDeterministic: boolean;
  /**
   * Returns whether the condition is true, as Go decides it.
   * @throws {@link TemplateError} of phase `"exec"`; RenderAborted if it calls `abort`
   */
  test(data: unknown, limit?: TimeLimit): boolean;
}

/** Wraps a condition in a template; offsets in it are those of the condition plus the length of {@link prefix}. */
export const asTemplate = (where: string): string => `${prefix}${where}${suffix}`;

const delims: Delims = ["{{", "}}"];
export const prefix = "{{if ";
const close = " }}";
const suffix = `${close}1{{end}}`;

/**
 * Compiles the content of an `if`. Messages and offsets are those of its own text, under the name `where` unless `name` says
 * otherwise; `delims` and `templates` are ignored.
 * @throws TemplateError of phase `"parse"`, also for text that would close the `if`; TypeError for invalid options
 */
export function compileCondition(where: string, options: LanguageOptions = {}): CompiledCondition {
  if (typeof where !== "string") throw new TypeError("a condition is text");
  const { name = "where" } = options;
  const settings = settingsOf(options);
  const functions = collectFunctions(options.functions ?? []);
  const source: Source = { name, text: where, delims };
  const parsed = parseCondition(source, (id) => functions.has(id) || isBuiltin(id));
  const pipe = shifted(parsed, -prefix.length);
  const root: List = { kind: "list", nodes: [], pos: 0, start: 0, end: 0 };
  const tree: Tree = { name, source, root };

  const scope = new Scope();
  const facts = { mutates: false };
  const { numbers, missingKey } = settings;
  const env: Env = { numbers, missingKey, delims, builtins, functions, scope, facts };
  const { eval: evaluate } = compileBoxedPipe(pipe, env);
  const slots = scope.takeUnset();
  const weight = weigh({ ...root, nodes: [{ ...root, kind: "action", pipe }] });

  const { paths, whole, calls } = readsOf(pipe);
  // A function that changes maps gets a copy of all the data, at a cost that grows with the data.
  const all = whole || facts.mutates;
  return {
    reads: all ? "all" : new Set(paths.map(([first]) => first!)),
    nonDeterministic: [...calls].some(
      (id) => functions.has(id) && signatureOf(functions.get(id)!).nonDeterministic === true,
    ),
    test(data, limit) {
      const root = data === null || typeof data === "symbol" ? undefined : data;
      const run = new Run(settings, tree, root, scope.size, limit);
      try {
        if (facts.mutates) run.setRoot(copyProfile(root, run));
        for (let i = 0; i < slots.length; i++) run.vars[slots[i]!] = unset;
        run.spend(weight);
        return truth(evaluate(run), run);
      } catch (error) {
        return run.rethrow(error);
      }
    },
  };
}

/**
 * Parses a condition. The places in the tree are those in {@link asTemplate}.
 * @throws TemplateError of phase `"parse"`, with the places of the condition's own text
 */
function parseCondition(source: Source, isFunction: (name: string) => boolean): Pipe {
  const { name, text: where } = source;
  const problem = validationError(where, isFunction);
  if (problem)
    throw parseError(source, `template: ${name}:${countLines(where, problem.at)}: ${problem.message}`, problem.at);
  try {
    const [node] = parse(asTemplate(where), { name, delims, isFunction }).get(name)!.root.nodes;
    return (node as Branch).pipe;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw parseError(source, error.message, error.span.start - prefix.length, error.span.end - prefix.length);
  }
}

/** Returns why a text is not a condition, and where, if Go would accept it because it is fine as part of a template. */
export function validationError(
  where: string,
  isFunction: (name: string) => boolean,
): { readonly message: string; readonly at: number } | undefined {
  if (/^\s*$/.test(where)) return { message: `the condition is empty: ${example}`, at: 0 };
  if (/^\s*\/\*/.test(where)) return { message: `a comment is no condition: ${example}`, at: where.indexOf("/") };
  if (/^\s*\{\{/.test(where)) {
    return { message: `a condition is written without {{ and }}: ${example}`, at: where.indexOf("{") };
  }
  const text = asTemplate(where);
  const expectedEnd = prefix.length + where.length + close.length;
  let at = rightDelimAfter(text, prefix.length, delims[1]);
  try {
    const trees = parse(text, { name: "where", delims, isFunction });
    const [node, ...others] = trees.get("where")!.root.nodes;
    if (node?.kind !== "if") return undefined;
    if (node.list.start === expectedEnd && others.length === 0 && !node.elseList && trees.size === 1) return undefined;
    at = rightDelimAfter(text, node.pipe.end, delims[1]);
  } catch {
    if (at < 0 || at >= expectedEnd - delims[1].length) return undefined;
  }
  return { message: "a condition is all that stands in one if, and cannot close it with }}", at: at - prefix.length };
}

const example = "write what stands in an if, such as .email";

function parseError(source: Source, message: string, start: number, end = start): TemplateError {
  const { name, text } = source;
  const from = Math.min(Math.max(start, 0), text.length);
  const span = { start: from, end: Math.min(Math.max(end, from), text.length) };
  return new TemplateError({ message, phase: "parse", name, text, span });
}

/** Returns a copy of a tree, or a part of one, with all offsets moved by `by` UTF-16 units. */
function shifted<T>(node: T, by: number): T {
  if (Array.isArray(node)) return node.map((one) => shifted(one, by)) as T;
  if (typeof node !== "object" || node === null) return node;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    const isPlace = typeof value === "number" && (key === "pos" || key === "start" || key === "end");
    copy[key] = isPlace ? value + by : shifted(value, by);
  }
  return copy as T;
}
