import { type ParseErrorCode, type ParseReason, type Problem, quote, unicodeName } from "../../../grammar/index.ts";
import type { Change } from "../finding.ts";
import type { Context, Rule } from "../rule.ts";
import { actionText, culprit, syntaxRuleOf } from "../syntax.ts";

/** Finds all syntax errors that have no rule of their own. */
export const syntax: Rule = {
  name: "syntax",
  severity: "error",
  summary: "A template that Go cannot parse, where no other rule says more.",
  reason:
    "A template that does not parse renders nothing at all. Go reports only the first mistake; this rule reports all of them.",
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
        at: problem.reason.code === "unclosed-action" && problem.action ? problem.action : error.span,
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
  const [, right] = context.source.delims;
  const found = culprit(problem);
  const content = actionText(problem, context);
  const isCharacter = reason.code === "bad-character" || reason.code === "unrecognized-character";
  if (isCharacter && invisible.test(found) && action) {
    return {
      message: "There is an invisible character here instead of a space, as word processors and web pages insert them.",
      change: { message: "Write plain spaces", edits: [{ ...action, text: withPlainSpaces(content) }] },
      isSafe: true,
    };
  }
  if (reason.code === "bad-character" && action) {
    const indexed = indexInstead(found, content, action.start, error.span.start - action.start, context);
    if (indexed) return indexed;
  }
  if (action && !content.endsWith(right) && mayLackDelim(reason, found)) {
    return { message: `This action is not closed. Write ${right} where it ends.` };
  }
  return { message: explanations[reason.code]?.(reason, found, context) ?? cannotParse(reason, found) };
}

const cannotParse = ({ message }: ParseReason, found: string): string =>
  `Go cannot parse this: ${message}. Check ${found === "" ? "the end" : found}.`;

const invisible = /[\u00a0\u202f\u2007\u200b\ufeff\u2009]/;

/** Replaces invisible characters outside literals. */
function withPlainSpaces(action: string): string {
  return action.replaceAll(/"(?:[^"\\\n]|\\.)*"?|`[^`]*`?|[\u00a0\u202f\u2007\u2009]|[\u200b\ufeff]/g, (found) =>
    /^["`]/.test(found) ? found : /[\u200b\ufeff]/.test(found) ? "" : " ",
  );
}

/** Tells reasons that a missing right delimiter can have: the parser then reads on into the text. */
function mayLackDelim({ code, token = "" }: ParseReason, found: string): boolean {
  if (code === "unexpected-token") return token === "EOF" || token.startsWith('"');
  return code === "unclosed-action" || code === "unexpected-end" || (code === "bad-character" && found === "}");
}

