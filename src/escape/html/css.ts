import { quote } from "../../../grammar/index.ts";
import { type Context, failed, type State } from "./context.ts";
import { type Step, spaceLength, trimEnd, urlContext } from "./step.ts";

/** Reads CSS in a style element or attribute: strings, which may be URLs, and comments. Go: `tCSS`, `tCSSStr`, `decodeCSS`. */

const urlWord = /(?:^|[^a-zA-Z0-9\-_\u0080-\ufffd])url$/i;

export function css(c: Context, s: string): Step {
  const special = /[("'/]/g;
  for (let found = special.exec(s); found; found = special.exec(s)) {
    const [char] = found;
    const at = found.index;
    const to = (state: State, end: number): Step => [{ ...c, state }, end];
    if (char === '"') return to("CSSDqStr", at + 1);
    if (char === "'") return to("CSSSqStr", at + 1);
    if (char === "/") {
      if (s[at + 1] === "/") return to("CSSLineCmt", at + 2);
      if (s[at + 1] === "*") return to("CSSBlockCmt", at + 2);
    } else if (urlWord.test(trimEnd(s.slice(0, at), "\t\n\f\r ").slice(-4))) {
      const start = at + 1 + spaceLength(s.slice(at + 1));
      if (s[start] === '"') return to("CSSDqURL", start + 1);
      if (s[start] === "'") return to("CSSSqURL", start + 1);
      return to("CSSURL", start);
    }
  }
  return [c, s.length];
}

export function cssString(c: Context, s: string): Step {
  const ends = c.state.startsWith("CSSDq") ? /[\\"]/g : c.state.startsWith("CSSSq") ? /[\\']/g : /[\\\t\n\f\r )]/g;
  let from = 0;
  let decodedTo = 0;
  let within = c;
  for (let found = ends.exec(s); found; found = ends.exec(s)) {
    if (found[0] !== "\\") return [{ ...within, state: "CSS" }, found.index + 1];
    const escaped = found.index + 1;
    if (escaped === s.length) {
      return [failed(`unfinished escape sequence in CSS string: ${quote(s)}`), s.length];
    }
    within = urlContext(within, decodeCss(s.slice(decodedTo, escaped + 1)));
    decodedTo = found.index;
    from = ends.lastIndex = escaped + 1;
  }
  return [urlContext(within, s.slice(from)), s.length];
}

/** Resolves escapes. */
export function decodeCss(s: string): string {
  if (!s.includes("\\")) return s;
  let decoded = "";
  let from = 0;
  for (let at = s.indexOf("\\"); at >= 0; at = s.indexOf("\\", from)) {
    decoded += s.slice(from, at);
    if (at + 1 === s.length) return decoded;
    const [hex] = /^[0-9a-fA-F]{0,6}/.exec(s.slice(at + 1, at + 7))!;
    from = at + 1;
    if (hex === "") {
      const char = String.fromCodePoint(s.codePointAt(from)!);
      decoded += char;
      from += char.length;
      continue;
    }
    let digits = hex;
    if (Number.parseInt(digits, 16) > 0x10ffff) digits = digits.slice(0, -1);
    const code = Number.parseInt(digits, 16);
    decoded += code >= 0xd800 && code <= 0xdfff ? "\ufffd" : String.fromCodePoint(code);
    from += digits.length;
    from += /^(?:\r\n|[\t\n\f\r ])?/.exec(s.slice(from, from + 2))![0].length;
  }
  return decoded + s.slice(from);
}
