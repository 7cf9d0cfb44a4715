import { type ParseErrorCode, type Problem, parseAll, quote } from "../../../grammar/index.ts";
import type { Change } from "../finding.ts";
import type { Context, Rule } from "../rule.ts";
import { actionText, syntaxRuleOf, typographic } from "../syntax.ts";

/** Finds quotes that a word processor or a chat program made of straight ones. */
export const typographicQuotes: Rule = {
  name: "typographic-quotes",
  severity: "error",
  summary: "Typographic quotes (“ ” ‘ ’) inside an action.",
  reason:
    'Word processors, mail and chat programs turn straight quotes into typographic ones. Go accepts only straight quotes, so the template does not parse. Write "…".',
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
        message: `${found} is a typographic quote, as word processors insert them, but Go only accepts straight quotes. Write "…".`,
        at: error.span,
        go: error.message,
        fix: change,
      });
    },
  }),
};

/** Returns the action with straight quotes, if it parses then. */
function straightened(problem: Problem, context: Context): Change | undefined {
  const { action } = problem;
  if (!action) return undefined;
  const { name, delims } = context.source;
  const straight = straighten(actionText(problem, context));
  // On its own the action lacks the blocks and variables around it.
  const { problems } = parseAll(straight, { name, delims, isFunction: context.isFunction });
  if (problems.some(({ reason }) => !missingAround.has(reason.code))) return undefined;
  return { message: "Write straight quotes", edits: [{ ...action, text: straight }] };
}

/** Codes of what the rest of a text may supply: blocks, variables and functions. */
const missingAround: ReadonlySet<ParseErrorCode> = new Set([
  ...(["unexpected-end", "stray-ending", "undefined-variable", "outside-range", "undefined-function"] as const),
]);

const marks = "\u2018-\u201f\u2032\u2033\u2039\u203a\u00ab\u00bb\u00b4";
const word = `[^\\s${marks}"\`(){}|]+`;
/**
 * Matches, in this order: text between two marks, or between a straight quote and a mark; a word after or before a single
 * mark.
 */
const pieces = [
  new RegExp(`[${marks}]([^${marks}"\\n]*)[${marks}]`, "uy"),
  new RegExp(`"([^${marks}"\\n]*)[${marks}]`, "uy"),
  new RegExp(`[${marks}](${word})`, "uy"),
  new RegExp(`(${word})[${marks}]`, "uy"),
];
/** Matches a straight literal, which stays, and whether it is closed. */
const literals = [/"(?:[^"\\\n]|\\.)*("?)/uy, /`[^`]*(`?)/uy];
/** Matches a word or any character, which stays too. */
const other = new RegExp(`${word}|.`, "suy");

/** Replaces quotes in one pass over the action. */
function straighten(action: string): string {
  let straight = "";
  let at = 0;
  /** Up to here a mark opens nothing, because no other one closes it. */
  let openTo = 0;
  const read = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(action);
  };
  while (at < action.length) {
    const literal = at < openTo ? null : firstOf(literals, read);
    if (literal && !literal[1]) openTo = at + literal[0].length;
    const isClosed = literal?.[1];
    const piece = isClosed ? null : firstOf(pieces, read);
    const found = (isClosed ? literal : piece) ?? read(other)!;
    straight += piece ? quote(piece[1]!) : found[0];
    at += found[0].length;
  }
  return straight;
}

function firstOf(patterns: readonly RegExp[], read: (pattern: RegExp) => RegExpExecArray | null) {
  for (const pattern of patterns) {
    const found = read(pattern);
    if (found) return found;
  }
  return null;
}
