import { Content, type ContentType, define, type FunctionSet } from "../template/index.ts";

const vouch = (type: ContentType) => define({ params: ["string"] }, (text: string) => new Content(type, text));

/**
 * Content that escaping takes as it is, where content of its type belongs; everywhere else it is text like any other. For
 * text that you made or checked yourself: with these in a template, text from a profile can run scripts. Go: `template.HTML` …
 */
export const content = {
  /** A whole fragment of HTML: its tags are closed. */
  safeHTML: vouch("HTML"),
  /** Declarations, rules or a value of CSS. */
  safeCSS: vouch("CSS"),
  /** An attribute with its value: `dir="ltr"`. */
  safeHTMLAttr: vouch("HTMLAttr"),
  /** An expression of JavaScript. */
  safeJS: vouch("JS"),
  /** What stands between the quotes of a JavaScript string. */
  safeJSStr: vouch("JSStr"),
  /** A URL of any scheme, or a part of one. */
  safeURL: vouch("URL"),
  /** The value of a `srcset` attribute. */
  safeSrcset: vouch("Srcset"),
} satisfies FunctionSet;
