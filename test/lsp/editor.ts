import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type CodeAction,
  createProtocolConnection,
  type Diagnostic,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";

/** Talks to the server over its standard input and output, as an editor does. */
export class Editor {
  readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  readonly exited: Promise<number | null>;
  readonly #root: string;
  readonly #documents = new Map<string, TextDocument>();
  readonly #published = new Map<string, { version: number | undefined; diagnostics: Diagnostic[] }>();
  #waiting: (() => void)[] = [];

  constructor(folder: string) {
    this.#root = pathToFileURL(folder).href;
    const main = join(import.meta.dirname, "../../src/cli/main.ts");
    this.process = spawn(process.execPath, [main, "lsp", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
    this.exited = new Promise((resolve) => this.process.once("exit", resolve));
    const { stdin, stdout } = this.process;
    this.connection = createProtocolConnection(new StreamMessageReader(stdout!), new StreamMessageWriter(stdin!));
    this.connection.onNotification("textDocument/publishDiagnostics", ({ uri, version, diagnostics }) => {
      this.#published.set(uri, { version, diagnostics });
      for (const resume of this.#waiting.splice(0)) resume();
    });
    this.connection.listen();
  }

  async start(): Promise<void> {
    const workspaceFolders = [{ uri: this.#root, name: "alerts" }];
    await this.connection.sendRequest("initialize", {
      processId: null,
      rootUri: this.#root,
      capabilities: {},
      workspaceFolders,
    });
    await this.connection.sendNotification("initialized", {});
  }

  uri = (name: string): string => `${this.#root}/${name}`;

  text = (name: string): string => this.#documents.get(name)!.getText();

  /** Opens a document, and waits for what the server finds in it. */
  async open(name: string, text: string): Promise<Diagnostic[]> {
    this.#documents.set(name, TextDocument.create(this.uri(name), "tocsin", 1, text));
    const textDocument = { uri: this.uri(name), languageId: "tocsin", version: 1, text };
    await this.connection.sendNotification("textDocument/didOpen", { textDocument });
    return this.#diagnosticsOf(name);
  }

  /** Changes a document as edits do, all at once. */
  async edit(name: string, edits: readonly TextEdit[]): Promise<Diagnostic[]> {
    const before = this.#documents.get(name)!;
    const version = before.version + 1;
    const text = TextDocument.applyEdits(before, [...edits]);
    this.#documents.set(name, TextDocument.create(before.uri, "tocsin", version, text));
    const ordered = edits.toSorted((a, b) => before.offsetAt(b.range.start) - before.offsetAt(a.range.start));
    await this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: before.uri, version },
      contentChanges: ordered.map(({ range, newText }) => ({ range, text: newText })),
    });
    return this.#diagnosticsOf(name);
  }

  /** Replaces the whole text. */
  async type(name: string, text: string): Promise<Diagnostic[]> {
    const before = this.#documents.get(name)!;
    const all = { start: before.positionAt(0), end: before.positionAt(before.getText().length) };
    return this.edit(name, [{ range: all, newText: text }]);
  }

  async act(name: string, { edit }: CodeAction): Promise<Diagnostic[]> {
    return this.edit(name, edit!.changes![this.uri(name)]!);
  }

  async #diagnosticsOf(name: string): Promise<Diagnostic[]> {
    for (;;) {
      const known = this.#published.get(this.uri(name));
      if (known?.version === this.#documents.get(name)!.version) return known.diagnostics;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Asks about the place in front of `|` in a text that is typed first. */
  async ask<T>(method: string, name: string, withCursor: string): Promise<T> {
    const offset = withCursor.indexOf("|^");
    const text = withCursor.replace("|^", "");
    await this.type(name, text);
    const position = this.#documents.get(name)!.positionAt(offset);
    return this.connection.sendRequest(method, { textDocument: { uri: this.uri(name) }, position });
  }

  async actions(name: string, { range }: Diagnostic): Promise<CodeAction[]> {
    const textDocument = { uri: this.uri(name) };
    return this.connection.sendRequest("textDocument/codeAction", {
      textDocument,
      range,
      context: { diagnostics: [] },
    });
  }

  async format(name: string): Promise<string> {
    const textDocument = { uri: this.uri(name) };
    const options = { tabSize: 2, insertSpaces: true };
    const edits: TextEdit[] = await this.connection.sendRequest("textDocument/formatting", { textDocument, options });
    return TextDocument.applyEdits(this.#documents.get(name)!, edits);
  }

  async end(): Promise<number | null> {
    await this.connection.sendRequest("shutdown");
    await this.connection.sendNotification("exit");
    return this.exited;
  }
}
