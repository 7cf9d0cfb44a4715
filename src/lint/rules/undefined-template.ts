import { quote, type Span, type TemplateCall, type Tree } from "../../../grammar/index.ts";
import { similar } from "../../base/similar.ts";
import { execMessage } from "../../template/run.ts";
import type { Rule } from "../rule.ts";

/** Finds calls of templates that do not exist. */
export const undefinedTemplate: Rule = {
  name: "undefined-template",
  severity: "error",
  summary: "A call of a template that is not defined.",
  reason: "Go notices that only when it renders the call, and rendering fails.",
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
          ? `Did you mean ${close.map((name) => quote(name)).join(" or ")}?`
          : "Define it, or pass it in the templates option.";
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

/** Returns the place of the name, with its quotes. */
export function nameSpan({ pos }: TemplateCall, { source: { text } }: Tree): Span {
  const written = /^("(?:[^"\\\n]|\\.)*"|`[^`]*`)/.exec(text.slice(pos))?.[0] ?? "";
  return { start: pos, end: pos + written.length };
}
