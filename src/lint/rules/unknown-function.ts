import type { Change } from "../finding.ts";
import type { Rule } from "../rule.ts";
import { similar } from "../suggest.ts";
import { setsWith, syntaxRuleOf, undefinedFunction } from "../syntax.ts";

/** A function that no set in use has. */
export const unknownFunction: Rule = {
  name: "unknown-function",
  severity: "error",
  summary: "A function that is not there.",
  reason:
    "A template with an unknown function does not parse. Functions beyond Go's own come in sets that have to be in use.",
  examples: {
    good: ['{{ printf "%.2f" .price }}', '{{ .name | default "you" }}'],
    bad: ['{{ prinft "%.2f" .price }}', { text: "{{ shout .name }}", options: { functions: [] } }, "{{ elseif .a }}"],
  },
  check: (context) => ({
    problem(problem) {
      if (syntaxRuleOf(problem, context) !== "unknown-function") return;
      const name = undefinedFunction(problem)!;
      const { span, message: go } = problem.error;
      const known = phrase(name);
      const sets = setsWith(name, context);
      const close = known || sets.length > 0 ? [] : similar(name, context.functionNames);
      const suggestions: Change[] = close.map((other) => ({
        message: `Write ${other}`,
        edits: [{ ...span, text: other }],
      }));
      if (known?.write !== undefined) {
        suggestions.push({ message: `Write ${known.write}`, edits: [{ ...span, text: known.write }] });
      }
      const advice =
        known?.advice ??
        (sets.length > 0
          ? `The function set ${sets.join(" and the set ")} has it: put it in use.`
          : close.length > 0
            ? `Is ${close.join(" or ")} meant?`
            : `If it is a field, write .${name}; if it is a function, the set that has it is not in use.`);
      context.report({ message: `There is no function ${name}. ${advice}`, at: span, go, suggestions });
    },
  }),
};

/** Words of other template languages. */
function phrase(name: string): { readonly advice: string; readonly write?: string } | undefined {
  switch (name.toLowerCase()) {
    case "elseif":
    case "elsif":
    case "elif":
      return { advice: "Go writes {{ else if … }}.", write: "else if" };
    case "endif":
    case "endfor":
    case "endrange":
    case "endwith":
      return { advice: "Every block ends with {{ end }}.", write: "end" };
    case "foreach":
    case "for":
    case "each":
    case "while":
      return { advice: "Go repeats with {{ range .items }} … {{ end }}." };
    case "unless":
      return { advice: "Go writes {{ if not … }}.", write: "if not" };
    case "null":
    case "none":
    case "undefined":
      return { advice: "Nothing is nil in Go.", write: "nil" };
    case "this":
      return { advice: "The current value is a dot.", write: "." };
    default:
      return undefined;
  }
}
