import type { Problem } from "../../../grammar/index.ts";
import type { Change } from "../finding.ts";
import type { Context, Rule } from "../rule.ts";
import { actionText, syntaxRuleOf } from "../syntax.ts";

/** All that keeps a template from being read and has no rule of its own. */
export const syntax: Rule = {
  name: "syntax",
  severity: "error",
  summary: "What Go cannot read, where no other rule knows better.",
  reason: "A template that does not parse renders nothing at all. Go stops at the first mistake; here are all.",
  examples: {
    good: ['{{ index . "first-name" }}', "{{ range .items }}{{ break }}{{ end }}"],
    bad: [
      "{{ .first-name }}",
      "Hey, {{ .first_name }, welcome",
      "{{ if }}Hey{{ end }}",
      '{{ print("a") }}',
      "{{ break }}",
    ],
  },
  check: (context) => ({
    problem(problem) {
      if (syntaxRuleOf(problem, context) !== "syntax") return;
      const { error } = problem;
      const { message, change, isSafe } = explain(problem, context);
      context.report({
        message,
        at: problem.reason.startsWith("unclosed action") && problem.action ? problem.action : error.span,
        go: error.message,
        ...(change && (isSafe ? { fix: change } : { suggestions: [change] })),
      });
    },
  }),
};

interface Explanation {
  readonly message: string;
  readonly change?: Change;
  readonly isSafe?: boolean;
}

function explain(problem: Problem, context: Context): Explanation {
  const { reason, error, action } = problem;
  const { span, text } = error;
  const [, right] = context.source.delims;
  const culprit = text.slice(span.start, span.end);
  const content = actionText(problem, context);
  if (/U\+(00A0|202F|2007|200B|FEFF|2009)/.test(reason) && action) {
    const clean = content.replaceAll(
      /"(?:[^"\\\n]|\\.)*"?|`[^`]*`?|[\u00a0\u202f\u2007\u2009]|[\u200b\ufeff]/g,
      (found) => (/^["`]/.test(found) ? found : /[\u200b\ufeff]/.test(found) ? "" : " "),
    );
    return {
      message:
        "An invisible character, as word processors and web pages make them, stands where a space should. Write a plain space.",
      change: { message: "Write plain spaces", edits: [{ ...action, text: clean }] },
      isSafe: true,
    };
  }
  const indexed = action && indexInstead(reason, content, action.start, span.start - action.start, context);
  if (indexed) return indexed;
  const isCut = action && !content.endsWith(right);
  if (isCut && (/U\+007D|"}|unclosed action|unexpected "/.test(reason) || reason.startsWith("unexpected EOF"))) {
    return { message: `This action is not closed. Write ${right} where it ends.` };
  }
  for (const [pattern, message] of explanations) {
    const match = pattern.exec(reason);
    if (match) return { message: message(match[1] ?? "", culprit) };
  }
  return { message: `Go cannot read this: ${reason}. Correct what stands at ${culprit === "" ? "the end" : culprit}.` };
}

