import type { Rule } from "../rule.ts";

/** Limits the findings of one text, unless an option sets another limit. */
export const defaultMaxFindings = 1000;

/** Reports that a lint ended before the text did. */
export const tooManyFindings: Rule = {
  name: "too-many-findings",
  severity: "error",
  summary: "More findings in one text than are reported.",
  reason:
    "A text with a thousand mistakes is not a template, or repeats one mistake. The part that was not checked may hold errors, so this counts as one.",
  examples: {
    good: [{ text: "{{ .first_name }}", options: { maxFindings: 0 } }],
    bad: [{ text: "{{ first_name }}", options: { maxFindings: 0 } }],
  },
  // The collector reports it.
  check: () => ({}),
};
