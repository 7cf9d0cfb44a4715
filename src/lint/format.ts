import { type ActionToken, parse, type Segment, segmentsOf } from "../../grammar/index.ts";
import { isBuiltin } from "../template/builtins/index.ts";
import { checkDelims } from "../template/options.ts";

export interface FormatOptions {
  /** The name that messages carry. @default "template" */
  readonly name?: string | undefined;
  /** @default ["{{", "}}"] */
  readonly delims?: readonly [left: string, right: string] | undefined;
}

/**
 * Formats a template: one space after the left delimiter and before the right one, between operands and around `|`, `:=` and
 * `=`, none inside parentheses. Line breaks inside actions stay, indented by two. Text, comments and literals never change, so
 * the template renders the same.
 * @throws TemplateError for a template that does not parse; functions need not exist
 */
export function format(text: string, options: FormatOptions = {}): string {
  const delims = checkDelims(options.delims);
  parse(text, { name: options.name ?? "template", delims, isFunction });
  const segments = segmentsOf(text, delims, isFunction);
  let out = "";
  /** White space at the start of the line; for a line that begins inside an action, that of the line where the action begins. */
  let indent = "";
  let isIndent = true;
  for (const segment of segments) {
    if (segment.kind === "action") {
      out += action(segment, text, indent);
      isIndent = false;
      continue;
    }
    out += segment.text;
    const start = segment.text.lastIndexOf("\n") + 1;
    if (start === 0 && !isIndent) continue;
    const [space] = /^[ \t]*/.exec(segment.text.slice(start))!;
    indent = start > 0 ? space : indent + space;
    isIndent = start + space.length === segment.text.length;
  }
  // With unusual delimiters a space can change how the text is read: then it stays as it is.
  return same(segments, segmentsOf(out, delims, isFunction)) ? out : text;
}

/**
 * Accepts all functions but `break` and `continue`, which are keywords unless a function has their name; for the format that
 * makes no difference.
 */
const isFunction = (name: string): boolean => isBuiltin(name) || (name !== "break" && name !== "continue");

type Action = Extract<Segment, { kind: "action" }>;

function action({ open, tokens, close }: Action, text: string, indent: string): string {
  let out = open;
  for (const [i, token] of tokens.entries()) {
    const last = tokens[i - 1];
    const gap = last ? text.slice(last.end, token.start) : "";
    if (gap.includes("\n")) out += `\n${indent}  `;
    else if (last ? !isTight(last.text, token) : !open.endsWith(" ")) out += " ";
    out += token.text;
  }
  return out + (close.startsWith(" ") ? close : ` ${close}`);
}

/** Tells whether no space belongs between two tokens. */
function isTight(left: string, { text, isJoined }: ActionToken): boolean {
  return isJoined || left === "(" || text === ")" || text === ",";
}

/** Tells whether both are equal except for white space. */
function same(a: readonly Segment[], b: readonly Segment[]): boolean {
  const sign = (segments: readonly Segment[]): string =>
    JSON.stringify(
      segments.map((segment) =>
        segment.kind === "text"
          ? segment.text
          : [segment.open.trim(), segment.tokens.map(({ text }) => text), segment.close.trim()],
      ),
    );
  return sign(a) === sign(b);
}
