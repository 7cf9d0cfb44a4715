import type { Rule } from "../rule.ts";
import { syntaxRuleOf } from "../syntax.ts";

/** An `if`, `with`, `range`, `define` or `block` without its end. */
export const unclosedBlock: Rule = {
  name: "unclosed-block",
  severity: "error",
  summary: "A block without its `{{ end }}`.",
  reason: "Each `if`, `with`, `range`, `define` and `block` needs an `{{ end }}` of its own.",
  examples: {
    good: ["{{ if .vip }}Hey{{ end }}"],
    bad: ["{{ if .vip }}Hey", "{{ range .items }}{{ if .sale }}{{ .name }}{{ end }}"],
  },
  check(context) {
    let before = 0;
    return {
      problem(problem) {
        before++;
        if (syntaxRuleOf(problem, context) !== "unclosed-block") return;
        const { text, delims } = context.source;
        const at = problem.unclosed!;
        const [word = "block"] = /[a-z]+/.exec(text.slice(at.start + delims[0].length, at.end)) ?? [];
        context.report({
          message: `This ${word} is never closed. Add ${delims[0]} end ${delims[1]} where it should stop.`,
          at,
          // Go sees the end of the text, and only if nothing was wrong before.
          ...(before === 1 && { go: problem.error.message }),
        });
      },
    };
  },
};
