import { Content, type ContentType, define, type FunctionSet } from "../template/index.ts";

const vouch = (type: ContentType) => define({ params: ["string"] }, (text: string) => new Content(type, text));

/**
 * Marks text as content that escaping leaves as it is, where content of its type belongs; elsewhere it is plain text. Only for
 * text that you made or checked yourself: applied to text from a profile these functions let it run scripts. Go:
 * `template.HTML` …
 */
export const content = {
  /** A fragment of HTML whose tags are all closed. */
  safeHTML: vouch("HTML"),
  /** Declarations, rules or a value of CSS. */
  safeCSS: vouch("CSS"),
  /** An attribute with its value: `dir="ltr"`. */
  safeHTMLAttr: vouch("HTMLAttr"),
  /** An expression of JavaScript. */
  safeJS: vouch("JS"),
  /** The content of a JavaScript string, between its quotes. */
  safeJSStr: vouch("JSStr"),
  /** A URL of any scheme, or a part of one. */
  safeURL: vouch("URL"),
  /** The value of a `srcset` attribute. */
  safeSrcset: vouch("Srcset"),
} satisfies FunctionSet;
