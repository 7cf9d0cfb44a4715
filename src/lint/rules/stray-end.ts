import type { Rule } from "../rule.ts";
import { syntaxRuleOf } from "../syntax.ts";

/** An `end` or `else` that belongs to nothing. */
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
      const word = wordOf(reason);
      const why = reason.startsWith("expected end")
        ? "This block has an else already, and that comes last"
        : / in (define|block) clause$/.test(reason)
          ? "A define or block has no else"
          : "There is no open block it could belong to";
      context.report({
        message: `This ${word} is one too many. ${why}: remove it, or look for an end too many before it.`,
        at,
        go: error.message,
        suggestions: [{ message: "Remove it", edits: [{ ...at, text: "" }] }],
      });
    },
  }),
};

/** Which of the two Go's words are about: `unexpected {{end}} in define clause`, `expected end; found {{else}}`. */
function wordOf(reason: string): "end" | "else" {
  const [what = ""] = reason.split(" in ", 1);
  return /end|else/.exec(what.slice(what.lastIndexOf(" ") + 1))?.[0] === "end" ? "end" : "else";
}
