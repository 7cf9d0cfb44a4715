import { toText } from "./bytes.ts";
import type { Lines } from "./lines.ts";
import type { ParseReason } from "./wording.ts";

/** Where something stands in a template text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Phase = "parse" | "escape" | "exec";

export interface TemplateErrorFields {
  readonly message: string;
  readonly phase: Phase;
  /** Name under which `text` was parsed. */
  readonly name: string;
  readonly text: string;
  readonly span: Span;
  readonly output?: string | undefined;
  readonly cause?: unknown;
  /** Those of `text`, where many errors are made of one text: counting lines for each would take as long as the text is. */
  readonly lines?: Pick<Lines, "at"> | undefined;
  readonly reason?: ParseReason | undefined;
}

/**
 * The one error a template can cause. `message` is Go's, byte for byte; everything kinder stands beside it.
 * `String(error)` is the message, the line it is about and a caret.
 */
export class TemplateError extends Error {
  readonly phase: Phase;
  /** Name of the template text, as in the message (not the name of this class). */
  override readonly name: string;
  readonly text: string;
  readonly span: Span;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units, as editors count. (Go's messages count bytes from 0.) */
  readonly column: number;
  /** What was written before the error. */
  readonly output: string;
  /** Says for programs why a text does not parse. Only in phase `"parse"`, and only where the grammar refused the text. */
  readonly reason: ParseReason | undefined;

  constructor(fields: TemplateErrorFields) {
    super(toText(fields.message), fields.cause === undefined ? undefined : { cause: fields.cause });
    this.phase = fields.phase;
    this.name = fields.name;
    this.text = fields.text;
    this.span = fields.span;
    this.output = toText(fields.output ?? "");
    this.reason = fields.reason;
    const { start } = fields.span;
    const place = fields.lines?.at(start);
    this.line = place?.line ?? countLines(fields.text, start);
    this.column = place?.column ?? start - startOfLine(fields.text, start) + 1;
  }

  override toString(): string {
    return `${this.message}\n${excerpt(this)}`;
  }
}

/** A render was stopped because it would not have ended, or not in bounds. */
export class TemplateLimitError extends TemplateError {
  readonly limit: Limit;

  constructor(limit: Limit, fields: TemplateErrorFields) {
    super(fields);
    this.limit = limit;
  }
}

/** `"time"` alone depends on the machine: what it stopped may end in time on another try. */
export type Limit = "steps" | "output" | "depth" | "time";

/** The JavaScript stack was used up: a RangeError, but for Firefox. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof Error && /call stack|too much recursion/.test(error.message);
}

/** 1-based line of an offset. */
export function countLines(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < offset; i = text.indexOf("\n", i + 1)) line++;
  return line;
}

/** Offset of the first character of the line that `offset` stands on. */
export function startOfLine(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1; // from a negative place lastIndexOf looks at 0
}

const excerptWidth = 100;

/** The line with a caret below; of a long line the part around the caret, and no more than that is looked at. */
export function excerpt({ text, span, line }: Pick<TemplateError, "text" | "span" | "line">): string {
  const first = Math.max(0, span.start - excerptWidth - 1);
  const around = text.slice(first, span.start + excerptWidth + 2);
  const lineStart = first + startOfLine(around, span.start - first);
  const newline = around.indexOf("\n", lineStart - first);
  const lineEnd = first + (newline < 0 ? around.length : newline);
  const from = Math.max(lineStart, Math.min(span.start - excerptWidth / 2, lineEnd - excerptWidth));
  const to = Math.min(lineEnd, from + excerptWidth);
  const before = (from > lineStart ? "…" : "") + printable(text.slice(from, span.start));
  const after = printable(text.slice(span.start, to)) + (to < lineEnd ? "…" : "");
  const gutter = String(line);
  const carets = "^".repeat(Math.max(1, width(printable(text.slice(span.start, Math.min(span.end, to))))));
  return `${gutter} | ${before}${after}\n${" ".repeat(gutter.length)} | ${" ".repeat(width(before))}${carets}`;
}

/** Tabs and control characters take one column in the excerpt, so that the caret stands below its place. */
const printable = (text: string): string => text.toWellFormed().replace(/\p{Cc}/gu, " ");
const width = (text: string): number => [...text].length;
