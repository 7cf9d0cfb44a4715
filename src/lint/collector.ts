import { excerpt, type Lines, linesIn, type Problem, type Source, type Span } from "../../grammar/index.ts";
import { shortened } from "../base/shorten.ts";
import { silencer } from "./disable.ts";
import type { Finding } from "./finding.ts";
import type { LintOptions } from "./options.ts";
import type { Report, Rule } from "./rule.ts";
import { defaultMaxFindings } from "./rules/too-many-findings.ts";

const consequences = new Set([
  ...["argument-count", "argument-type", "comparison", "printf-verb", "constant-condition", "prints-structure"],
  ...["not-a-value", "missing-value"],
]);

/** Holds a report with its checked place. */
interface Entry {
  readonly rule: Rule;
  readonly report: Report;
  readonly source: Source;
  readonly span: Span;
}

/** Collects the reports of rules: at most one for each rule and place, without those that comments turn off, up to the limit. */
export class Collector {
  readonly #main: Source;
  readonly #options: LintOptions;
  readonly #maxFindings: number;
  readonly #found = new Map<string, Entry>();
  readonly #silent = new Map<Source, (rule: string, line: number) => boolean>();

  constructor(main: Source, options: LintOptions) {
    this.#main = main;
    this.#options = options;
    this.#maxFindings = options.maxFindings ?? defaultMaxFindings;
  }

  /** Adds a report. @throws {@link tooMany} for one beyond the limit */
  add(rule: Rule, report: Report): void {
    const source = report.source ?? this.#main;
    const { name, text } = source;
    const start = Math.min(report.at.start, text.length);
    const span: Span = { start, end: Math.max(start, Math.min(report.at.end, text.length)) };
    const key = `${rule.name} ${span.start} ${span.end} ${name}`;
    if (this.#found.has(key) || this.#isSilent(source, rule.name, start)) return;
    if (this.#found.size >= this.#maxFindings) throw tooMany;
    this.#found.set(key, { rule, report, source, span });
  }

  /** Drops findings about values in an unreadable action, because most of them are consequences of that. */
  dropConsequences({ name }: Source, problems: readonly Problem[]): void {
    const actions = [...new Set(problems.flatMap(({ action }) => action ?? []))].sort((a, b) => a.start - b.start);
    for (const [key, { rule, source, span }] of this.#found) {
      if (source.name !== name || !consequences.has(rule.name)) continue;
      const action = lastBefore(actions, span.start);
      if (action && span.end <= action.end) this.#found.delete(key);
    }
  }

  /** Returns the findings of the text itself first, then those of further templates; each by place. */
  findings(): Finding[] {
    const order = ({ source: { name } }: Entry): string => (name === this.#main.name ? "" : `${name}!`);
    return [...this.#found.values()]
      .sort((a, b) => compare(order(a), order(b)) || a.span.start - b.span.start || a.span.end - b.span.end)
      .map((kept) => this.#finding(kept));
  }

  /** Returns the finding that says that there are more, at the end of the text, after all others. */
  unfinished(rule: Rule, message: string): Finding[] {
    const { length } = this.#main.text;
    if (this.#options.rules?.[rule.name] === "off" || this.#isSilent(this.#main, rule.name, length)) return [];
    const span = { start: length, end: length };
    return [this.#finding({ rule, report: { message, at: span }, source: this.#main, span })];
  }

  #finding({ rule, report, source, span }: Entry): Finding {
    const { name, text } = source;
    const lines: Lines = linesIn(source);
    const { line, column } = lines.at(span.start);
    const end = lines.at(span.end);
    const chosen = this.#options.rules?.[rule.name];
    return {
      rule: rule.name,
      severity: chosen !== undefined && chosen !== "off" ? chosen : (report.severity ?? rule.severity),
      message: inDelims(shortened(report.message), source),
      ...(report.go !== undefined && { go: shortened(report.go) }),
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
    };
  }

  #isSilent(source: Source, rule: string, offset: number): boolean {
    let silent = this.#silent.get(source);
    if (!silent) {
      silent = silencer(source, linesIn(source));
      this.#silent.set(source, silent);
    }
    return silent(rule, linesIn(source).at(offset).line);
  }
}

/** Ends a lint at the limit: `add` throws it. */
export const tooMany = new Error("there are more findings than are told");

/** Returns the last of ordered, disjoint spans that starts at or before an offset. */
function lastBefore(spans: readonly Span[], offset: number): Span | undefined {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  return spans[low - 1];
}

/** Puts the text's delimiters into a message, which is written with the default ones. */
function inDelims(message: string, { delims: [left, right] }: Source): string {
  if (left === "{{" && right === "}}") return message;
  return message.replaceAll("{{", () => left).replaceAll("}}", () => right);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
