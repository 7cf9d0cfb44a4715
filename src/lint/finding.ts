import type { Span } from "../../grammar/index.ts";

/** `"error"`: the template does not parse, or fails or prints nonsense for some profile. `"warning"`: most likely not meant so. */
export type Severity = "error" | "warning" | "info";

/** Replaces `start` to `end` (UTF-16 offsets, `end` exclusive) by `text`. */
export interface Edit extends Span {
  readonly text: string;
}

/** Edits that belong together. */
export interface Change {
  /** What it does, as an imperative: `Write "x" with straight quotes`. */
  readonly message: string;
  readonly edits: readonly Edit[];
}

/** One thing to look at in a template. Lines and columns are 1-based, in UTF-16 units as editors count, unless said otherwise. */
export interface Finding {
  /** The rule's name. */
  readonly rule: string;
  readonly severity: Severity;
  /** A plain sentence: what is there, what was expected, what to do. */
  readonly message: string;
  /** Go's own message for this, whole, where Go has one. */
  readonly go?: string | undefined;
  /** The text this is about: the name given to `lint`, that of a further template, or that of the part of an alert template. */
  readonly name: string;
  /** The part of the alert template. Only where one was given. */
  readonly part?: Part | undefined;
  readonly span: Span;
  readonly line: number;
  readonly column: number;
  /** As in Go's messages: bytes from the start of the line, from 0. */
  readonly byteColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The line with a caret below. */
  readonly excerpt: string;
  /** Safe: it changes nothing that a correct template renders. */
  readonly fix?: Change | undefined;
  /** What else could be meant, for a person to choose. */
  readonly suggestions: readonly Change[];
}

export type Part = "title" | "subtitle" | "body" | "html";
