import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Range,
  type TextEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { fixedFile } from "../files/lint-fix.ts";
import { applyEdits, type Edit, type Finding } from "../lint/index.ts";
import { editsOf, type Read, readDocument } from "./document.ts";

/** Fixes and suggestions for what is found in a range, and what can be done with all of the document. */
export async function actionsFor(
  read: Read,
  range: Range,
  diagnosticOf: (read: Read, index: number) => Diagnostic,
): Promise<CodeAction[]> {
  const { document, findings, file } = read;
  const actions: CodeAction[] = [];
  const changes = (edits: readonly Edit[]) => ({ changes: { [document.uri]: textEdits(document, edits) } });
  for (const [index, finding] of findings.entries()) {
    const diagnostic = diagnosticOf(read, index);
    if (!overlaps(diagnostic.range, range)) continue;
    const offer = (title: string, edits: readonly Edit[] | undefined, isPreferred: boolean): void => {
      if (!edits) return;
      const kind = CodeActionKind.QuickFix;
      actions.push({ title, kind, diagnostics: [diagnostic], isPreferred, edit: changes(edits) });
    };
    const { fix, suggestions, rule } = finding;
    if (fix) offer(fix.message, editsOf(read, finding, fix.edits), true);
    for (const { message, edits } of suggestions) offer(message, editsOf(read, finding, edits), false);
    offer(`Disable ${rule} for this line`, disabling(read, finding), false);
  }
  if (file && findings.some(({ fix }) => fix)) {
    const { file: fixed } = await fixedFile(file, findings, read.options);
    const edit = replacing(document.getText(), fixed.text);
    if (edit) actions.push({ title: "Fix all that is safe", kind: CodeActionKind.SourceFixAll, edit: changes([edit]) });
  }
  return actions;
}

const overlaps = (a: Range, b: Range): boolean => !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
const isBefore = (a: Range["start"], b: Range["start"]): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);

export const textEdits = (document: TextDocument, edits: readonly Edit[]): TextEdit[] =>
  edits.map(({ start, end, text }) => ({
    range: { start: document.positionAt(start), end: document.positionAt(end) },
    newText: text,
  }));

/**
 * A comment renders as nothing, wherever it is: at the end of the line before, so that no line is added to what is sent, or
 * of the same line if that is the first or the line before ends inside an action.
 */
function disabling(read: Read, finding: Finding): readonly Edit[] | undefined {
  const { file, document, options } = read;
  const text = finding.part === undefined ? file?.text : file?.source.alertTemplate?.[finding.part];
  if (text === undefined) return undefined;
  const [left, right] = options.delims ?? ["{{", "}}"];
  const lines = text.split("\n");
  const endOf = (line: number): number => {
    const end = lines.slice(0, line).join("\n").length;
    return text[end - 1] === "\r" ? end - 1 : end;
  };
  const comment = (what: string, line: number): Edit[] => {
    const at = endOf(line);
    return [{ start: at, end: at, text: `${left}/* tocsin-${what} ${finding.rule} */${right}` }];
  };
  const { line } = finding;
  const tries = [...(line > 1 ? [comment("disable-next-line", line - 1)] : []), comment("disable-line", line)];
  for (const edits of tries) {
    const inFile = editsOf(read, finding, edits);
    if (!inFile) continue;
    const again = readDocument(
      TextDocument.create(document.uri, "tocsin", 0, applyEdits(document.getText(), inFile)),
      options,
    );
    const gone = again.findings.length < read.findings.length && !again.problem;
    if (
      gone &&
      !again.findings.some(({ rule, line: at, part }) => rule === finding.rule && at === line && part === finding.part)
    )
      return inFile;
  }
  return undefined;
}

/** The one edit that makes a text another: what they have in common at both ends stays. */
export function replacing(before: string, after: string): Edit | undefined {
  if (before === after) return undefined;
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - start;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
