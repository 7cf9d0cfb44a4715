import { quote } from "../../../grammar/index.ts";
import { attrOf, lower } from "./attribute.ts";
import { type Context, type Element, failed, inTag, isComment, isScriptLiteral, type State, text } from "./context.ts";
import { css, cssString } from "./css.ts";
import { javaScript, jsLiteral, jsTemplate } from "./javascript.ts";
import { quoteStart, type Step, spaceLength, type Transition, urlContext } from "./step.ts";

/** Maps states to their transitions. Go: `html/template/transition.go`. */
export const transitions: Readonly<Record<Exclude<State, "Dead">, Transition>> = {
  Text: markup,
  Tag: tag,
  AttrName: attributeName,
  AfterName: afterName,
  BeforeValue: beforeValue,
  HTMLCmt: (c, s) => {
    const end = s.indexOf("-->");
    return end < 0 ? [c, s.length] : [text, end + 3];
  },
  RCDATA: specialTagEnd,
  Attr: (c, s) => [c, s.length],
  URL: url,
  Srcset: url,
  MetaContent: (c, s) => {
    const found = /url[ \t\n\f\r]*=/i.exec(s);
    return found ? [{ ...c, state: "MetaContentURL" }, found.index + found[0].length] : [c, s.length];
  },
  MetaContentURL: (c, s) => {
    const end = s.indexOf(";");
    return end < 0 ? [c, s.length] : [{ ...c, state: "MetaContent" }, end + 1];
  },
  JS: javaScript,
  JSDqStr: jsLiteral,
  JSSqStr: jsLiteral,
  JSRegexp: jsLiteral,
  JSTmplLit: jsTemplate,
  JSBlockCmt: blockComment("JS"),
  JSLineCmt: lineComment("JS", /[\n\r\u2028\u2029]/),
  JSHTMLOpenCmt: lineComment("JS", /[\n\r\u2028\u2029]/),
  JSHTMLCloseCmt: lineComment("JS", /[\n\r\u2028\u2029]/),
  CSS: css,
  CSSDqStr: cssString,
  CSSSqStr: cssString,
  CSSDqURL: cssString,
  CSSSqURL: cssString,
  CSSURL: cssString,
  CSSBlockCmt: blockComment("CSS"),
  CSSLineCmt: lineComment("CSS", /[\n\f\r]/),
  Error: (c, s) => [c, s.length],
};

const tagOrComment = /<(?:!--|(\/?)([A-Za-z](?:[:-]?[A-Za-z0-9])*))/;

const elements: Readonly<Record<string, Element>> = {
  script: "Script",
  style: "Style",
  textarea: "Textarea",
  title: "Title",
  meta: "Meta",
};

function markup(c: Context, s: string): Step {
  const found = tagOrComment.exec(s);
  if (!found) return [c, s.length];
  const [all, slash, name] = found;
  const read = found.index + all.length;
  if (name === undefined) return [{ ...text, state: "HTMLCmt" }, read];
  const lowered = name.toLowerCase();
  const special = slash === "" && Object.hasOwn(elements, lowered);
  return [inTag(special ? elements[lowered]! : "None"), read];
}

const contentStates: Readonly<Record<Element, State>> = {
  None: "Text",
  Script: "JS",
  Style: "CSS",
  Textarea: "RCDATA",
  Title: "RCDATA",
  Meta: "Text",
};

function tag(c: Context, s: string): Step {
  const start = spaceLength(s);
  if (start === s.length) return [c, s.length];
  const { element } = c;
  if (s[start] === ">") {
    if (element === "Meta") return [text, start + 1]; // it has no end tag
    return [{ ...text, state: contentStates[element], element }, start + 1];
  }
  const end = nameEnd(s, start);
  if (typeof end !== "number") return [end, s.length];
  if (end === start) {
    return [failed(`expected space, attr name, or end of tag, but got ${quote(s.slice(start))}`), s.length];
  }
  const name = lower(s.slice(start, end));
  const attr =
    element === "Script" && name === "type"
      ? "ScriptType"
      : element === "Meta" && name === "content"
        ? "MetaContent"
        : attrOf(name);
  return [{ ...inTag(element), state: end === s.length ? "AttrName" : "AfterName", attr }, end];
}

