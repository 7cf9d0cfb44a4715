import type { Source } from "../../grammar/index.ts";
import type { Lines } from "./lines.ts";

/** A comment that turns rules off, as written. */
export interface Directive {
  readonly kind: "disable-next-line" | "disable-line" | "disable" | "enable";
  /** None: all rules. */
  readonly rules: readonly string[];
  readonly start: number;
  readonly end: number;
}

/**
 * The comments that turn rules off:
 *
 * | comment                                             | for                                              |
 * |-----------------------------------------------------|--------------------------------------------------|
 * | `{{/* tocsin-disable-next-line rule, rule *\/}}`    | the line after the comment                       |
 * | `{{/* tocsin-disable-line rule *\/}}`               | the line it is on                                |
 * | `{{/* tocsin-disable rule *\/}}`                    | all from here, or to `{{/* tocsin-enable *\/}}`  |
 *
 * Without a rule it is all of them. What follows `--` is a reason, for readers.
 */
export function directivesOf({ text, delims: [left] }: Source): readonly Directive[] {
  if (!text.includes("tocsin-")) return [];
  const found: Directive[] = [];
  const comment = /\/\*\s*tocsin-(disable-next-line|disable-line|disable|enable)\b([\s\S]*?)\*\//g;
  for (const match of text.matchAll(comment)) {
    const before = text.slice(0, match.index);
    if (!before.endsWith(left) && !/-\s$/.test(before)) continue;
    const listed = match[2]!.split("--")[0]!;
    found.push({
      kind: match[1] as Directive["kind"],
      rules: listed.split(/[\s,]+/).filter((rule) => rule !== ""),
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return found;
}

/** Says whether a rule is turned off on a line. */
export function silencer(source: Source, lines: Lines): (rule: string, line: number) => boolean {
  const directives = directivesOf(source).map((directive) => ({
    ...directive,
    line: lines.at(directive.start).line,
    endLine: lines.at(directive.end).line,
  }));
  if (directives.length === 0) return () => false;
  return (rule, line) => {
    let off = false;
    for (const { kind, rules, line: at, endLine } of directives) {
      if (rules.length > 0 && !rules.includes(rule)) continue;
      if (kind === "disable-next-line" && line === endLine + 1) return true;
      if (kind === "disable-line" && line === at) return true;
      if (kind === "disable" && line >= at) off = true;
      if (kind === "enable" && line >= at) off = false;
    }
    return off;
  };
}
