import type { TextDocument } from "vscode-languageserver-textdocument";
import { alertParts, InputError } from "../files/index.ts";
import { isAlert, lintFile, type Placed, placeOf, type TemplateFile, templateFile } from "../files/lint-files.ts";
import type { TemplateText } from "../language/index.ts";
import { type Edit, type Finding, type LintOptions, lint, rules } from "../lint/index.ts";

/** A template in a document: all of it, or a part of an alert. */
export interface EmbeddedTemplate extends TemplateText {
  /** Turns an offset of the template into one of the document, and the other way round; undefined outside of the template. */
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
export function templateAt({ document, options, file, problem }: Read, offset: number): EmbeddedTemplate | undefined {
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

/** Says why what is found at an offset of the document is a mistake: the reasons of the rules, as Markdown. */
export function reasonsAt({ document, placed }: Read, offset: number): string[] {
  const { line, character } = document.positionAt(offset);
  const at = (l: number, c: number): number => (line + 1 - l) * 1e6 + (character + 1 - c);
  const here = placed.filter(
    (finding) => at(finding.line, finding.column) >= 0 && at(finding.endLine, finding.endColumn) < 0,
  );
  const names = new Set(here.map(({ finding }) => finding.rule));
  return rules.filter(({ name }) => names.has(name)).map(({ name, reason }) => `**${name}**: ${reason}`);
}
