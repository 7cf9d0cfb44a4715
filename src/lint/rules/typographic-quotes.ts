import { type Problem, parseAll, quote } from "../../../grammar/index.ts";
import type { Change } from "../finding.ts";
import type { Context, Rule } from "../rule.ts";
import { actionText, syntaxRuleOf, typographic } from "../syntax.ts";

/** Quotes that a word processor or a chat program made of straight ones. */
export const typographicQuotes: Rule = {
  name: "typographic-quotes",
  severity: "error",
  summary: "Typographic quotes (“ ” ‘ ’) inside an action.",
  reason:
    'Word processors, mail and chat programs turn straight quotes into typographic ones. Go knows only straight quotes, so that the template does not parse. Write "…".',
  examples: {
    good: ['{{ if eq .status "subscribed" }}Thank you{{ end }}', "“{{ .quote }}” is what they said"],
    bad: ["{{ if eq .status “subscribed” }}Thank you{{ end }}", "{{ if eq .status subscribed” }}Thank you{{ end }}"],
  },
  check: (context) => ({
    problem(problem) {
      if (syntaxRuleOf(problem, context) !== "typographic-quotes") return;
      const { error } = problem;
      const found = typographic.exec(error.text.slice(error.span.start, error.span.end))![0];
      const change = straightened(problem, context);
      context.report({
        message: `${found} is a typographic quote, as word processors make them: Go knows only straight quotes. Write "…".`,
        at: error.span,
        go: error.message,
        fix: change,
      });
    },
  }),
};

/** The action with straight quotes, if it can be read then. */
function straightened(problem: Problem, context: Context): Change | undefined {
  const { action } = problem;
  if (!action) return undefined;
  const { name, delims } = context.source;
  const straight = straighten(actionText(problem, context));
  // Alone it lacks the blocks and variables around it.
  const { problems } = parseAll(straight, { name, delims, isFunction: context.isFunction });
  const lacks = /^(unexpected (EOF|\S*(end|else)\S*)$|undefined variable|\{\{(break|continue)\}\} outside|function )/;
  if (problems.some(({ reason }) => !lacks.test(reason))) return undefined;
  return { message: "Write straight quotes", edits: [{ ...action, text: straight }] };
}

const marks = "\u2018-\u201f\u2032\u2033\u2039\u203a\u00ab\u00bb\u00b4";
/** A straight literal, which stays; a text between two marks; a word with one mark before or behind it. */
const pieces = new RegExp(
  `"(?:[^"\\\\\\n]|\\\\.)*"|\`[^\`]*\`|[${marks}]([^${marks}"\\n]*)[${marks}"]|"([^${marks}"\\n]*)[${marks}]|[${marks}]([^\\s${marks}"(){}|]+)|([^\\s${marks}"(){}|]+)[${marks}]`,
  "gu",
);

function straighten(action: string): string {
  return action.replaceAll(pieces, (whole, ...groups: (string | undefined)[]) => {
    const content = groups.slice(0, 4).find((group) => group !== undefined);
    return content === undefined ? whole : quote(content);
  });
}
