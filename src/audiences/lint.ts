import { byteLength, countLines, excerpt, type Span, startOfLine } from "../../grammar/index.ts";
import { type Change, type Finding, type LintOptions, lint } from "../lint/index.ts";
import { asTemplate, prefix, validationError } from "../template/condition.ts";

/**
 * Lints a condition, with places in its own text. Never throws for a condition.
 * @param options as of `lint`; `name` is `where` unless given, `delims`, `templates` and `part` have no effect
 * @throws TypeError for options that make no sense
 */
export function lintCondition(where: string, options: LintOptions = {}): readonly Finding[] {
  const { name = "where", delims: _delims, templates: _templates, part: _part, ...others } = options;
  const objection = validationError(where, (id) => id !== "break" && id !== "continue");
  if (objection) {
    lint("", { ...others, name }); // throws for options that make no sense
    const { syntax = "error" } = options.rules ?? {};
    if (syntax === "off") return [];
    const message = `${objection.message.charAt(0).toUpperCase()}${objection.message.slice(1)}.`;
    const place = placed({ start: objection.at, end: objection.at }, where);
    return [{ rule: "syntax", severity: syntax, message, name, ...place, suggestions: [] }];
  }
  return lint(asTemplate(where), { ...others, name }).map((finding) => moved(finding, where));
}

/** Moves a finding in the template that holds a condition to the condition. */
function moved({ fix, go, ...finding }: Finding, where: string): Finding {
  const change = fix && movedChange(fix, where);
  const suggestions = finding.suggestions.map((one) => movedChange(one, where)).filter((one) => one !== undefined);
  return {
    ...finding,
    ...placed(movedSpan(finding.span), where),
    ...(go !== undefined && { go: movedMessage(go, finding.name) }),
    ...(change && { fix: change }),
    suggestions,
  };
}

const movedSpan = ({ start, end }: Span): Span => ({ start: start - prefix.length, end: end - prefix.length });

/** Moves a change; undefined if it edits what is around the condition. */
function movedChange({ message, edits }: Change, where: string): Change | undefined {
  const own = edits.map((edit) => ({ ...edit, ...movedSpan(edit) }));
  return own.every(({ start, end }) => start >= 0 && end <= where.length) ? { message, edits: own } : undefined;
}

/** Moves Go's columns, in bytes from 0, to the start of the condition on its first line. */
function movedMessage(go: string, name: string): string {
  const start = `template: ${name}:1:`;
  const [, column, rest] = (go.startsWith(start) && /^(\d+)(:[\s\S]*)$/.exec(go.slice(start.length))) || [];
  return column === undefined ? go : `${start}${Math.max(0, Number(column) - prefix.length)}${rest}`;
}

function placed(given: Span, text: string) {
  const start = Math.min(Math.max(given.start, 0), text.length);
  const span: Span = { start, end: Math.min(Math.max(given.end, start), text.length) };
  const line = countLines(text, start);
  const lineStart = startOfLine(text, start);
  return {
    span,
    line,
    column: start - lineStart + 1,
    byteColumn: byteLength(text, lineStart, start),
    endLine: countLines(text, span.end),
    endColumn: span.end - startOfLine(text, span.end) + 1,
    excerpt: excerpt({ text, span, line }),
  };
}