/** Returns the end of an attribute's name, or the error context of an invalid name. */
function nameEnd(s: string, from: number): number | Context {
  const found = /[ \t\n\f\r=>'"<]/.exec(s.slice(from));
  if (!found) return s.length;
  const [char] = found;
  return "'\"<".includes(char) ? failed(`${quote(char)} in attribute name: ${quoteStart(s)}`) : from + found.index;
}

function attributeName(c: Context, s: string): Step {
  const end = nameEnd(s, 0);
  if (typeof end !== "number") return [end, s.length];
  return [end === s.length ? c : { ...c, state: "AfterName" }, end];
}

function afterName(c: Context, s: string): Step {
  const start = spaceLength(s);
  if (start === s.length) return [c, s.length];
  return s[start] === "=" ? [{ ...c, state: "BeforeValue" }, start + 1] : [{ ...c, state: "Tag" }, start];
}

/** Maps kinds of attributes to the states of their values. */
export const valueStates: Readonly<Record<Context["attr"], State>> = {
  None: "Attr",
  Script: "JS",
  ScriptType: "Attr",
  Style: "CSS",
  URL: "URL",
  Srcset: "Srcset",
  MetaContent: "MetaContent",
};

function beforeValue(c: Context, s: string): Step {
  const start = spaceLength(s);
  if (start === s.length) return [c, s.length];
  const state = valueStates[c.attr];
  if (s[start] === "'") return [{ ...c, state, delim: "SingleQuote" }, start + 1];
  if (s[start] === '"') return [{ ...c, state, delim: "DoubleQuote" }, start + 1];
  return [{ ...c, state, delim: "SpaceOrTagEnd" }, start];
}

/** Reads up to the end tag of an element whose content is not HTML. */
function specialTagEnd(c: Context, s: string): Step {
  const at = mayEnd(c) ? s.search(endTags[c.element]) : -1;
  return at < 0 ? [c, s.length] : [text, at];
}

/** Tells whether an end tag would end the element. */
export const mayEnd = ({ element, state }: Context): boolean =>
  element !== "None" && !(element === "Script" && (isScriptLiteral(state) || isComment(state)));

export const endTags: Readonly<Record<Element, RegExp>> = {
  None: /(?!)/,
  Script: /<\/script[> \t\n\f/]/i,
  Style: /<\/style[> \t\n\f/]/i,
  Textarea: /<\/textarea[> \t\n\f/]/i,
  Title: /<\/title[> \t\n\f/]/i,
  Meta: /<\/[> \t\n\f/]/,
};

function url(c: Context, s: string): Step {
  return [urlContext(c, s), s.length];
}

function blockComment(behind: State): Transition {
  return (c, s) => {
    const end = s.indexOf("*/");
    return end < 0 ? [c, s.length] : [{ ...c, state: behind }, end + 2];
  };
}

/** Reads a line comment, to which the end of the line does not belong. */
function lineComment(behind: State, lineEnd: RegExp): Transition {
  return (c, s) => {
    const end = s.search(lineEnd);
    return end < 0 ? [c, s.length] : [{ ...c, state: behind }, end];
  };
}

/** Returns the start of the tag or comment that ends a text read from `from` to `end`. */
export function startOfTag(s: string, from: number, end: number): number {
  const at = end === 0 ? -1 : s.lastIndexOf("<", end - 1);
  return at < from ? end : at;
}

/** Matches the end of an attribute's value. */
export const valueEnds = { DoubleQuote: /"/, SingleQuote: /'/, SpaceOrTagEnd: /[ \t\n\f\r>]/ } as const;
