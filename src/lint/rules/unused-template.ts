import { isEmpty, quote, type Span, unquote } from "../../../grammar/index.ts";
import { similar } from "../../base/similar.ts";
import type { Rule } from "../rule.ts";
import { maxMissed } from "./unused-variable.ts";

/** Finds templates that nothing calls. */
export const unusedTemplate: Rule = {
  name: "unused-template",
  severity: "warning",
  summary: "A template that is defined and never called.",
  reason:
    "A template that nothing calls is never rendered. A text that only defines templates for others is not reported.",
  examples: {
    good: ['{{ define "greeting" }}Hey{{ end }}{{ template "greeting" . }}', '{{ define "shared" }}Hey{{ end }}'],
    bad: ['{{ define "greeting" }}Hey{{ end }}Hello'],
  },
  check(context) {
    /** Names that are called and not defined: one of them may be a misspelling of this template. */
    const missed = new Set<string>();
    return {
      template({ name }) {
        if (!context.trees.has(name) && missed.size < maxMissed) missed.add(name);
      },
      done({ called }) {
        const main = context.trees.get(context.source.name);
        if (!main || isEmpty(main.root) || !context.parses) return;
        const places = definitions(context.source.text);
        for (const { name, source, root } of context.trees.values()) {
          if (source !== context.source || name === source.name || called.has(name) || similar(name, missed).length > 0)
            continue;
          const at = places.get(name) ?? { start: root.start, end: root.start };
          context.report({
            message: `Nothing calls the template ${quote(name)}. Call it with {{ template ${quote(name)} . }}, or remove it.`,
            at,
          });
        }
      },
    };
  },
};

/** Returns the places of the names of all templates in their defines. */
function definitions(text: string): ReadonlyMap<string, Span> {
  const found = new Map<string, Span>();
  const literal = /\s*("(?:[^"\\\n]|\\.)*"|`[^`]*`)/y;
  for (const { index, 0: word } of text.matchAll(/\bdefine/g)) {
    literal.lastIndex = index + word.length;
    const quoted = literal.exec(text)?.[1];
    if (quoted === undefined) continue;
    const start = literal.lastIndex - quoted.length;
    for (const name of [quoted.slice(1, -1), unquote(quoted)]) {
      if (name !== undefined && !found.has(name)) found.set(name, { start, end: start + quoted.length });
    }
  }
  return found;
}
