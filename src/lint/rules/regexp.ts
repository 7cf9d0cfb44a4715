import { signatureOf } from "../../template/function.ts";
import { errorText } from "../../template/run.ts";
import type { Context, Rule } from "../rule.ts";

/** Functions of known sets whose first argument is a regular expression. */
const takesPattern = /^(must)?(regex[A-Z]\w*|reReplaceAll|match)$/i;

/** A regular expression that cannot be one. */
export const regexp: Rule = {
  name: "regexp",
  severity: "error",
  summary: "A regular expression that Go does not accept.",
  reason:
    "Go's regular expressions (RE2) have no look-around and no back-references, and a mistake in one is found only when the alert is rendered.",
  examples: {
    good: [{ text: '{{ if regexMatch "^[a-z]+$" .name }}x{{ end }}', options: { functions: [exampleSet()] } }],
    bad: [{ text: '{{ if regexMatch "[a-z" .name }}x{{ end }}', options: { functions: [exampleSet()] } }],
  },
  check: (context) => ({
    call({ name, fn, args }, { tree }) {
      if (!fn || !takesPattern.test(name)) return;
      const [pattern] = args;
      const { literal } = pattern?.type ?? {};
      if (typeof literal !== "string" || !("kind" in pattern!.node) || pattern!.node.kind !== "string") return;
      const refusal = refused(name, literal, context);
      if (refusal === undefined) return;
      context.report({
        message: `Go does not accept this regular expression: ${refusal}. Correct it; RE2 has no look-around and no back-references.`,
        at: pattern!.node,
        source: tree.source,
      });
    },
  }),
};

/** What the set in use says to the pattern; `must…` says what its twin keeps to itself. */
function refused(name: string, pattern: string, context: Context): string | undefined {
  for (const candidate of [`must${name[0]!.toUpperCase()}${name.slice(1)}`, "mustRegexMatch", name]) {
    const fn = context.functionOf(candidate);
    if (!fn) continue;
    const { params } = signatureOf(fn);
    const args = params.map((param, i) => (i === 0 ? pattern : param === "int" || param === "int64" ? 1 : ""));
    try {
      fn(...args);
    } catch (error) {
      return errorText(error).replace(/^error parsing regexp: /, "");
    }
  }
  return undefined;
}

/** As Sprig's, as far as the examples go. */
function exampleSet() {
  return { regexMatch: (pattern: string, text: string) => new RegExp(pattern, "v").test(text) };
}