const behindHyphen = /(?:-[\p{L}\p{Nd}_]+)+/uy;
const inBrackets = /\[\s*(\d+|"[^"]*"|[$.][\p{L}\p{Nd}_.]+)\s*\]/uy;

/** `.first-name` and `.items[0]`, as other languages have them, are `index` in Go. @param culprit where the hyphen or bracket is */
function indexInstead(
  reason: string,
  content: string,
  from: number,
  culprit: number,
  context: Context,
): Explanation | undefined {
  const isHyphen = reason.startsWith("bad character U+002D");
  if (!isHyphen && !reason.startsWith("bad character U+005B")) return undefined;
  const behind = isHyphen ? behindHyphen : inBrackets;
  behind.lastIndex = culprit;
  const found = behind.exec(content);
  const before = pathAtEnd(content.slice(0, culprit));
  const dot = isHyphen ? before.lastIndexOf(".") : before.length;
  if (!found || dot < 0) return undefined;
  const path = before.slice(0, dot);
  const key = isHyphen ? before.slice(dot + 1) + found[0] : found[1]!;
  const whole = before + found[0];
  const call = `index ${path || "."} ${isHyphen ? `"${key}"` : key}`;
  const [left, right] = context.source.delims;
  const isAlone =
    content
      .slice(left.length, -right.length)
      .replaceAll(/^-\s|\s-$/g, "")
      .trim() === whole;
  const written = isAlone ? call : `(${call})`;
  const start = from + culprit - before.length;
  const what = isHyphen ? "A name with a hyphen cannot be read with a dot" : "Elements are not read with brackets";
  return {
    message: `${what}. Write ${call}.`,
    change: { message: `Write ${written}`, edits: [{ start, end: start + whole.length, text: written }] },
  };
}

/** The fields of dot or a variable that a text ends with: `.user.first`, `$x.items`. */
function pathAtEnd(text: string): string {
  let start = text.length;
  while (start > 0 && /[\p{L}\p{Nd}_.$\p{Surrogate}]/u.test(text[start - 1]!)) start--;
  return text.slice(start);
}

const explanations: readonly (readonly [RegExp, (found: string, culprit: string) => string])[] = [
  [/^unclosed action/, () => "This action is not closed. Write }} where it ends."],
  [/^unclosed comment/, () => "This comment is not closed. Write */}} where it ends."],
  [/^comment ends before/, () => "A comment is an action of its own: nothing may stand between */ and }}."],
  [/^unclosed left paren/, () => "A parenthesis is opened here and not closed. Add the ) that is missing."],
  [/^unexpected right paren/, () => "This ) closes nothing. Remove it, or add the ( that is missing."],
  [
    /^unterminated (quoted string|raw quoted string)/,
    () => "This text is opened with a quote and not closed. Add the quote that is missing.",
  ],
  [
    /^unterminated character constant/,
    () => 'Single quotes are for single characters, and this one is not closed. Write texts with double quotes: "…".',
  ],
  [
    /^malformed character constant/,
    (_, culprit) => `Single quotes are for single characters. Write ${culprit.replaceAll("'", '"')}.`,
  ],
  [
    /^invalid syntax/,
    () => "This text has a backslash that means nothing to Go. Write \\\\ for a backslash, or use `…`.",
  ],
  [
    /^(?:bad number syntax|illegal number syntax): "(.*)"/,
    (found) => `${found} is not a number. A minus or another sign between values is no operator in Go templates.`,
  ],
  [
    /^integer overflow: "(.*)"/,
    (found) => `The number ${found} is too large for an int, or is octal because of its leading 0.`,
  ],
  [/^expected :=/, () => "A colon stands only in :=, which declares a variable. Write {{ $x := … }}."],
  [
    /^missing value for (.*)$/,
    (found) =>
      found === "command"
        ? "This action is empty. Write what it should show, or remove it."
        : `Something is missing after ${found}: what it should work on. Write it there.`,
  ],
  [/^too many declarations/, () => "Only range declares two variables at once. Declare them one by one."],
  [
    /^range can only initialize/,
    () => "Behind the comma of a range comes a second variable: {{ range $i, $item := .items }}.",
  ],
  [
    /^non executable command in pipeline stage (\d+)/,
    () => "Behind a | comes a function, which takes what stands before it. A value cannot stand there.",
  ],
  [
    /^\{\{(break|continue)\}\} outside/,
    (found) => `A ${found} stands only inside a range. Remove it, or put it there.`,
  ],
  [
    /^(?:template: )?multiple definition of template (.*)$/,
    (found) => `The template ${found} is defined twice. Give one of them another name.`,
  ],
  [
    /^unexpected <define> in/,
    () => "A define stands only at the top of a text, not inside another block. Move it there.",
  ],
  [
    /^unexpected <if> in (?:input|else)/,
    () => "An else if belongs to an if only: a range or with has a plain else. Put the if inside of it.",
  ],
  [
    /^unexpected "\(" in operand/,
    () => "Go calls functions without parentheses: write the arguments behind the name, with spaces: f .a .b.",
  ],
  [/^unexpected "," in/, () => "Arguments are separated by spaces, not by commas. Remove the comma."],
  [
    /^unexpected <\.> in operand/,
    () => "A dot stands before a name, without spaces: .user.name. Remove the one too many.",
  ],
  [
    /^unexpected "\.\d+" in operand/,
    (_, culprit) => `Elements of a list are not read with a dot. Write index … ${culprit.slice(1)}.`,
  ],
  [/^unexpected "\{" in command/, () => "Three braces are Handlebars. Go shows values with two: {{ .name }}."],
  [/^unexpected "#" in command/, () => "{{# is Handlebars. Go writes {{ if … }}, {{ range … }} and {{ with … }}."],
  [/^unexpected "\/" in command/, () => "{{/ is Handlebars. Go ends every block with {{ end }}."],
  [/^unexpected ">" in command/, () => '{{> is Handlebars. Go calls another template with {{ template "name" . }}.'],
  [/^unexpected "%" in command/, () => "{% is another template language. Go writes {{ … }}."],
  [
    /^unexpected ".*" in (template|block|define) clause/,
    (found) => `The name of a template stands in quotes: {{ ${found} "name" }}.`,
  ],
  [
    /^unexpected (".*"|<.*>) in (?:end|else)/,
    (found) => `Nothing may follow the word here, but there is ${found}. Remove it.`,
  ],
  [/^unexpected \. after term/, () => "A literal has no fields. Remove the dot, or put a space before it."],
  [
    /^bad character (.*)$/,
    (found) =>
      `A name cannot have the character ${found} in it. Put a space before it, or read the field with index . "…".`,
  ],
  [
    /^unrecognized character in action: (.*)$/,
    (found) => `The character ${found} means nothing inside an action. Remove it, or put it in quotes.`,
  ],
  [/^max expression depth/, () => "Blocks and parentheses nest too deep here. Move a part into a template of its own."],
];
