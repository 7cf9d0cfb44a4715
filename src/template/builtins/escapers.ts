import { encode, isPrint, joinBytes } from "../../../grammar/index.ts";
import { LimitReached } from "../limits.ts";

/** Implements Go's `html`, `js` and `urlquery` over text. */

const pieceLength = 1 << 16;

/**
 * Escapes a text piece by piece, because the result may be many times as long: V8 ends the process over a replacement in too
 * many places.
 * @param escapeText also gets the two characters after the piece, if there are that many
 * @param maxLength limit of the characters of the result
 */
export function escapePieces(
  text: string,
  escapeText: (piece: string, next: string) => string,
  maxLength: number,
): string {
  if (text.length <= pieceLength) {
    const escaped = escapeText(text, "");
    if (escaped.length > maxLength) throw new LimitReached("output");
    return escaped;
  }
  const whole = joinBytes(text);
  let escaped = "";
  for (let from = 0; from < whole.length; ) {
    let to = Math.min(whole.length, from + pieceLength);
    if (whole.codePointAt(to - 1)! > 0xffff) to++;
    escaped += escapeText(whole.slice(from, to), whole.slice(to, to + 2));
    if (escaped.length > maxLength) throw new LimitReached("output");
    from = to;
  }
  return escaped;
}

const htmlEscapes: Readonly<Record<string, string>> = {
  "\0": "\ufffd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

const htmlSpecial = /[\0"'&<>]/g;

export function escapeHtml(text: string): string {
  return text.replace(htmlSpecial, (char) => htmlEscapes[char]!);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Go escapes control characters
const jsSpecial = /[\\'"<>&=\0-\x1f]|[^\0-\x7f\p{L}\p{M}\p{N}\p{P}\p{S}]/gu;

/** Escapes text for a JavaScript string literal. Printable characters beyond ASCII stay. */
export function escapeJs(text: string): string {
  return joinBytes(text).replace(jsSpecial, (char) => {
    if (char === "\\" || char === "'" || char === '"') return `\\${char}`;
    const code = char.codePointAt(0)!;
    // To Go raw bytes are U+FFFD, which is printable: they pass.
    if (code >= 0x80 && ((code >= 0xd800 && code <= 0xdfff) || isPrint(code))) return char;
    return `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
  });
}

const urlUnreserved = /^[A-Za-z0-9\-_.~]*$/;

export function escapeUrlQuery(text: string): string {
  return urlUnreserved.test(text) ? text : spellBytes(text, urlBytes);
}

/** Replaces each byte by its entry in a table of 256. */
export function spellBytes(text: string, table: readonly string[]): string {
  let spelled = "";
  let from = 0;
  for (let i = 0; i < text.length; ) {
    const unit = text.charCodeAt(i);
    const entry = unit < 0x80 ? table[unit]! : "";
    if (entry.length === 1 && entry.charCodeAt(0) === unit) {
      i++;
      continue;
    }
    spelled += text.slice(from, i) + entry;
    if (unit < 0x80) i++;
    else {
      const start = i;
      while (i < text.length && text.charCodeAt(i) >= 0x80) i++;
      for (const byte of encode(text.slice(start, i))) spelled += table[byte]!;
    }
    from = i;
  }
  return spelled + text.slice(from);
}

const urlBytes = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (urlUnreserved.test(char)) return char;
  return char === " " ? "+" : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});
