import { escapeControls } from "../../base/escape-controls.ts";
import { alertParts, type Rendered } from "../../files/index.ts";
import type { AlertAborted } from "../../index.ts";

/** Writes one line of JSON. Half a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD as it does in text. */
export const renderedJson = (rendered: Rendered): string =>
  `${JSON.stringify(rendered, (_key, value) => (typeof value === "string" ? value.toWellFormed() : value))}\n`;

/** Writes a template's text as it is, and an alert for a person to read. */
export function renderedText(rendered: Exclude<Rendered, AlertAborted>): string {
  if ("text" in rendered) return rendered.text;
  return alertParts.map((part) => partText(part, rendered[part])).join("");
}

/** Says why there is no alert, for the standard error output. */
export const abortedText = ({ aborted }: AlertAborted): string => `aborted: ${escapeControls(aborted)}\n`;

const labelWidth = "subtitle: ".length;

/** Writes the name of a part and its first line, with further lines indented below. */
function partText(part: string, text: string | undefined): string {
  if (text === undefined) return "";
  const lines = escapeControls(text).replace(/\n$/, "").split("\n");
  return lines
    .map((line, i) => `${(i === 0 ? `${part}:` : "").padEnd(labelWidth)}${line}`.trimEnd())
    .join("\n")
    .concat("\n");
}
