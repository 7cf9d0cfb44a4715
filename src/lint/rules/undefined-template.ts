import { quote, type Span, type TemplateCall, type Tree } from "../../../grammar/index.ts";
import { similar } from "../../base/similar.ts";
import { execMessage } from "../../template/run.ts";
import type { Rule } from "../rule.ts";

/** A call of a template that is not there. */
export const undefinedTemplate: Rule = {
  name: "undefined-template",
  severity: "error",
  summary: "A call of a template that is not defined.",
  reason: "Go finds that out only when it gets there, with a profile in hand, and stops.",
  examples: {
    good: [
      '{{ define "greeting" }}Hey{{ end }}{{ template "greeting" }}',
      { text: '{{ template "footer" . }}', options: { templates: { footer: "Bye" } } },
    ],
    bad: [
      '{{ define "greeting" }}Hey{{ end }}{{ template "greeting" }}{{ template "greting" }}',
      '{{ template "footer" . }}',
    ],
  },
  check: (context) => ({
    template(node, _, { tree }) {
      if (context.trees.has(node.name)) return;
      const names = [...context.trees.keys()].filter((name) => name !== context.source.name);
      const close = similar(node.name, names);
      const advice =
        close.length > 0
          ? `Is ${close.map((name) => quote(name)).join(" or ")} meant?`
          : "Define it, or give it to the renderer.";
      const at = nameSpan(node, tree);
      context.report({
        message: `There is no template ${quote(node.name)}. ${advice}`,
        at,
        source: tree.source,
        go: execMessage(tree, node, `template ${quote(node.name)} not defined`),
        suggestions: close.map((name) => ({
          message: `Write ${quote(name)}`,
          edits: [{ ...at, text: quote(name) }],
        })),
      });
    },
  }),
};

/** Where the name stands, with its quotes. */
export function nameSpan({ pos }: TemplateCall, { source: { text } }: Tree): Span {
  const written = /^("(?:[^"\\\n]|\\.)*"|`[^`]*`)/.exec(text.slice(pos))?.[0] ?? "";
  return { start: pos, end: pos + written.length };
}
