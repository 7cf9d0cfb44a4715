import type { Problem } from "../../../grammar/index.ts";
import type { Change } from "../finding.ts";
import type { Context, Rule } from "../rule.ts";
import { actionText, operatorIn, setsWith, syntaxRuleOf } from "../syntax.ts";

const functions: Readonly<Record<string, string>> = {
  ...{
    "=": "eq",
    "==": "eq",
    "!=": "ne",
    "<": "lt",
    "<=": "le",
    ">": "gt",
    ">=": "ge",
    "&&": "and",
    "||": "or",
    "!": "not",
  },
  ...{ "+": "add", "*": "mul", "%": "mod" },
};

/** Finds operators of other languages: `{{ if .a == "b" }}`. */
export const operator: Rule = {
  name: "operator",
  severity: "error",
  summary: "An operator of another language: `==`, `&&`, `!`, `+`.",
  reason: "Go templates have functions instead of operators, and a function comes before its arguments: `eq .a .b`.",
  examples: {
    good: ['{{ if eq .status "vip" }}Hey{{ end }}', "{{ if and .a (not .b) }}Hey{{ end }}"],
    bad: ['{{ if .status == "vip" }}Hey{{ end }}', "{{ if .a && .b }}Hey{{ end }}", "{{ if !.a }}Hey{{ end }}"],
  },
  check: (context) => ({
    problem(problem) {
      if (syntaxRuleOf(problem, context) !== "operator") return;
      const { operator: found, span } = operatorIn(problem, context)!;
      const name = functions[found]!;
      const usage = found === "!" ? `${name} .a` : `${name} .a .b`;
      const sets = context.isFunction(name) ? [] : setsWith(name, context);
      const advice =
        sets.length === 0
          ? `Write the function before its arguments: ${usage}.`
          : `Use ${name} of the function set ${sets.join(" or ")}: ${usage}.`;
      const change = rewritten(problem, context, found, name);
      context.report({
        message: `Go templates have no operator ${found}. ${advice}`,
        at: span,
        go: problem.error.message,
        suggestions: change ? [change] : [],
      });
    },
  }),
};

/** Rewrites the condition as a call, if it is simple enough. */
function rewritten(problem: Problem, context: Context, found: string, name: string): Change | undefined {
  const { action } = problem;
  if (!action || found === "!") return undefined;
  const text = actionText(problem, context);
  const at = text.indexOf(found);
  const before = operandAtEnd(text.slice(0, at));
  const after = /^\s*(\$?\.?[\w.$]+|"[^"]*")/.exec(text.slice(at + found.length));
  if (!before || !after) return undefined;
  const call = `${name} ${before} ${after[1]}`;
  const start = action.start + text.slice(0, at).trimEnd().length - before.length;
  const end = action.start + at + found.length + after[0].length;
  return { message: `Write ${call}`, edits: [{ start, end, text: call }] };
}

/** Returns the field, variable, number or text that an action ends with. */
function operandAtEnd(action: string): string {
  const text = action.trimEnd();
  if (text.endsWith('"')) {
    const open = text.lastIndexOf('"', text.length - 2);
    return open < 0 || text.length < 2 ? "" : text.slice(open);
  }
  let start = text.length;
  while (start > 0 && /[\w.$]/.test(text[start - 1]!)) start--;
  return text.slice(start);
}
