import { toText } from "./bytes.ts";
import type { Lines } from "./lines.ts";
import type { ParseReason } from "./wording.ts";

/** Marks a range of a template text in UTF-16 offsets; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Phase = "parse" | "escape" | "exec";

export interface TemplateErrorFields {
  readonly message: string;
  readonly phase: Phase;
  /** The name under which `text` was parsed. */
  readonly name: string;
  readonly text: string;
  readonly span: Span;
  readonly output?: string | undefined;
  readonly cause?: unknown;
  /** Lines of `text`, for many errors in one text: counting lines for each error would take quadratic time. */
  readonly lines?: Pick<Lines, "at"> | undefined;
  readonly reason?: ParseReason | undefined;
}

/**
 * Reports what is wrong with a template: the only error that a template can cause. `message` is Go's, byte for byte; the other
 * fields are for programs and readers. `String(error)` is the message and the line with a caret.
 */
export class TemplateError extends Error {
  readonly phase: Phase;
  /** Names the template text, as the message does (not this class). */
  override readonly name: string;
  readonly text: string;
  readonly span: Span;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units, as editors count. (Go's messages count bytes from 0.) */
  readonly column: number;
  /** Holds the output written before the error. */
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

/** Reports a render that was stopped at a limit. */
export class TemplateLimitError extends TemplateError {
  readonly limit: Limit;

  constructor(limit: Limit, fields: TemplateErrorFields) {
    super(fields);
    this.limit = limit;
  }
}

/** Names a limit. Only `"time"` depends on the machine: a render that it stopped may finish on another try. */
export type Limit = "steps" | "output" | "depth" | "time";

/** Tells a stack overflow: a RangeError in most engines, an InternalError in Firefox. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof Error && /call stack|too much recursion/.test(error.message);
}

/** Returns the 1-based line of an offset. */
export function countLines(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < offset; i = text.indexOf("\n", i + 1)) line++;
  return line;
}

/** Returns the offset of the first character of the line that contains `offset`. */
export function startOfLine(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1; // lastIndexOf treats a negative position as 0
}

const excerptWidth = 100;

/** Draws the line with a caret below the span. Of a long line it shows, and reads, only the part around the caret. */
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

/** Replaces each tab and control character by a space, so that the caret is below its character. */
const printable = (text: string): string => text.toWellFormed().replace(/\p{Cc}/gu, " ");
const width = (text: string): number => [...text].length;
