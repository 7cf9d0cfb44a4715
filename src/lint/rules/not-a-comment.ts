import type { Rule } from "../rule.ts";
import { actionText, syntaxRuleOf } from "../syntax.ts";

/** Finds comments with spaces inside the delimiters: `{{ /* c *\/ }}`. */
export const notAComment: Rule = {
  name: "not-a-comment",
  severity: "error",
  summary: "A comment with spaces between the delimiters and its marks: `{{ /* … */ }}`.",
  reason:
    "A comment starts directly after the left delimiter, or after `{{- `, and ends directly before the right one.",
  examples: {
    good: ["{{/* greeting */}}Hey", "{{- /* greeting */ -}}Hey"],
    bad: ["{{ /* greeting */ }}Hey"],
  },
  check: (context) => ({
    problem(problem) {
      if (syntaxRuleOf(problem, context) !== "not-a-comment") return;
      const { span, message: go } = problem.error;
      const [left, right] = context.source.delims;
      const content = actionText(problem, context).slice(left.length, -right.length);
      const [, trimLeft, comment, trimRight] = /^(-?)\s*(\/\*[\s\S]*?\*\/)\s*(-?)$/.exec(content) ?? [];
      const fix =
        comment !== undefined && problem.action
          ? {
              message: "Write it as a comment",
              edits: [
                { ...problem.action, text: `${left}${trimLeft ? "- " : ""}${comment}${trimRight ? " -" : ""}${right}` },
              ],
            }
          : undefined;
      context.report({
        message: `Go does not read this as a comment, because of the space before /*. Write ${left}/* … */${right}.`,
        at: span,
        go,
        fix,
      });
    },
  }),
};
