import { similar } from "../../base/similar.ts";
import type { Rule } from "../rule.ts";
import { fieldNames, syntaxRuleOf, undefinedFunction } from "../syntax.ts";

/** Finds `{{ first_name }}` for `{{ .first_name }}`. */
export const forgottenDot: Rule = {
  name: "forgotten-dot",
  severity: "error",
  summary: "A field without its dot: `{{ first_name }}`.",
  reason:
    "A word without a dot is the name of a function. Fields of the profile start with a dot: `{{ .first_name }}`.",
  examples: {
    good: ["Hey, {{ .first_name }}"],
    bad: ["Hey, {{ first_name }}", { text: "{{ upper }}", options: { samples: [{ upper: "A" }] } }],
  },
  check: (context) => ({
    problem(problem) {
      if (syntaxRuleOf(problem, context) !== "forgotten-dot") return;
      const name = undefinedFunction(problem)!;
      const { span } = problem.error;
      const names = fieldNames(context);
      const meant = names.length === 0 || names.includes(name) ? name : (similar(name, names)[0] ?? name);
      // `. name`: the dot is there, but separated.
      const apart = dotApart(context.source.text.slice(0, span.start));
      const edit = { start: span.start - apart.length, end: span.end, text: `.${meant}` };
      const change = { message: `Write .${meant}`, edits: [edit] };
      context.report({
        message: `There is no function ${name}. It looks like a field, and fields start with a dot: write .${meant}.`,
        at: span,
        go: problem.error.message,
        // Certain only if the profile has the field.
        ...(names.includes(name) ? { fix: change } : { suggestions: [change] }),
      });
    },
  }),
};

/** Returns a dot at the end of a text that belongs to nothing before it, with the space after it. */
function dotApart(before: string): string {
  const end = before.trimEnd();
  const isDot = end.length < before.length && end.endsWith(".") && /[\s({]/.test(end.at(-2) ?? "");
  return isDot ? before.slice(end.length - 1) : "";
}
