import type { Rule } from "../rule.ts";

/** Findings of one text that are told, unless an option says otherwise. */
export const defaultMaxFindings = 1000;

/** Reported where a lint ends before the text does. */
export const tooManyFindings: Rule = {
  name: "too-many-findings",
  severity: "error",
  summary: "More findings than are told of one text.",
  reason:
    "A text with a thousand mistakes is another kind of text, or has one mistake a thousand times. What was not looked at may hold errors, so that this is one.",
  examples: {
    good: [{ text: "{{ .first_name }}", options: { maxFindings: 0 } }],
    bad: [{ text: "{{ first_name }}", options: { maxFindings: 0 } }],
  },
  // The collector knows.
  check: () => ({}),
};
