import { type Problem, replaceLiterals, type Span } from "../../grammar/index.ts";
import { similar } from "../base/similar.ts";
import type { Context } from "./rule.ts";

/** Names the rule for a syntax error; each error has one. */
export type SyntaxRule =
  | "typographic-quotes"
  | "forgotten-dot"
  | "unknown-function"
  | "undefined-variable"
  | "not-a-comment"
  | "unclosed-block"
  | "stray-end"
  | "operator"
  | "syntax";

export function syntaxRuleOf(problem: Problem, context: Context): SyntaxRule {
  const known = classified.get(problem);
  if (known) return known;
  const rule = classify(problem, context);
  classified.set(problem, rule);
  return rule;
}

/** Caches the rules of problems, because each rule asks for each problem. */
const classified = new WeakMap<Problem, SyntaxRule>();

function classify(problem: Problem, context: Context): SyntaxRule {
  const { reason, unclosed } = problem;
  const { code } = reason;
  if (unclosed) return "unclosed-block";
  if (code === "unclosed-comment") return "syntax";
  if (code === "stray-ending" || code === "ending-in-clause" || code === "expected-end") return "stray-end";
  const action = actionText(problem, context);
  if (typographic.test(culprit(problem)) && action !== "") return "typographic-quotes";
  const name = undefinedFunction(problem);
  if (name !== undefined) return isForgottenDot(name, problem, context) ? "forgotten-dot" : "unknown-function";
  if (code === "undefined-variable") return code;
  const isSlash = code === "unexpected-token" && reason.token === '"/"' && reason.context === "command";
  if (isSlash && /^-?\s+\/\*/.test(action.slice(context.source.delims[0].length))) return "not-a-comment";
  return operatorIn(problem, context) === undefined ? "syntax" : "operator";
}

export const typographic = /[\u2018-\u201f\u2032\u2033\u2039\u203a\u00ab\u00bb\u00b4]/;

/** Returns the character, or the word and character, that an error is about. */
export const culprit = ({ error: { span, text } }: Problem): string => text.slice(span.start, span.end);

export function actionText({ action }: Problem, { source: { text } }: Context): string {
  return action ? text.slice(action.start, action.end) : "";
}

/** Returns the name of an undefined function, undefined for other problems. */
export function undefinedFunction({ reason }: Problem): string | undefined {
  return reason.code === "undefined-function" ? reason.name : undefined;
}

/**
 * Tells a word that names a field of the profile rather than any function; without a profile, one that is alone in its action.
 */
function isForgottenDot(name: string, { action, error }: Problem, context: Context): boolean {
  if (foreignWord(name)) return false;
  if (context.shape) {
    if (fieldNames(context).includes(name)) return true;
    if (similar(name, context.functionNames).length > 0 || setsWith(name, context).length > 0) return false;
    return similar(name, fieldNames(context)).length > 0 && isAlone(error.span, action, context);
  }
  if (similar(name, context.functionNames).length > 0 || setsWith(name, context).length > 0) return false;
  return isAlone(error.span, action, context) || /_/.test(name);
}

/** Returns the names of the top-level fields of the profile. */
export function fieldNames({ shape }: Context): readonly string[] {
  return shape ? [...shape.fields.keys()] : [];
}

/** Returns the names of the known sets that have a function. */
export function setsWith(name: string, { sets }: Context): readonly string[] {
  return Object.keys(sets).filter((set) => Object.hasOwn(sets[set]!, name));
}

/** Tells whether the action has nothing else in it, or an `if` or `with` tests only this. */
function isAlone(span: Span, action: Span | undefined, { source: { text, delims } }: Context): boolean {
  if (!action) return false;
  const before = text.slice(action.start + delims[0].length, span.start);
  const after = text.slice(span.end, action.end - delims[1].length);
  return /^-?\s*((else\s+)?(if|with|range)\s+(not\s+)?)?$/.test(before) && /^\s*(-|\|.*)?$/s.test(after);
}

export interface Operator {
  readonly operator: string;
  readonly span: Span;
}

const operators = /==|!=|<=|>=|&&|\|\||(?<!:)=|[<>+*!%](?![\w])|[<>]/g;

/** Returns an operator of another language near the error in an unreadable action. */
export function operatorIn(problem: Problem, context: Context): Operator | undefined {
  const { action, error } = problem;
  if (!action) return undefined;
  const text = actionText(problem, context);
  const bare = replaceLiterals(text, (literal) => "_".repeat(literal.length));
  for (const { 0: operator, index } of bare.matchAll(operators)) {
    // {{> is Handlebars.
    if (operator === ">" && index === context.source.delims[0].length) continue;
    const start = action.start + index;
    if (Math.abs(start - error.span.start) <= 2) return { operator, span: { start, end: start + operator.length } };
  }
  return undefined;
}

const keywords = new Set([
  "if",
  "else",
  "end",
  "range",
  "with",
  "define",
  "template",
  "block",
  "break",
  "continue",
  "nil",
]);

/** Returns advice for words of other template languages. */
export function foreignWord(name: string): { readonly advice: string; readonly write?: string } | undefined {
  const small = name.toLowerCase();
  if (name !== small && keywords.has(small))
    return { advice: `Keywords are written in lower case: ${small}.`, write: small };
  switch (small) {
    case "elseif":
    case "elsif":
    case "elif":
      return { advice: "Write {{ else if … }}.", write: "else if" };
    case "endif":
    case "endfor":
    case "endrange":
    case "endwith":
      return { advice: "Every block ends with {{ end }}.", write: "end" };
    case "foreach":
    case "for":
    case "each":
    case "while":
      return { advice: "Write {{ range .items }} … {{ end }} for a loop." };
    case "unless":
      return { advice: "Write {{ if not … }}.", write: "if not" };
    case "null":
    case "none":
    case "undefined":
      return { advice: "Write nil for nothing.", write: "nil" };
    case "this":
      return { advice: "Write . for the current value.", write: "." };
    case "comma":
    case "number_format":
      return { advice: `For a field write .${name}; to format a number use formatNumber.` };
    default:
      return undefined;
  }
}
