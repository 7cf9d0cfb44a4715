import type { Rule, Variable } from "../rule.ts";

/** Finds `:=` in a block where the outer variable was meant to change. */
export const shadowedVariable: Rule = {
  name: "shadowed-variable",
  severity: "warning",
  summary: "`:=` inside a block where `=` was meant.",
  reason:
    "`:=` declares a new variable that ends with its block; the outer variable of the same name does not change. `=` changes the outer one.",
  examples: {
    good: ["{{ $plan := .plan }}{{ if .vip }}{{ $plan = .best }}{{ end }}{{ $plan }}"],
    bad: ["{{ $plan := .plan }}{{ if .vip }}{{ $plan := .best }}{{ end }}{{ $plan }}"],
  },
  check(context) {
    /** For each outer variable, the one that shadows it and is never used. */
    const hidden = new Map<Variable, Variable>();
    return {
      drop(variable, { named }) {
        if (variable.used || variable.by !== "action") return;
        const outer = named(variable.name).at(-1);
        if (outer && outer.depth < variable.depth) hidden.set(outer, variable);
      },
      use(variable) {
        const inner = hidden.get(variable);
        if (!inner) return;
        const { text } = inner.tree.source;
        const at = text.indexOf(":=", inner.node.end);
        const change = at >= 0 ? [{ message: "Write =", edits: [{ start: at, end: at + 2, text: "=" }] }] : [];
        context.report({
          message: `This declares a new ${inner.name} that ends with its block and is never read; the outer ${inner.name} does not change. Write = to change that one.`,
          at: inner.node,
          source: inner.tree.source,
          suggestions: change,
        });
      },
    };
  },
};
