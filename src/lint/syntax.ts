import { isStrayEnd, type Problem, type Span, withoutLiterals } from "../../grammar/index.ts";
import { similar } from "../base/similar.ts";
import type { Context } from "./rule.ts";

/** Which rule a mistake of syntax belongs to. Each belongs to one. */
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

/** Each rule asks, of each problem. */
const classified = new WeakMap<Problem, SyntaxRule>();

function classify(problem: Problem, context: Context): SyntaxRule {
  const { reason, unclosed } = problem;
  if (unclosed) return "unclosed-block";
  if (reason.startsWith("unclosed comment")) return "syntax";
  if (isStrayEnd(reason.replace(/ in (?:define|block) clause$/, "")) || reason.startsWith("expected end; found")) {
    return "stray-end";
  }
  const action = actionText(problem, context);
  if (typographic.test(culprit(problem, context)) && action !== "") return "typographic-quotes";
  const name = undefinedFunction(problem);
  if (name !== undefined) return isForgottenDot(name, problem, context) ? "forgotten-dot" : "unknown-function";
  if (reason.startsWith("undefined variable")) return "undefined-variable";
  if (reason === 'unexpected "/" in command' && /^-?\s+\/\*/.test(action.slice(context.source.delims[0].length))) {
    return "not-a-comment";
  }
  return operatorIn(problem, context) === undefined ? "syntax" : "operator";
}

export const typographic = /[\u2018-\u201f\u2032\u2033\u2039\u203a\u00ab\u00bb\u00b4]/;

/** The character, or word and character, that a mistake is about. */
const culprit = ({ error: { span, text } }: Problem, _context: Context): string => text.slice(span.start, span.end);

export function actionText({ action }: Problem, { source: { text } }: Context): string {
  return action ? text.slice(action.start, action.end) : "";
}

/** The name in `function "x" not defined`. */
export function undefinedFunction({ reason }: Problem): string | undefined {
  return /^function "(.*)" not defined$/.exec(reason)?.[1];
}

/** A word that names a field of the profile rather than any function; without a profile, one that stands alone. */
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

/** Names of the fields of the profile, at its top. */
export function fieldNames({ shape }: Context): readonly string[] {
  return shape ? [...shape.fields.keys()] : [];
}

/** Names of the known sets that have a function. */
export function setsWith(name: string, { sets }: Context): readonly string[] {
  return Object.keys(sets).filter((set) => Object.hasOwn(sets[set]!, name));
}

/** Nothing else is in the action, or it is what an `if` or `with` asks about. */
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

/** An operator of other languages in the action that cannot be read. */
export function operatorIn(problem: Problem, context: Context): Operator | undefined {
  const { action, error } = problem;
  if (!action) return undefined;
  const text = actionText(problem, context);
  const bare = withoutLiterals(text, (literal) => "_".repeat(literal.length));
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

/** Words of other template languages. */
export function foreignWord(name: string): { readonly advice: string; readonly write?: string } | undefined {
  const small = name.toLowerCase();
  if (name !== small && keywords.has(small))
    return { advice: `Go's own words are written small: ${small}.`, write: small };
  switch (small) {
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
