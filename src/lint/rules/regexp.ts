import { sprig } from "../../functions/index.ts";
import { regexpError } from "../../functions/regexp.ts";
import type { Rule } from "../rule.ts";

/** Matches functions of known sets whose first argument is a regular expression. */
const takesPattern = /^((mustR|r)egex(?!QuoteMeta)[A-Z]\w*|reReplaceAll|match)$/;

/** Finds invalid regular expressions. */
export const regexp: Rule = {
  name: "regexp",
  severity: "error",
  summary: "A regular expression that Go rejects.",
  reason:
    "Go's regular expressions (RE2) have no look-around and no back-references, and a mistake in one is found only when the alert is rendered.",
  examples: {
    good: [
      { text: '{{ if regexMatch "^[a-z]+$" .name }}x{{ end }}', options: { functions: [sprig] } },
      { text: '{{ regexQuoteMeta "[a-z" }}', options: { functions: [sprig] } },
    ],
    bad: [
      { text: '{{ if regexMatch "[a-z" .name }}x{{ end }}', options: { functions: [sprig] } },
      { text: '{{ mustRegexFind "(?=a)b" .name }}', options: { functions: [sprig] } },
    ],
  },
  check: (context) => ({
    call({ name, fn, args }, { tree }) {
      if (!fn || !takesPattern.test(name)) return;
      const [pattern] = args;
      const { literal } = pattern?.type ?? {};
      if (typeof literal !== "string" || !("kind" in pattern!.node) || pattern!.node.kind !== "string") return;
      const refusal = regexpError(literal);
      if (refusal === undefined) return;
      context.report({
        message: `Go rejects this regular expression: ${refusal}. Correct it: RE2 has no look-around and no back-references.`,
        at: pattern!.node,
        source: tree.source,
      });
    },
  }),
};
