import { quote } from "../../../grammar/index.ts";
import { isScriptType } from "./attribute.ts";
import { type Context, failed, inTag, isComment, isScriptLiteral, text } from "./context.ts";
import { unescapeHtml } from "./references.ts";
import type { Step } from "./step.ts";
import { endTags, mayEnd, startOfTag, transitions, valueEnds } from "./transition.ts";

/** Holds a text of a template that was read. */
export interface ReadText {
  readonly context: Context;
  /** The replacement of the text; `undefined` if it stays as it is. */
  readonly text: string | undefined;
  /** Offset at which the context became an error. */
  readonly errorAt: number;
}

/**
 * Returns the context after a text, and the text to write instead: without its comments, with stray `<` as references, and
 * with ends of scripts escaped in the literals of scripts. Go: `escapeText`.
 */
export function readText(start: Context, s: string): ReadText {
  const read = reader(s);
  let c = start;
  let out = "";
  let written = 0;
  let errorAt = 0;
  for (let i = 0; i < s.length; ) {
    const [next, length] = read(c, i);
    const end = i + length;
    if (c.state === "Text" || c.state === "RCDATA") {
      const textEnd = next.state === c.state ? end : startOfTag(s, i, end);
      for (let at = s.indexOf("<", i); at >= 0 && at < textEnd; at = s.indexOf("<", at + 1)) {
        if (/^<!doctype/i.test(s.slice(at, at + 9))) continue;
        out += `${s.slice(written, at)}&lt;`;
        written = at + 1;
      }
    } else if (isComment(c.state) && c.delim === "None") {
      if (c.state === "JSBlockCmt") out += /[\n\r\u2028\u2029]/.test(s.slice(written, end)) ? "\n" : " ";
      else if (c.state === "CSSBlockCmt") out += " ";
      written = end;
    }
    if (next.state !== c.state && isComment(next.state) && next.delim === "None") {
      out += s.slice(written, end - openingLength(next));
      written = end;
    }
    if (isScriptLiteral(c.state) && scriptTag.test(s.slice(i, end))) {
      out += s.slice(written, i) + s.slice(i, end).replace(scriptTags, "\\x3C$1");
      written = end;
    }
    if (length === 0 && next.state === c.state) throw new Error(`no way on from ${c.state} at ${quote(s.slice(i))}`);
    if (next.state === "Error" && c.state !== "Error") errorAt = i;
    c = next;
    i = end;
  }
  if (written === 0 || c.state === "Error") return { context: c, text: undefined, errorAt };
  const rest = isComment(c.state) && c.delim === "None" ? "" : s.slice(written);
  return { context: c, text: out + rest, errorAt };
}

const scriptTag = /<(?:script|\/script|!--)/iu;
const scriptTags = /<(script|\/script|!--)/giu;

/** Returns the length of the opening of a comment. */
function openingLength({ state }: Context): number {
  if (state === "HTMLCmt" || state === "JSHTMLOpenCmt") return "<!--".length;
  return state === "JSHTMLCloseCmt" ? "-->".length : 2;
}

/**
 * Makes a reader as Go's `contextAfterText`, which searches the end tag again after each token; this one remembers what it
 * found.
 */
function reader(s: string): (c: Context, from: number) => Step {
  let element: Context["element"] = "None";
  let endTag = 0;
  return (c, from) => {
    if (c.delim !== "None") return readAttribute(c, s.slice(from));
    let end = s.length;
    if (mayEnd(c)) {
      if (element !== c.element || endTag < from) {
        const found = s.slice(from).search(endTags[c.element]);
        endTag = found < 0 ? s.length : from + found;
        element = c.element;
      }
      if (endTag === from) return [text, 0];
      end = endTag;
    }
    return transitions[c.state as keyof typeof transitions](c, s.slice(from, end));
  };
}

/** Reads from inside the value of an attribute. */
function readAttribute(c: Context, s: string): Step {
  if (c.delim === "None") return [c, s.length];
  const found = s.search(valueEnds[c.delim]);
  const end = found < 0 ? s.length : found;
  const value = s.slice(0, end);
  if (c.delim === "SpaceOrTagEnd") {
    // Parsers disagree whether these end the value.
    const [bad] = /["'<=`]/.exec(value) ?? [];
    if (bad !== undefined) return [failed(`${quote(bad)} in unquoted attr: ${quote(value)}`), s.length];
  }
  if (found < 0) {
    let within = c;
    for (let rest = unescapeHtml(s); rest !== ""; ) {
      const [next, length] = transitions[within.state as keyof typeof transitions](within, rest);
      within = next;
      rest = rest.slice(length);
    }
    return [within, s.length];
  }
  const isOther = c.state === "Attr" && c.element === "Script" && c.attr === "ScriptType" && !isScriptType(value);
  return [inTag(isOther ? "None" : c.element), c.delim === "SpaceOrTagEnd" ? end : end + 1];
}
