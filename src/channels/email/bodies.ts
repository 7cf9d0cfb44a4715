import type { Alert } from "../../store/index.ts";
import { oneLine } from "./sanitize-header.ts";

/** Returns the text part: the body, else the subtitle, else the title. */
export const textBody = ({ title, subtitle, body }: Alert): string => crlfLineEnds(body || subtitle || title);

/** Returns the HTML part with the subtitle as its preheader, which mail programs show in the list beside the subject. */
export function htmlBody({ subtitle, html }: Alert): string | undefined {
  if (!html) return undefined;
  const preheader = oneLine(subtitle ?? "", 250);
  if (preheader === "") return crlfLineEnds(html);
  const hidden = `<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${escapeHtml(preheader)}</div>`;
  const start = endOfBodyTag(html.slice(0, 1 << 16));
  return crlfLineEnds(html.slice(0, start) + hidden + html.slice(start));
}

/** Returns the index behind the first `<body>` tag; 0 if there is none, or if it is not closed. */
function endOfBodyTag(html: string): number {
  const tag = /(?:[^"'>]|"[^"]*"|'[^']*')*>/y;
  tag.lastIndex = html.search(/<body[\s>]/i) + "<body".length;
  return tag.lastIndex >= "<body".length && tag.test(html) ? tag.lastIndex : 0;
}

/** Converts line ends to CRLF. Mail servers and DKIM signers treat a lone CR or LF differently, which would break signatures. */
const crlfLineEnds = (text: string): string => text.toWellFormed().replace(/\r\n|\r|\n/g, "\r\n");

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char]!);
