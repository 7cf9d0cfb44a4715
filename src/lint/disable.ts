import type { Lines, Source } from "../../grammar/index.ts";

/** Holds a comment that turns rules off, as written. */
export interface Directive {
  readonly kind: "disable-next-line" | "disable-line" | "disable" | "enable";
  /** Empty for all rules. */
  readonly rules: readonly string[];
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the comments that turn rules off:
 *
 * | comment                                             | for                                              |
 * |-----------------------------------------------------|--------------------------------------------------|
 * | `{{/* tocsin-disable-next-line rule, rule *\/}}`    | the line after the comment                       |
 * | `{{/* tocsin-disable-line rule *\/}}`               | the line it is on                                |
 * | `{{/* tocsin-disable rule *\/}}`                    | all from here, or to `{{/* tocsin-enable *\/}}`  |
 *
 * A comment without a rule is for all of them. The text after `--` is a reason, for readers.
 */
export function directivesOf({ text, delims: [left] }: Source): readonly Directive[] {
  if (!text.includes("tocsin-")) return [];
  const found: Directive[] = [];
  const word = /\s*tocsin-(disable-next-line|disable-line|disable|enable)\b/y;
  let start = text.indexOf("/*");
  while (start >= 0) {
    word.lastIndex = start + 2;
    const kind = word.exec(text)?.[1] as Directive["kind"] | undefined;
    if (kind === undefined) {
      start = text.indexOf("/*", start + 2);
      continue;
    }
    const close = text.indexOf("*/", word.lastIndex);
    if (close < 0) break;
    const before = text.slice(Math.max(0, start - 2), start);
    if (text.endsWith(left, start) || /-\s$/.test(before)) {
      const listed = text.slice(word.lastIndex, close).split("--", 1)[0]!;
      found.push({ kind, rules: listed.split(/[\s,]+/).filter((rule) => rule !== ""), start, end: close + 2 });
    }
    start = text.indexOf("/*", close + 2);
  }
  return found;
}

/** Returns a function that tells whether a rule is turned off on a line. */
export function silencer(source: Source, lines: Lines): (rule: string, line: number) => boolean {
  const directives = directivesOf(source);
  if (directives.length === 0) return () => false;
  const byRule = new Map<string, (line: number) => boolean>();
  return (rule, line) => {
    let isOff = byRule.get(rule);
    if (!isOff) {
      isOff = silenceOf(
        directives.filter(({ rules }) => rules.length === 0 || rules.includes(rule)),
        lines,
      );
      byRule.set(rule, isOff);
    }
    return isOff(line);
  };
}

/** Returns a function that tells on which lines these directives turn a rule off. */
function silenceOf(directives: readonly Directive[], lines: Lines): (line: number) => boolean {
  const single = new Set<number>();
  /** Lines from which on the rule is off, or on again. */
  const switches: { readonly line: number; readonly off: boolean }[] = [];
  for (const { kind, start, end } of directives) {
    const { line } = lines.at(start);
    if (kind === "disable-next-line") single.add(lines.at(end).line + 1);
    else if (kind === "disable-line") single.add(line);
    else switches.push({ line, off: kind === "disable" });
  }
  return (line) => {
    if (single.has(line)) return true;
    let low = 0;
    let high = switches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (switches[middle]!.line <= line) low = middle + 1;
      else high = middle;
    }
    return switches[low - 1]?.off ?? false;
  };
}
