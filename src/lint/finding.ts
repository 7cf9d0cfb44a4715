import type { Span } from "../../grammar/index.ts";

/**
 * Grades a finding. `"error"`: the template does not parse, or fails or prints nonsense for some profile. `"warning"`: most
 * likely not intended.
 */
export type Severity = "error" | "warning" | "info";

/** Replaces `start` to `end` (UTF-16 offsets, `end` exclusive) by `text`. */
export interface Edit extends Span {
  readonly text: string;
}

/** Groups edits that belong together. */
export interface Change {
  /** The effect, as an imperative: `Write "x" with straight quotes`. */
  readonly message: string;
  readonly edits: readonly Edit[];
}

/** Reports one problem of a template. Lines and columns are 1-based, in UTF-16 units as editors count, unless said otherwise. */
export interface Finding {
  /** The name of the rule. */
  readonly rule: string;
  readonly severity: Severity;
  /** A plain sentence: the problem, the place, what to do. */
  readonly message: string;
  /** Go's own message for the problem, if Go has one. */
  readonly go?: string | undefined;
  /** The text: the name given to `lint`, the name of a further template, or the part of an alert template. */
  readonly name: string;
  /** The part of the alert template. Only if one was linted. */
  readonly part?: Part | undefined;
  readonly span: Span;
  readonly line: number;
  readonly column: number;
  /** Bytes from the start of the line, from 0, as in Go's messages. */
  readonly byteColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The line with a caret below the place. */
  readonly excerpt: string;
  /** A safe fix: it changes nothing that a correct template renders. */
  readonly fix?: Change | undefined;
  /** Other possible corrections, for a person to choose. */
  readonly suggestions: readonly Change[];
}

export type Part = "title" | "subtitle" | "body" | "html";
