import type { Rule } from "../rule.ts";
import { named } from "../words.ts";

/** Finds titles of more than one line. */
export const newlineInTitle: Rule = {
  name: "newline-in-title",
  severity: "warning",
  summary: "A line break in a title or subtitle.",
  reason:
    "A title is one line: the subject of an email, the heading of a notification. At a line break it is cut off, or makes an email that servers refuse.",
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
          message: `The ${context.part} is shown as one line, but has a line break here. Remove it, or trim it with a trim marker.`,
          at: { start, end: start + 1 },
          source: tree.source,
        });
      },
      print(node, type, { tree }) {
        if (!type.shape?.multiline) return;
        context.report({
          message: `${named(type, "This")} has line breaks in some samples, but the ${context.part} is shown as one line. Use another field, or cut it at the line break.`,
          at: node.pipe,
          source: tree.source,
        });
      },
    };
  },
};
