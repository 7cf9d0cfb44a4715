import type { TextDocument } from "vscode-languageserver-textdocument";
import { isAlert, lintFile, type Placed, placeOf, type TemplateFile, templateFile } from "../files/lint-files.ts";
import { InputError } from "../files/problem.ts";
import { alertParts } from "../files/source.ts";
import { type Edit, type Finding, type LintOptions, lint } from "../index.ts";

/** A template in a document: all of it, or a part of an alert. Offsets are in UTF-16 units. */
export interface Embedded {
  readonly text: string;
  readonly options: LintOptions;
  inFile(offset: number): number | undefined;
  inText(offset: number): number | undefined;
}

/** A document as it is read at one of its versions. */
export interface Read {
  readonly document: TextDocument;
  readonly options: LintOptions;
  /** Undefined: it is YAML that is no alert, or cannot be read. */
  readonly file: TemplateFile | undefined;
  readonly findings: readonly Finding[];
  readonly placed: readonly Placed[];
  /** Why the YAML cannot be read. */
  readonly problem: InputError | undefined;
}

const isYaml = (name: string): boolean => /\.ya?ml$/i.test(name);

export function readDocument(document: TextDocument, options: LintOptions): Read {
  const nothing = { document, options, file: undefined, findings: [], placed: [], problem: undefined };
  const text = document.getText();
  const name = decodeURIComponent(document.uri.slice(document.uri.lastIndexOf("/") + 1));
  if (isYaml(name) && !isAlert(text)) return nothing;
  try {
    const file = templateFile(name, text);
    const findings = lintFile(file, options, lint);
    return { ...nothing, file, findings, placed: findings.map((finding) => placeOf(finding, file)) };
  } catch (error) {
    if (error instanceof InputError) return { ...nothing, problem: error };
    throw error;
  }
}

/** The template at an offset of the document; of YAML that is half typed, all of it is taken for one. */
export function templateAt({ document, options, file, problem }: Read, offset: number): Embedded | undefined {
  const text = document.getText();
  const same = (at: number): number => at;
  const whole = { text, options: { ...options, name: file?.source.name ?? "template" }, inFile: same, inText: same };
  if (problem) return whole;
  const template = file?.source.alertTemplate;
  if (!template) return file && whole;
  for (const part of alertParts) {
    const scalar = file.source.scalar?.(part);
    if (scalar?.inText(offset) === undefined) continue;
    return { text: template[part] ?? "", options: { ...options, name: part, part }, ...scalar };
  }
  return undefined;
}

/** Edits of a finding's template as edits of the document, if that then says what they say. */
export function editsOf(
  { file, document }: Read,
  finding: Finding,
  edits: readonly Edit[],
): readonly Edit[] | undefined {
  if (finding.part === undefined) return edits;
  return file && document ? file.source.scalar?.(finding.part)?.editsInFile(edits) : undefined;
}
