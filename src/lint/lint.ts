import { excerpt, isEmpty, parseAll, type Source, type Span, type Tree, unreadable } from "../../grammar/index.ts";
import type { AlertTemplate } from "../alert.ts";
import { sprig } from "../functions/index.ts";
import { builtinNames, isBuiltin } from "../template/builtins/index.ts";
import { checkDelims, collectFunctions } from "../template/options.ts";
import { silencer } from "./disable.ts";
import type { Finding, Part } from "./finding.ts";
import { type Lines, linesOf } from "./lines.ts";
import type { LintOptions } from "./options.ts";
import type { Context, Report, Rule } from "./rule.ts";
import { rules } from "./rules/index.ts";
import { shapeOfSchema } from "./schema.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { walk } from "./walk.ts";

/**
 * Everything that is wrong or doubtful with a template, by place; of an alert template, part by part. A template text is
 * never a reason to throw.
 * @throws TypeError for options that make no sense, a schema that is none among them
 */
export function lint(template: string | AlertTemplate, options: LintOptions = {}): Finding[] {
  const shape = knownShape(options);
  checkRules(options);
  if (typeof template === "string") return lintText(template, options.part, { ...options, shape }).findings;
  const { name } = options;
  return parts.flatMap((part) => {
    const text = template[part];
    if (text === undefined) return [];
    if (typeof text !== "string") throw new TypeError(`the ${part} of an alert template is text`);
    const named = { ...options, shape, name: name === undefined ? part : `${name}.${part}` };
    return lintText(text, part, named).findings.map((finding) => ({ ...finding, part }));
  });
}

const parts: readonly Part[] = ["title", "subtitle", "body", "html"];

function knownShape({ shape, schema, samples }: LintOptions): Shape | undefined {
  if (shape !== undefined) return shape;
  if (schema !== undefined) return shapeOfSchema(schema);
  return samples === undefined || samples.length === 0 ? undefined : shapeOf(samples);
}

function checkRules({ rules: chosen = {} }: LintOptions): void {
  for (const [name, severity] of Object.entries(chosen)) {
    if (!rules.some((rule) => rule.name === name)) throw new TypeError(`there is no rule ${name}`);
    if (!["error", "warning", "info", "off"].includes(severity)) {
      throw new TypeError(`rule ${name}: a severity is error, warning, info or off, not ${severity}`);
    }
  }
}

function lintText(text: string, part: Part | undefined, options: LintOptions): { readonly findings: Finding[] } {
  const name = options.name ?? "template";
  const delims = checkDelims(options.delims);
  const source: Source = { name, text, delims };
  const functions = collectFunctions(options.functions ?? [sprig]);
  const isFunction = (id: string): boolean => functions.has(id) || isBuiltin(id);
  const { trees: own, problems } = parseAll(text, { name, delims, isFunction });
  const trees = withTemplates(own, options, delims, isFunction);
  const collector = new Collector(source, options);

  const base: Omit<Context, "report"> = {
    source,
    part,
    options,
    numbers: options.numbers ?? "int",
    shape: options.shape,
    samples: options.samples ?? [],
    trees,
    functionNames: [...new Set([...builtinNames, ...functions.keys()])],
    isFunction: (id) => id !== unreadable && isFunction(id),
    functionOf: (id) => functions.get(id),
    sets: options.sets ?? { sprig },
    parses: problems.length === 0,
  };
  const visitors = rules
    .filter((rule) => options.rules?.[rule.name] !== "off")
    .map((rule) => rule.check({ ...base, report: (report) => collector.add(rule, report) }));
  for (const problem of problems) {
    for (const visitor of visitors) if (visitor.problem) visitor.problem(problem);
  }
  walk({ ...base, report: () => {} }, visitors);
  return { findings: collector.findings() };
}

/** With the further templates, as `compile` puts a set together; those that do not parse are as good as not there. */
function withTemplates(
  own: ReadonlyMap<string, Tree>,
  { templates = {} }: LintOptions,
  delims: Source["delims"],
  isFunction: (name: string) => boolean,
): ReadonlyMap<string, Tree> {
  const trees = new Map(own);
  for (const [name, text] of Object.entries(templates)) {
    if (typeof text !== "string") throw new TypeError(`the template ${name} is text`);
    const more = parseAll(text, { name, delims, isFunction }).trees;
    for (const tree of more.values()) if (!trees.has(tree.name) || !isEmpty(tree.root)) trees.set(tree.name, tree);
  }
  // What the text is called stays the text.
  const main = [...own.values()].find((tree) => tree.name === tree.source.name);
  if (main) trees.set(main.name, main);
  return trees;
}

/** Gathers what rules report: each place once a rule, without what comments turn off. */
class Collector {
  private readonly main: Source;
  private readonly options: LintOptions;
  private readonly found = new Map<string, Finding>();
  private readonly lines = new Map<Source, Lines>();
  private readonly silent = new Map<Source, (rule: string, line: number) => boolean>();

  constructor(main: Source, options: LintOptions) {
    this.main = main;
    this.options = options;
  }

  add(rule: Rule, report: Report): void {
    const source = report.source ?? this.main;
    const { name, text } = source;
    const start = Math.min(report.at.start, text.length);
    const span: Span = { start, end: Math.max(start, Math.min(report.at.end, text.length)) };
    const key = `${rule.name} ${span.start} ${span.end} ${name}`;
    if (this.found.has(key)) return;
    const lines = this.linesOf(source);
    const { line, column } = lines.at(span.start);
    if (this.isSilent(source, rule.name, line)) return;
    const end = lines.at(span.end);
    const chosen = this.options.rules?.[rule.name];
    this.found.set(key, {
      rule: rule.name,
      severity: chosen !== undefined && chosen !== "off" ? chosen : (report.severity ?? rule.severity),
      message: report.message,
      ...(report.go !== undefined && { go: report.go }),
      name,
      span,
      line,
      column,
      byteColumn: lines.byteColumn(span.start),
      endLine: end.line,
      endColumn: end.column,
      excerpt: excerpt({ text, span, line }),
      ...(report.fix && { fix: report.fix }),
      suggestions: report.suggestions ?? [],
    });
  }

  /** The text's own first, then those of further templates; each by place. */
  findings(): Finding[] {
    const order = (finding: Finding): string => (finding.name === this.main.name ? "" : `${finding.name}!`);
    return [...this.found.values()].sort(
      (a, b) => compare(order(a), order(b)) || a.span.start - b.span.start || a.span.end - b.span.end,
    );
  }

  private linesOf(source: Source): Lines {
    const known = this.lines.get(source);
    if (known) return known;
    const lines = linesOf(source.text);
    this.lines.set(source, lines);
    return lines;
  }

  private isSilent(source: Source, rule: string, line: number): boolean {
    const known = this.silent.get(source);
    if (known) return known(rule, line);
    const silent = silencer(source, this.linesOf(source));
    this.silent.set(source, silent);
    return silent(rule, line);
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
