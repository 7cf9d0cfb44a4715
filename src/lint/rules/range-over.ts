import type { Rule } from "../rule.ts";
import { describe, isOnly, kindsOf } from "../type.ts";
import { named } from "../words.ts";

/** Finds `range` over a value that is not a collection. */
export const rangeOver: Rule = {
  name: "range-over",
  severity: "error",
  summary: "A `range` over something that is not a list, a map or a whole number.",
  reason: "Go loops over lists, maps and whole numbers. Over text or anything else rendering fails.",
  examples: {
    good: [
      { text: "{{ range .items }}{{ . }}{{ end }}", options: { samples: [{ items: [1] }] } },
      "{{ range 3 }}*{{ end }}",
    ],
    bad: [
      { text: "{{ range .name }}{{ . }}{{ end }}", options: { samples: [{ name: "Ada" }] } },
      { text: "{{ range .points }}*{{ end }}", options: { samples: [{ points: 3 }], numbers: "float64" } },
      { text: "{{ range $i, $e := .points }}{{ $e }}{{ end }}", options: { samples: [{ points: 3 }] } },
    ],
  },
  check: (context) => ({
    branch(node, type, { tree }) {
      if (node.kind !== "range") return;
      const kinds = kindsOf(type);
      const shown = named(type, tree.source.text.slice(node.pipe.commands[0]?.start, node.pipe.end));
      if (isOnly(type, "int", "uint") && node.pipe.decl.length === 2) {
        context.report({
          message: `${shown} is a whole number, so range takes only one variable. Remove the second.`,
          at: node.pipe,
          source: tree.source,
        });
      }
      if (kinds.length === 0 || kinds.some((kind) => !["string", "bool", "float", "complex", "time"].includes(kind)))
        return;
      context.report({
        message: `${shown} is ${describe(type)}, but range needs a list, a map or a whole number: rendering fails. Use another field.`,
        at: node.pipe,
        source: tree.source,
        ...((type.absent || type.kinds?.has("nil")) && { severity: "warning" as const }),
      });
    },
  }),
};
