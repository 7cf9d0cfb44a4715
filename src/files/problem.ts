/** Problems that the person at the command line can correct, and their text: the place, the problem, what to do. */
import { escapeControls, escapeControlsInLine } from "../base/escape-controls.ts";
import type { TemplateError } from "../index.ts";
import type { Source } from "./source.ts";

/** A place in one of the person's files. Lines and columns are 1-based. */
export interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The part of the alert. */
  readonly part?: string | undefined;
}

/** A file or a profile that cannot be used. */
export class InputError extends Error {
  readonly place: Place;

  constructor(message: string, place: Place) {
    super(message);
    this.place = place;
  }
}

export interface Problem {
  readonly error: Error;
  readonly place: Place | undefined;
  /** The place of the profile that the template failed for, in an NDJSON file. */
  readonly profile: Place | undefined;
}

export type Report = (problem: Problem) => Promise<void>;

/** Adds the place to an error. @param source the file that the error may have come from */
export function toProblem(error: Error, source: Source | undefined, profile?: Place): Problem {
  if (error instanceof InputError) return { error, place: error.place, profile };
  const place = source && (isTemplateError(error) ? source.place(error) : { file: source.file });
  return { error, place, profile };
}

const isTemplateError = (error: Error): error is TemplateError => "phase" in error;

export function problemText({ error, place, profile }: Problem): string {
  const places = profile?.file === place?.file ? [place] : [profile, place];
  const where = places.filter((known) => known !== undefined).map((known) => escapeControlsInLine(placeText(known)));
  const what = isTemplateError(error) ? String(error) : error.message;
  return `${[...where, escapeControls(what)].join(": ")}\n${advice(error)}`;
}

function placeText({ file, line, column, part }: Place): string {
  const place = [file, line, column].filter((known) => known !== undefined).join(":");
  return part === undefined ? place : `${place}: ${part}`;
}

/** Quotes that word processors and mail programs put in place of straight ones. */
const typographicQuotes = /[“”„‟«»‘’‚‛]/;

function advice(error: Error): string {
  if (!isTemplateError(error) || error.phase !== "parse") return "";
  const line = error.text.split("\n", error.line).at(-1) ?? "";
  return typographicQuotes.test(line) ? 'Use straight quotes ("…") inside template actions.\n' : "";
}

/** Writes a problem as one line of JSON, without what is unknown. `line` and `column` of a template error count in its template. */
export function problemJson({ error, place, profile }: Problem): string {
  const template = isTemplateError(error) ? error : undefined;
  const json = {
    message: error.message,
    phase: template?.phase,
    name: template?.name,
    line: template?.line ?? place?.line,
    column: template?.column ?? place?.column,
    limit: template !== undefined && "limit" in template ? template.limit : undefined,
    file: place?.file,
    part: place?.part,
    profileLine: profile?.line,
  };
  return `${JSON.stringify({ error: json })}\n`;
}