const behindHyphen = /(?:-[\p{L}\p{Nd}_]+)+/uy;
const inBrackets = /\[\s*(\d+|"[^"]*"|[$.][\p{L}\p{Nd}_.]+)\s*\]/uy;

/**
 * Suggests `index` for `.first-name` and `.items[0]`, which other languages have.
 * @param at offset of the hyphen or bracket in the action
 */
function indexInstead(
  character: string,
  content: string,
  from: number,
  at: number,
  context: Context,
): Explanation | undefined {
  const isHyphen = character === "-";
  if (!isHyphen && character !== "[") return undefined;
  const behind = isHyphen ? behindHyphen : inBrackets;
  behind.lastIndex = at;
  const found = behind.exec(content);
  const before = pathAtEnd(content.slice(0, at));
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
  const start = from + at - before.length;
  const what = isHyphen ? "A name with a hyphen cannot be read with a dot" : "Go templates have no [ ]";
  return {
    message: `${what}. Write ${call}.`,
    change: { message: `Write ${written}`, edits: [{ start, end: start + whole.length, text: written }] },
  };
}

/** Returns the fields of dot or a variable that a text ends with: `.user.first`, `$x.items`. */
function pathAtEnd(text: string): string {
  let start = text.length;
  while (start > 0 && /[\p{L}\p{Nd}_.$\p{Surrogate}]/u.test(text[start - 1]!)) start--;
  return text.slice(start);
}

type Explain = (reason: ParseReason, found: string, context: Context) => string | undefined;

const unclosedText: Explain = () => "This text is never closed. Add the missing quote.";

const explanations: { readonly [C in ParseErrorCode]?: Explain } = {
  "unclosed-action": () => "This action is not closed. Write }} where it ends.",
  "unclosed-comment": () => "This comment is not closed. Write */}} where it ends.",
  "early-comment-end": () => "A comment is an action of its own: nothing may be between */ and }}.",
  "unclosed-paren": () => "A parenthesis in this action is never closed. Add the missing ).",
  "stray-paren": () => "This ) closes nothing. Remove it, or add the missing (.",
  "unterminated-string": unclosedText,
  "unterminated-raw-string": unclosedText,
  "unterminated-character": () =>
    'Single quotes are for single characters, and this one is never closed. Put text in double quotes: "…".',
  "malformed-character": (_, found) => `Single quotes are for single characters. Write ${found.replaceAll("'", '"')}.`,
  "invalid-syntax": () => "This text has an unknown backslash escape. Write \\\\ for a backslash, or use `…`.",
  "bad-number": (_, found) => `${found} is not a number. Go templates have no operators such as - between values.`,
  "integer-overflow": (_, found) =>
    /^[+-]?0/.test(found)
      ? `The leading 0 makes ${found} octal. Remove the 0.`
      : `The number ${found} is too large for an int. Write a smaller one.`,
  "expected-declare": () => "A colon is only used in :=, which declares a variable. Write {{ $x := … }}.",
  "missing-value": ({ context = "command" }) =>
    context === "command"
      ? "This action is empty. Write a value to show, or remove it."
      : context === "parenthesized pipeline"
        ? "These parentheses are empty. Write a value in them, or remove them."
        : `A value is missing after ${context.replace(" clause", "")}. Write one, such as .name.`,
  "too-many-declarations": () => "Only range declares two variables at once. Declare them one at a time.",
  "only-variables": () => "After the comma of a range comes a second variable. Write {{ range $i, $item := .items }}.",
  "non-executable": () => "After a | comes a function, which gets the value before it. A plain value cannot be there.",
  "outside-range": ({ name }) => `${name} works only inside a range. Remove it, or move it into one.`,
  "multiple-definition": ({ name = "" }) => `The template ${quote(name)} is defined twice. Rename one of them.`,
  "dot-after-term": () => "A literal has no fields. Remove the dot, or put a space before it.",
  "bad-character": (_, found, context) =>
    found === "?"
      ? noTernary(context)
      : `A name cannot contain ${characterName(found)}. Put a space before it, or read the field with index . "…".`,
  "unrecognized-character": (_, found) =>
    `The character ${characterName(found)} has no meaning inside an action. Remove it, or put it in quotes.`,
  "too-deep": () => "Blocks and parentheses are nested too deeply here. Move a part into a template of its own.",
  "unexpected-token": explainToken,
};

const characterName = (character: string): string => unicodeName(character.codePointAt(0)!);

function noTernary(context: Context): string {
  const other = context.isFunction("ternary") ? ", or use ternary" : "";
  return `Go templates have no ? : operator. Write {{ if .a }}1{{ else }}2{{ end }}${other}.`;
}

/** Explains tokens by how Go shows them: keywords and the dot in angle brackets, all others in quotes. */
function explainToken({ token = "", context: within }: ParseReason, found: string, context: Context) {
  if (token === '"?"') return noTernary(context);
  if (token === "<define>") return "A define belongs at the top of a text, not inside another block. Move it there.";
  if (token === '","') return "Arguments are separated by spaces, not commas. Remove the comma.";
  if (within === "command" && token in otherLanguages) return otherLanguages[token];
  if (within === "operand") return explainOperand(token, found);
  if (token === "<if>" && (within === "input" || within === "else"))
    return "An else if belongs to an if: a range or with has a plain else. Put the if inside it.";
  if (token !== "EOF" && (within === "end" || within === "else"))
    return `Nothing may follow ${within}, but there is ${token}. Remove it.`;
  const clause = /^(template|block|define) clause$/.exec(within ?? "")?.[1];
  if (clause !== undefined && token.startsWith('"'))
    return `The name of a template goes in quotes. Write {{ ${clause} "name" }}.`;
  return undefined;
}

function explainOperand(token: string, found: string): string | undefined {
  if (token === '"("')
    return "Go templates call functions without parentheses. Write the arguments after the name: f .a .b.";
  if (token === "<.>") return "A dot comes directly before a name, without spaces: .user.name. Remove the extra dot.";
  if (/^"\.\d+"$/.test(token)) return `A dot does not read elements of a list. Write index … ${found.slice(1)}.`;
  return undefined;
}

const otherLanguages: Readonly<Record<string, string>> = {
  '"{"': "Three braces are Handlebars. Go templates have two: {{ .name }}.",
  '"#"': "{{# is Handlebars. Write {{ if … }}, {{ range … }} or {{ with … }}.",
  '"/"': "{{/ is Handlebars. Go templates end every block with {{ end }}.",
  '">"': '{{> is Handlebars. Call another template with {{ template "name" . }}.',
  '"%"': "{% is another template language. Go templates have {{ … }}.",
};
