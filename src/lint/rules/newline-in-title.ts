import type { Rule } from "../rule.ts";
import { named } from "../words.ts";

/** A title that is more than one line. */
export const newlineInTitle: Rule = {
  name: "newline-in-title",
  severity: "warning",
  summary: "A line break in a title or subtitle.",
  reason:
    "A title is one line: a subject of a mail, the head of a notification. A line break is cut off, or makes a mail that servers refuse.",
  examples: {
    good: [
      { text: { title: "Hey, {{ .name }}", body: "One\nTwo" }, options: {} },
      { text: "{{- if .vip -}}\n  Hey\n{{- else -}}\n  Hello\n{{- end -}}", options: { part: "title" } },
    ],
    bad: [
      { text: { title: "Hey,\n{{ .name }}" }, options: {} },
      { text: { title: "Hey, {{ .note }}" }, options: { samples: [{ note: "One\nTwo" }] } },
    ],
  },
  check(context) {
    if (context.part !== "title" && context.part !== "subtitle") return {};
    return {
      text(node, { tree }) {
        const at = node.text.indexOf("\n");
        if (at < 0) return;
        const start = node.start + at;
        context.report({
          message: `There is a line break in the ${context.part}, which is one line. Remove it, or take it away with a trim marker.`,
          at: { start, end: start + 1 },
          source: tree.source,
        });
      },
      print(node, type, { tree }) {
        if (!type.shape?.multiline) return;
        context.report({
          message: `${named(type, "This")} has line breaks in some samples, and the ${context.part} is one line. Write something else, or cut it at the line break.`,
          at: node.pipe,
          source: tree.source,
        });
      },
    };
  },
};
