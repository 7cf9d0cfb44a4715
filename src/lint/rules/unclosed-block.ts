import type { Rule } from "../rule.ts";
import { syntaxRuleOf } from "../syntax.ts";

/** Finds `if`, `with`, `range`, `define` and `block` without an end. */
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
          // Go reports the end of the text, and only if nothing before was wrong.
          ...(before === 1 && { go: problem.error.message }),
        });
      },
    };
  },
};
