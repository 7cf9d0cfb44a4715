import { joinBytes } from "../../../grammar/index.ts";
import { attributeKind, lower } from "./attribute.ts";
import { type Context, inTag, text } from "./context.ts";
import { replacing, replacingBy } from "./replace.ts";
import { startOfTag, transitions, valueEnds } from "./transition.ts";

/** Escapes text in HTML and in attributes. */

/** Replaces an unsafe value: a word that means nothing anywhere, and is easy to search for. */
export const failsafe = "ZgotmplZ";

const html = { "\0": "\ufffd", '"': "&#34;", "&": "&amp;", "'": "&#39;", "+": "&#43;", "<": "&lt;", ">": "&gt;" };

export const escapeHtml = replacing(html);

/** Escapes text that is HTML already: character references stay. */
export const normalizeHtml = replacing(without(html, "&"));

const unquoted = {
  ...html,
  "\0": "&#xfffd;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\v": "&#11;",
  "\f": "&#12;",
  "\r": "&#13;",
  " ": "&#32;",
  "=": "&#61;",
  "`": "&#96;",
};

export const escapeUnquoted = replacingUnquoted(unquoted);
export const normalizeUnquoted = replacingUnquoted(without(unquoted, "&"));

function without<T extends Record<string, string>>(table: T, char: string): Record<string, string> {
  return Object.fromEntries(Object.entries(table).filter(([key]) => key !== char));
}

/** Adds the characters on which old parsers disagreed; invalid text is one of them. */
function replacingUnquoted(table: Readonly<Record<string, string>>) {
  const special = /[\0\t\n\v\f\r "&'+<=>`\ufdd0-\ufdef\ufff0-\uffff\ud800-\udfff]/u;
  const every = new RegExp(special, "gu");
  return replacingBy(special, (piece) =>
    joinBytes(piece).replace(every, (char) => {
      const code = char.charCodeAt(0);
      if (code < 0x80) return table[char] ?? char;
      return `&#x${(code < 0xe000 ? 0xfffd : code).toString(16)};`;
    }),
  );
}

/** Filters a name, or part of one, of an attribute with plain text. */
export function filterName(name: string): string {
  const lowered = lower(name);
  return /^[0-9a-z]+$/.test(lowered) && attributeKind(lowered) === "Plain" ? lowered : failsafe;
}

/** Returns the text of HTML: without tags, comments, scripts and styles. */
export function stripTags(s: string): string {
  let c = text;
  let out = "";
  let allText = true;
  for (let i = 0; i < s.length; ) {
    if (c.delim !== "None") {
      const end = s.slice(i).search(valueEnds[c.delim]);
      if (end < 0) return out;
      i += c.delim === "SpaceOrTagEnd" ? end : end + 1;
      c = inTag(c.element);
      continue;
    }
    const [next, read] = transitions[c.element !== "None" && !isInTag(c) ? "RCDATA" : asState(c)](c, s.slice(i));
    const end = i + read;
    if (c.state !== "Text" && c.state !== "RCDATA") allText = false;
    else out += s.slice(i, next.state === c.state ? end : startOfTag(s, i, end));
    c = next;
    i = end;
  }
  return allText ? s : out;
}

const asState = ({ state }: Context) => state as keyof typeof transitions;

const isInTag = ({ state }: Context): boolean =>
  state === "Tag" || state === "AttrName" || state === "AfterName" || state === "BeforeValue" || state === "Attr";
