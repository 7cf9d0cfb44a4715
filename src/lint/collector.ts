import { excerpt, type Problem, type Source, type Span } from "../../grammar/index.ts";
import { silencer } from "./disable.ts";
import type { Finding } from "./finding.ts";
import { type Lines, linesOf } from "./lines.ts";
import type { LintOptions } from "./options.ts";
import type { Report, Rule } from "./rule.ts";

const consequences = new Set([
  ...["argument-count", "argument-type", "comparison", "printf-verb", "constant-condition", "prints-structure"],
  ...["not-a-value", "missing-value"],
]);

/** Gathers what rules report: each place once a rule, without what comments turn off. */
export class Collector {
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
      message: inDelims(report.message, source),
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

  /** What is said of the values in an action that cannot be read is mostly a consequence of that. */
  dropConsequences({ name }: Source, problems: readonly Problem[]): void {
    for (const [key, finding] of this.found) {
      if (finding.name !== name || !consequences.has(finding.rule)) continue;
      const { start, end } = finding.span;
      if (problems.some(({ action }) => action && start >= action.start && end <= action.end)) this.found.delete(key);
    }
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

/** Messages show actions with the default delimiters. */
function inDelims(message: string, { delims: [left, right] }: Source): string {
  if (left === "{{" && right === "}}") return message;
  return message.replaceAll("{{", () => left).replaceAll("}}", () => right);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
