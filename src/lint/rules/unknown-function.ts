import { similar } from "../../base/similar.ts";
import type { Change } from "../finding.ts";
import type { Rule } from "../rule.ts";
import { foreignWord, setsWith, syntaxRuleOf, undefinedFunction } from "../syntax.ts";

/** Finds functions that no set in use has. */
export const unknownFunction: Rule = {
  name: "unknown-function",
  severity: "error",
  summary: "A function that does not exist, or is in no set in use.",
  reason:
    "A template with an unknown function does not parse. Functions beyond Go's own come in function sets, which have to be added.",
  examples: {
    good: ['{{ printf "%.2f" .price }}', '{{ .name | default "you" }}'],
    bad: ['{{ prinft "%.2f" .price }}', { text: "{{ shout .name }}", options: { functions: [] } }, "{{ elseif .a }}"],
  },
  check: (context) => ({
    problem(problem) {
      if (syntaxRuleOf(problem, context) !== "unknown-function") return;
      const name = undefinedFunction(problem)!;
      const { span, message: go } = problem.error;
      const known = foreignWord(name);
      const elsewhere = Object.values(context.sets).flatMap((set) => Object.keys(set));
      const inSet = (other: string): string =>
        context.isFunction(other) ? other : `${other} (of the function set ${setsWith(other, context).join(" or ")})`;
      const sets = setsWith(name, context);
      const close = known || sets.length > 0 ? [] : similar(name, [...context.functionNames, ...elsewhere]);
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
          ? `It is in the function set ${sets.join(" and in ")}: add that set (option functions, --functions).`
          : close.length > 0
            ? `Did you mean ${close.map((other) => inSet(other)).join(" or ")}?`
            : `For a field write .${name}; for a function add the set that has it (option functions, --functions).`);
      context.report({ message: `Unknown function ${name}. ${advice}`, at: span, go, suggestions });
    },
  }),
};
