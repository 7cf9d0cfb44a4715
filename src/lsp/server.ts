import {
  CodeActionKind,
  type Connection,
  type Diagnostic,
  DiagnosticSeverity,
  type Range,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { formatted } from "../files/fmt-file.ts";
import { InputError, problemText, toProblem } from "../files/index.ts";
import { TemplateError } from "../index.ts";
import { definitionAt, hoverAt } from "../language/index.ts";
import { format, type LintOptions, type Severity } from "../lint/index.ts";
import { actionsFor, replacing, textEdits } from "./actions.ts";
import { completionItems, resolveItem } from "./completion.ts";
import { type EmbeddedTemplate, type Read, readDocument, reasonsAt, templateAt } from "./document.ts";

export interface ServerOptions {
  /** Returns the lint options that apply in a folder. Called again when a file there is saved. @throws InputError */
  load(folder: string | undefined): Promise<LintOptions>;
  /** After the last keystroke, in ms, before findings are sent. @default 20 */
  readonly delay?: number;
}

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

/** Answers an editor until it says that it ends. Text that is half typed is what there is most of. */
export function serve(connection: Connection, { load, delay = 20 }: ServerOptions): void {
  const documents = new TextDocuments(TextDocument);
  const reads = new Map<string, { version: number; options: LintOptions; read: Read }>();
  const waiting = new Map<string, NodeJS.Timeout>();
  let folder: string | undefined;
  let options: Promise<LintOptions> | undefined;

  const settings = (): Promise<LintOptions> =>
    (options ??= load(folder).catch(async (error: unknown) => {
      if (!(error instanceof InputError)) throw error;
      connection.window.showErrorMessage(problemText(toProblem(error, undefined)).trim());
      return {};
    }));

  /** One reading for each version, whoever asks. */
  async function readOf(uri: string): Promise<Read | undefined> {
    const current = await settings();
    const document = documents.get(uri);
    if (!document) return undefined;
    const known = reads.get(uri);
    if (known?.version === document.version && known.options === current) return known.read;
    const read = readDocument(document, current);
    reads.set(uri, { version: document.version, options: current, read });
    return read;
  }

  async function at<T>(
    { textDocument, position }: { textDocument: { uri: string }; position: Range["start"] },
    answer: (template: EmbeddedTemplate, offset: number, read: Read, inFile: number) => T,
  ): Promise<T | undefined> {
    const read = await readOf(textDocument.uri);
    const inFile = read?.document.offsetAt(position);
    const template = read && templateAt(read, inFile!);
    const offset = template?.inText(inFile!);
    return template && offset !== undefined ? answer(template, offset, read, inFile!) : undefined;
  }

  async function check(uri: string): Promise<void> {
    waiting.delete(uri);
    try {
      const read = await readOf(uri);
      if (read) connection.sendDiagnostics({ uri, version: read.document.version, diagnostics: diagnosticsOf(read) });
    } catch (error) {
      connection.console.error(String(error));
    }
  }

  function checkSoon(uri: string): void {
    clearTimeout(waiting.get(uri));
    waiting.set(
      uri,
      setTimeout(() => void check(uri), delay),
    );
  }

  function reload(): void {
    options = undefined;
    for (const { uri } of documents.all()) checkSoon(uri);
  }

  connection.onInitialize(({ workspaceFolders, rootUri }) => {
    folder = workspaceFolders?.[0]?.uri ?? rootUri ?? undefined;
    return {
      serverInfo: { name: "tocsin" },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        completionProvider: { triggerCharacters: [".", "$", '"', " "], resolveProvider: true },
        hoverProvider: true,
        definitionProvider: true,
        documentFormattingProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.SourceFixAll] },
      },
    };
  });
  connection.onDidChangeWatchedFiles(reload);
  documents.onDidSave(reload);
  documents.onDidChangeContent(({ document }) => checkSoon(document.uri));
  documents.onDidClose(({ document: { uri } }) => {
    clearTimeout(waiting.get(uri));
    waiting.delete(uri);
    reads.delete(uri);
    connection.sendDiagnostics({ uri, diagnostics: [] });
  });
  connection.onShutdown(() => {
    for (const timer of waiting.values()) clearTimeout(timer);
  });

  connection.onCompletion(async (params) => (await at(params, completionItems)) ?? []);
  connection.onCompletionResolve(resolveItem);
  connection.onHover(async (params) => {
    const found = await at(params, (template, offset, read, inFile) => {
      const known = hoverAt(template, offset);
      const text = [...(known ? [known.text] : []), ...reasonsAt(read, inFile)].join("\n\n");
      return { text, range: known && rangeOf(read, template, known.span) };
    });
    if (!found?.text) return null;
    return { contents: { kind: "markdown", value: found.text }, ...(found.range && { range: found.range }) };
  });
  connection.onDefinition(async (params) => {
    const range = await at(params, (template, offset, read) => {
      const span = definitionAt(template, offset);
      return span && rangeOf(read, template, span);
    });
    return range ? { uri: params.textDocument.uri, range } : null;
  });
  connection.onDocumentFormatting(async ({ textDocument }) => {
    const read = await readOf(textDocument.uri);
    if (!read?.file) return [];
    const { delims } = read.options;
    try {
      const text = formatted(read.file, (one, name) => format(one, { name, delims }));
      const edit = replacing(read.file.text, text);
      return edit ? textEdits(read.document, [edit]) : [];
    } catch (error) {
      if (error instanceof TemplateError) return []; // the findings say what is wrong
      throw error;
    }
  });
  connection.onCodeAction(async ({ textDocument, range }) => {
    const read = await readOf(textDocument.uri);
    return read ? actionsFor(read, range, (of, index) => diagnosticOf(of.placed[index]!)) : [];
  });

  documents.listen(connection);
  connection.listen();
}

function rangeOf(
  { document }: Read,
  template: EmbeddedTemplate,
  { start, end }: { start: number; end: number },
): Range | undefined {
  const [from, to] = [template.inFile(start), template.inFile(end)];
  if (from === undefined || to === undefined) return undefined;
  return { start: document.positionAt(from), end: document.positionAt(to) };
}

function diagnosticsOf({ placed, problem }: Read): Diagnostic[] {
  if (!problem) return placed.map(diagnosticOf);
  const { line = 1, column = 1 } = problem.place;
  const start = { line: line - 1, character: column - 1 };
  return [{ range: { start, end: start }, severity: 1, source: "tocsin", message: problem.message }];
}

function diagnosticOf({ finding, line, column, endLine, endColumn }: Read["placed"][number]): Diagnostic {
  return {
    range: {
      start: { line: line - 1, character: column - 1 },
      end: { line: endLine - 1, character: endColumn - 1 },
    },
    severity: severities[finding.severity],
    source: "tocsin",
    code: finding.rule,
    message: finding.message,
  };
}
