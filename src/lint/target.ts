import { isEmpty, type Pipe, type Problem, parseAll, type Source, type Tree, unreadable } from "../../grammar/index.ts";
import { missingInHtml } from "../escape/index.ts";
import { alerting, alertmanager, sprig } from "../functions/index.ts";
import { builtinNames, isBuiltin } from "../template/builtins/index.ts";
import type { FunctionSet, TemplateFunction } from "../template/index.ts";
import { checkDelims, collectFunctions } from "../template/options.ts";
import type { LintOptions } from "./options.ts";
import type { LintTarget } from "./rule.ts";
import { shapeOfSchema } from "./schema.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** Holds the readable parts of a text, for `walk`, and its syntax errors. */
export interface Reading {
  readonly target: LintTarget;
  readonly problems: readonly Problem[];
  /** The search for problems stopped at a limit. */
  readonly isTruncated: boolean;
  /** Further templates that do not parse. */
  readonly others: readonly { readonly source: Source; readonly problems: readonly Problem[] }[];
}

/**
 * Reads a text for `walk`. An editor does this to get types at a place, `lint` to find mistakes.
 * @throws TypeError for invalid options
 */
export function readTemplate(text: string, options: LintOptions = {}): Reading {
  const { name = "template", part } = options;
  const delims = checkDelims(options.delims);
  const { functions, names } = known(options.functions ?? byDefault);
  const isFunction = (id: string): boolean => functions.has(id) || isBuiltin(id);
  const others: { source: Source; problems: readonly Problem[] }[] = [];
  let isOtherCut = false;
  const { trees: own, problems, isTruncated } = parseAll(text, { name, delims, isFunction });
  const [first] = own.values();
  const source: Source = first?.source ?? { name, text, delims };
  let inHtml: ReadonlyMap<Pipe, ReadonlySet<string>> | undefined;
  const trees = withTemplates(own, options, (id, more) => {
    const read = parseAll(more, { name: id, delims, isFunction });
    const source = { name: id, text: more, delims };
    isOtherCut ||= read.isTruncated;
    if (read.problems.length > 0) others.push({ source, problems: read.problems });
    return read.trees;
  });
  const target: LintTarget = {
    source,
    part,
    options,
    numbers: options.numbers ?? "int",
    shape: knownShape(options),
    samples: samplesOf(options),
    trees,
    missingAs({ pipe }) {
      if (part !== "html") return ["<no value>"];
      inHtml ??= problems.length === 0 ? missingInHtml(trees, source.name) : new Map();
      return [...(inHtml.get(pipe) ?? [""])];
    },
    isJson: (node) => target.missingAs(node).every((written) => written === "null"),
    functionNames: names,
    isFunction: (id) => id !== unreadable && isFunction(id),
    functionOf: (id) => functions.get(id),
    sets: options.sets ?? { alerting, sprig, alertmanager },
    parses: problems.length === 0,
  };
  return { target, problems, isTruncated: isTruncated || isOtherCut, others };
}

const byDefault = [alerting];

interface Known {
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  /** Includes Go's own functions. */
  readonly names: readonly string[];
}

/** Caches the functions of a list of sets, which mostly is the same for all texts. */
const collected = new WeakMap<readonly FunctionSet[], Known>();

function known(sets: readonly FunctionSet[]): Known {
  const before = collected.get(sets);
  if (before) return before;
  const functions = collectFunctions(sets);
  const found = { functions, names: [...new Set([...builtinNames, ...functions.keys()])] };
  collected.set(sets, found);
  return found;
}

/** Returns the shape that the options give, by whichever option. */
export function knownShape(options: LintOptions): Shape | undefined {
  const { shape, schema } = options;
  if (shape !== undefined) return shape;
  if (schema !== undefined) return shapeOfSchema(schema);
  const samples = samplesOf(options);
  return samples.length === 0 ? undefined : shapeOf(samples);
}

const samplesOf = ({ samples, profile }: LintOptions): readonly unknown[] =>
  samples ?? (profile === undefined ? [] : [profile]);

/** Adds the further templates, as `compile` builds a set. */
function withTemplates(
  own: ReadonlyMap<string, Tree>,
  { templates = {} }: LintOptions,
  read: (name: string, text: string) => ReadonlyMap<string, Tree>,
): ReadonlyMap<string, Tree> {
  const trees = new Map(own);
  for (const [name, text] of Object.entries(templates)) {
    if (typeof text !== "string") throw new TypeError(`templates.${name}: expected text, got ${typeof text}`);
    for (const tree of read(name, text).values())
      if (!trees.has(tree.name) || !isEmpty(tree.root)) trees.set(tree.name, tree);
  }
  // The name of the text always means the text.
  const main = [...own.values()].find((tree) => tree.name === tree.source.name);
  if (main) trees.set(main.name, main);
  return trees;
}
