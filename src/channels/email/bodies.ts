import type { Alert } from "../../store/index.ts";
import { line } from "./sanitize-header.ts";

/** The text part: the body, or for want of one the subtitle or the title. */
export const textOf = ({ title, subtitle, body }: Alert): string => newlines(body || subtitle || title);

/** The html part with the subtitle as its preheader: what mail programs show in the list, beside the subject. */
export function htmlOf({ subtitle, html }: Alert): string | undefined {
  if (!html) return undefined;
  const preheader = line(subtitle ?? "", 250);
  if (preheader === "") return newlines(html);
  const hidden = `<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${escapeHtml(preheader)}</div>`;
  const at = bodyStart(html.slice(0, 1 << 16));
  return newlines(html.slice(0, at) + hidden + html.slice(at));
}

/** Behind the first `<body>`; 0 where there is none, or it does not end. */
function bodyStart(html: string): number {
  const tag = /(?:[^"'>]|"[^"]*"|'[^']*')*>/y;
  tag.lastIndex = html.search(/<body[\s>]/i) + "<body".length;
  return tag.lastIndex >= "<body".length && tag.test(html) ? tag.lastIndex : 0;
}

/** Line ends as mail has them. A lone CR or LF would be another message to some servers, and another to what signs it. */
const newlines = (text: string): string => text.toWellFormed().replace(/\r\n|\r|\n/g, "\r\n");

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char]!);
