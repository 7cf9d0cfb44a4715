import { type Delims, type Segment, segmentsOf } from "../../../grammar/index.ts";
import type { Rule } from "../rule.ts";

/** Finds lines that contain only actions that print nothing. */
export const blankLine: Rule = {
  name: "blank-line",
  severity: "info",
  summary: "An action that prints nothing, on a line of its own, leaves a blank line.",
  reason: "The line break after the action is text and is printed. A trim marker removes it: `{{- if .vip }}`.",
  examples: {
    good: [
      "Hey\n{{- if .vip }}\nThank you\n{{- end }}\n",
      { text: "<p>\n{{ if .vip }}\nx\n{{ end }}\n</p>", options: { part: "html" } },
    ],
    bad: ["Hey\n{{ if .vip }}\nThank you\n{{- end }}\n", "{{ $name := .name }}\nHey, {{ $name }}"],
  },
  check: (context) => ({
    done() {
      if (!context.parses || context.part === "html" || context.part === "title") return;
      const { text, delims } = context.source;
      if (!text.split("\n").some((line) => isSuspect(line.trim(), delims))) return;
      let offset = 0;
      /** The actions of the current line, if nothing else is on it. */
      let line: { start: number; end: number; trims: boolean } | undefined;
      let isBlank = true;
      const segments = segmentsOf(text, delims, context.isFunction);
      for (const segment of segments) {
        const length = lengthOf(segment, text, offset, delims[1]);
        const source = text.slice(offset, offset + length);
        for (const { content, start } of split(segment, source, delims[0])) {
          const isAction = content.startsWith(delims[0]);
          if (isAction) {
            const trims = content.startsWith(`${delims[0]}-`) || content.endsWith(`-${delims[1]}`);
            if (segment.kind === "action" && !isSilent(segment)) isBlank = false;
            line = {
              start: line?.start ?? offset + start,
              end: offset + start + content.length,
              trims: trims || (line?.trims ?? false),
            };
            continue;
          }
          const parts = content.split("\n");
          for (const [i, part] of parts.entries()) {
            if (part.trim() !== "") isBlank = false;
            if (i === parts.length - 1) break;
            if (line && isBlank && !line.trims && !text.slice(line.start, line.end).includes("\n")) report(line);
            line = undefined;
            isBlank = true;
          }
        }
        offset += length;
      }
      function report({ start, end }: { start: number; end: number }): void {
        const [left, right] = delims;
        const next = /^\s*/.exec(text.slice(end))![0].length + end;
        if (text.startsWith(`${left}-`, next) || text.slice(0, start).trimEnd().endsWith(`-${right}`)) return;
        context.report({
          message: `This line writes nothing but its line break, which leaves a blank line. Write ${delims[0]}- to remove the line break before it.`,
          at: { start, end },
          suggestions: [
            {
              message: "Remove the line break before it",
              edits: [{ start: start + delims[0].length, end: start + delims[0].length, text: "- " }],
            },
          ],
        });
      }
    },
  }),
};

/** Tells a line that begins and ends with an action and trims nothing before it. */
const isSuspect = (line: string, [left, right]: Delims): boolean =>
  line.startsWith(left) && line.endsWith(right) && !line.startsWith(`${left}-`);

function lengthOf(segment: Segment, text: string, offset: number, right: string): number {
  if (segment.kind === "text") return segment.text.length;
  const last = segment.tokens.at(-1)?.end ?? offset + segment.open.length;
  return text.indexOf(right, last) + right.length - offset;
}

/** Splits a segment of the source into comments and the text around them. */
function* split(segment: Segment, source: string, left: string): Generator<{ content: string; start: number }> {
  if (segment.kind === "action") {
    yield { content: source, start: 0 };
    return;
  }
  let at = 0;
  for (;;) {
    const start = source.indexOf(left, at);
    if (start < 0) break;
    yield { content: source.slice(at, start), start: at };
    const end = source.indexOf("*/", start + left.length + 2) + 2;
    const close = /^(?:\s-)?/.exec(source.slice(end))![0].length;
    at = Math.min(source.length, end + close + left.length);
    yield { content: source.slice(start, at), start };
  }
  yield { content: source.slice(at), start: at };
}

/** Tells an action that prints nothing itself. */
function isSilent({ tokens }: Extract<Segment, { kind: "action" }>): boolean {
  const [first, second] = tokens;
  if (!first) return true;
  if (["if", "else", "end", "range", "with", "define", "break", "continue"].includes(first.text)) return true;
  return first.text.startsWith("$") && (second?.text === ":=" || second?.text === "=");
}
