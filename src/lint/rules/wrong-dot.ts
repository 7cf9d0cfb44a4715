import type { Rule } from "../rule.ts";
import { isOnly, kindsOf } from "../type.ts";
import { meansRoot } from "./unknown-field.ts";

/** A field of the profile, read from what a `range` or `with` made of dot. */
export const wrongDot: Rule = {
  name: "wrong-dot",
  severity: "error",
  summary: "A field of the profile read inside a `range` or `with`, where dot is something else.",
  reason:
    "Inside `range` and `with` dot is the element or value. The profile is still there as `$`: `{{ $.first_name }}`.",
  examples: {
    good: [
      {
        text: "{{ range .items }}{{ $.name }}: {{ .title }}{{ end }}",
        options: { samples: [{ name: "Ada", items: [{ title: "Gear" }] }] },
      },
    ],
    bad: [
      {
        text: "{{ range .items }}{{ .name }}: {{ .title }}{{ end }}",
        options: { samples: [{ name: "Ada", items: [{ title: "Gear" }] }] },
      },
      { text: "{{ with .city }}{{ .name }}{{ end }}", options: { samples: [{ name: "Ada", city: "London" }] } },
    ],
  },
  check: (context) => ({
    field({ base, name, found, span, fromDot, index }, scope) {
      if (!fromDot || index > 0 || !meansRoot(name, scope)) return;
      const block = scope.blocks.findLast(({ node, isElse }) => node.kind !== "if" && !isElse);
      if (!block || base === scope.root) return;
      const kinds = kindsOf(base);
      const isBelowScalar = kinds.length > 0 && !kinds.includes("map");
      if (isBelowScalar ? isOnly(base, "list") && false : found !== undefined) return;
      const { kind } = block.node;
      context.report({
        message: `Inside this ${kind} dot is ${kind === "range" ? "the element" : "its value"}, which has no field ${name}; the profile has one. Write $.${name}.`,
        at: span,
        source: scope.tree.source,
        suggestions: [{ message: `Write $.${name}`, edits: [{ start: span.start, end: span.start, text: "$" }] }],
      });
    },
  }),
};
