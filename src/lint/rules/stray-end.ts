import type { Rule } from "../rule.ts";
import { syntaxRuleOf } from "../syntax.ts";

/** Finds `end` and `else` that belong to no block. */
export const strayEnd: Rule = {
  name: "stray-end",
  severity: "error",
  summary: "An `{{ end }}` or `{{ else }}` that belongs to no block.",
  reason: "There is one `{{ end }}` for each block, and one `{{ else }}` at most, which comes last.",
  examples: {
    good: ["{{ if .vip }}Hey{{ else if .new }}Welcome{{ else }}Hello{{ end }}"],
    bad: [
      "Hey{{ end }}",
      "{{ if .vip }}Hey{{ else }}Hello{{ else }}Welcome{{ end }}",
      '{{ define "t" }}{{ else }}{{ end }}',
    ],
  },
  check: (context) => ({
    problem(problem) {
      if (syntaxRuleOf(problem, context) !== "stray-end") return;
      const { reason, action, error } = problem;
      const at = action ?? error.span;
      const word = reason.name!;
      context.report({
        message: messages[reason.code as keyof typeof messages](word),
        at,
        go: error.message,
        suggestions: [{ message: "Remove it", edits: [{ ...at, text: "" }] }],
      });
    },
  }),
};

const messages = {
  "stray-ending": (word: string) => `This ${word} closes nothing. Remove it, or an extra end above it.`,
  "expected-end": (word: string) => `This block already has an else, and that comes last. Remove this ${word}.`,
  "ending-in-clause": (word: string) => `A define or block has no else. Remove this ${word}.`,
};
