import type { Jump, Source } from "../../../grammar/index.ts";
import { type Braces, printBraces, sameBraces } from "./braces.ts";

/**
 * Describes the state of an HTML parser, as far as escaping needs it. The names are those that Go's messages print after
 * `state`, `delim`, `urlPart`, `jsCtx`, `attr` and `element`. Go: `html/template/context.go`.
 */
export interface Context {
  readonly state: State;
  /** The end of the attribute value. */
  readonly delim: "None" | "DoubleQuote" | "SingleQuote" | "SpaceOrTagEnd";
  readonly urlPart: "None" | "PreQuery" | "QueryOrFrag" | "Unknown";
  /** Tells whether a `/` would start a regular expression or divide. */
  readonly jsCtx: "Regexp" | "DivOp" | "Unknown";
  /** Open braces in each `${…}` around this place. */
  readonly braces: Braces | undefined;
  readonly attr: Attr;
  readonly element: Element;
  /** In state `Error`: the problem. */
  readonly problem?: Problem | undefined;
  /** The `break` or `continue` that a branch ends with. */
  readonly jump?: Jump | undefined;
}

export type State =
  | "Text"
  | "Tag"
  | "AttrName"
  | "AfterName"
  | "BeforeValue"
  | "HTMLCmt"
  /** In `<textarea>` or `<title>`. */
  | "RCDATA"
  | "Attr"
  | "URL"
  | "Srcset"
  | "MetaContent"
  | "MetaContentURL"
  | "JS"
  | "JSDqStr"
  | "JSSqStr"
  | "JSTmplLit"
  | "JSRegexp"
  | "JSBlockCmt"
  | "JSLineCmt"
  /** After `<!--` and `-->` in a script: to the end of the line. */
  | "JSHTMLOpenCmt"
  | "JSHTMLCloseCmt"
  | "CSS"
  | "CSSDqStr"
  | "CSSSqStr"
  | "CSSDqURL"
  | "CSSSqURL"
  | "CSSURL"
  | "CSSBlockCmt"
  | "CSSLineCmt"
  | "Error"
  /** After a `break` or `continue`. */
  | "Dead";

export type Attr = "None" | "Script" | "ScriptType" | "Style" | "URL" | "Srcset" | "MetaContent";

export type Element = "None" | "Script" | "Style" | "Textarea" | "Title" | "Meta";

/** Names, for programs, the problems for which the linter has advice. Go: `ErrAmbigContext` and its like. */
export type EscapeErrorCode = "ambiguous-url" | "branch-end" | "end-context" | "predefined-escaper";

/**
 * Describes why a template cannot be escaped. It is changed in place when it passes through a loop, for all contexts that hold
 * it.
 */
export interface Problem {
  message: string;
  readonly code?: EscapeErrorCode | undefined;
  /** The node that Go's message names; most problems of texts have none. */
  readonly node?: Spot | undefined;
  /** The line of the loop in which the problem was found, if there is no node. */
  line?: number | undefined;
}

/** Marks a place in a template text. */
export interface Spot {
  readonly source: Source;
  readonly pos: number;
  readonly end: number;
}

/** Is the context outside all markup. */
export const text: Context = {
  state: "Text",
  delim: "None",
  urlPart: "None",
  jsCtx: "Regexp",
  braces: undefined,
  attr: "None",
  element: "None",
};

export const inTag = (element: Element): Context => ({ ...text, state: "Tag", element });

export const failed = (message: string, node?: Spot, code?: EscapeErrorCode): Context => ({
  ...text,
  state: "Error",
  problem: { message, node, code },
});

/** Tells a comment, which is for authors of the template, not for readers of the page. */
export const isComment = (state: State): boolean => state.endsWith("Cmt");

/** Tells literals in which `</script` ends nothing for JavaScript, but would for HTML. */
export const isScriptLiteral = (state: State): boolean =>
  state === "JSDqStr" || state === "JSSqStr" || state === "JSTmplLit" || state === "JSRegexp";

export function same(a: Context, b: Context): boolean {
  return (
    a.state === b.state &&
    a.delim === b.delim &&
    a.urlPart === b.urlPart &&
    a.jsCtx === b.jsCtx &&
    sameBraces(a.braces, b.braces) &&
    a.attr === b.attr &&
    a.element === b.element &&
    a.problem === b.problem
  );
}

/** Prints a context as messages show it. */
export function print({ state, delim, urlPart, jsCtx, braces, attr, element }: Context): string {
  return `{state${state} delim${delim} urlPart${urlPart} jsCtx${jsCtx} ${printBraces(braces)} attr${attr} element${element} <nil>}`;
}

/** Names the template derived from one that is called in this context. */
export function mangle(name: string, { state, delim, urlPart, jsCtx, braces, attr, element }: Context): string {
  if (state === "Text") return name;
  let mangled = `${name}$htmltemplate_state${state}`;
  if (delim !== "None") mangled += `_delim${delim}`;
  if (urlPart !== "None") mangled += `_urlPart${urlPart}`;
  if (jsCtx !== "Regexp") mangled += `_jsCtx${jsCtx}`;
  if (braces) mangled += `_jsBraceDepth(${printBraces(braces)})`;
  if (attr !== "None") mangled += `_attr${attr}`;
  return element === "None" ? mangled : `${mangled}_element${element}`;
}
