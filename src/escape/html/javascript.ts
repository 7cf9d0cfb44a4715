import { quote } from "../../../grammar/index.ts";
import { addBrace, closeBraces, depthOf, openBraces } from "./braces.ts";
import { type Context, failed } from "./context.ts";
import { quoteStart, type Step, trimEnd } from "./step.ts";

/**
 * Reads JavaScript in a script element or an event handler: literals, comments, and whether a `/` divides. Go: `tJS` and its
 * like.
 */

export function javaScript(c: Context, s: string): Step {
  const at = s.search(/["`'/{}<\-#]/);
  if (at < 0) return [{ ...c, jsCtx: nextJsCtx(s, c.jsCtx) }, s.length];
  const jsCtx = nextJsCtx(s.slice(0, at), c.jsCtx);
  const read = at + 1;
  const go = (change: Partial<Context>, to = read): Step => [{ ...c, jsCtx, ...change }, to];
  switch (s[at]) {
    case '"':
      return go({ state: "JSDqStr", jsCtx: "Regexp" });
    case "'":
      return go({ state: "JSSqStr", jsCtx: "Regexp" });
    case "`":
      return go({ state: "JSTmplLit", jsCtx: "Regexp" });
    case "/":
      if (s[read] === "/") return go({ state: "JSLineCmt" }, read + 1);
      if (s[read] === "*") return go({ state: "JSBlockCmt" }, read + 1);
      if (jsCtx === "Regexp") return go({ state: "JSRegexp" });
      if (jsCtx === "DivOp") return go({ jsCtx: "Regexp" });
      return [failed(`'/' could start a division or regexp: ${quoteStart(s.slice(at))}`), s.length];
    case "<":
      return s.startsWith("<!--", at) ? go({ state: "JSHTMLOpenCmt" }, at + 4) : go({});
    case "-":
      return s.startsWith("-->", at) ? go({ state: "JSHTMLCloseCmt" }, at + 3) : go({});
    case "#":
      if (s[read] === "!") return go({ state: "JSLineCmt" }, read + 1);
      return go({ jsCtx: "DivOp" }, read + /^[$\w]*/.exec(s.slice(read))![0].length); // a private name
    case "{":
      if (depthOf(c.braces) > 0) addBrace(c.braces!, 1);
      return go({ jsCtx: "Regexp" });
    default: // "}"
      if (depthOf(c.braces) === 0 || addBrace(c.braces!, -1) >= 0) return go({ jsCtx: "Regexp" });
      return go({ state: "JSTmplLit", braces: closeBraces(c.braces!) });
  }
}

export function jsTemplate(c: Context, s: string): Step {
  for (let i = 0; i < s.length; i++) {
    const char = s[i];
    if (char === "`") return [{ ...c, state: "JS" }, i + 1];
    if (char === "\\" && ++i === s.length) return unfinishedEscape(s);
    if (char === "$" && s[i + 1] === "{") {
      return [{ ...c, state: "JS", jsCtx: "Regexp", braces: openBraces(c.braces) }, i + 2];
    }
  }
  return [c, s.length];
}

const unfinishedEscape = (s: string): Step => [
  failed(`unfinished escape sequence in JS string: ${quote(s)}`),
  s.length,
];

/** Reads strings and regular expressions. */
export function jsLiteral(c: Context, s: string): Step {
  const isRegexp = c.state === "JSRegexp";
  const end = isRegexp ? "/" : c.state === "JSSqStr" ? "'" : '"';
  let inSet = false;
  for (let i = 0; i < s.length; i++) {
    const char = s[i];
    if (char === "\\") {
      if (++i === s.length) return unfinishedEscape(s);
    } else if (isRegexp && (char === "[" || char === "]")) inSet = char === "[";
    else if (char === end) {
      // In a regular expression `</script` ends neither the expression nor, once it is escaped, the script.
      if (isRegexp && /^<\/script/i.test(s.slice(Math.max(0, i - 1), i + 7))) i++;
      else if (!inSet) return [{ ...c, state: "JS", jsCtx: "DivOp" }, i + 1];
    }
  }
  return inSet ? [failed(`unfinished JS regexp charset: ${quote(s)}`), s.length] : [c, s.length];
}

const jsSpace =
  "\f\n\r\t\v \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";
const beforeRegexp =
  /^(?:break|case|continue|delete|do|else|finally|in|instanceof|return|throw|try|typeof|void|yield)$/;

/** Tells whether a `/` after these tokens, which are neither literals nor divisions, divides or starts a regular expression. */
function nextJsCtx(tokens: string, before: Context["jsCtx"]): Context["jsCtx"] {
  const s = trimEnd(tokens, jsSpace);
  const last = s.at(-1);
  if (last === undefined) return before;
  if (last === "+" || last === "-") {
    let run = 1;
    while (s[s.length - 1 - run] === last) run++;
    return run % 2 === 1 ? "Regexp" : "DivOp"; // x++ divides, x+ does not
  }
  if (last === ".") return /[0-9]\.$/.test(s.slice(-2)) ? "DivOp" : "Regexp";
  if (",<>=*%&|^?!~([:;{}".includes(last)) return "Regexp";
  let start = s.length;
  while (start > 0 && /[$\w]/.test(s[start - 1]!)) start--;
  const isKeyword = beforeRegexp.test(s.slice(start));
  return isKeyword && !trimEnd(s.slice(0, start), jsSpace).endsWith(".") ? "Regexp" : "DivOp";
}
