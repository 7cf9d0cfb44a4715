import type { Rule } from "../rule.ts";

/** Findings of one text that are told, unless an option says otherwise. */
export const defaultMaxFindings = 1000;

/** Reported where a lint ends before the text does. */
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
  // The collector knows.
  check: () => ({}),
};
