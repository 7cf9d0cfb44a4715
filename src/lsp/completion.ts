import { type CompletionItem, CompletionItemKind } from "vscode-languageserver/node";
import { type CompletionKind, completionsAt, functionDoc, type TemplateText } from "../language/index.ts";

const kinds: Readonly<Record<CompletionKind, CompletionItemKind>> = {
  field: CompletionItemKind.Field,
  variable: CompletionItemKind.Variable,
  function: CompletionItemKind.Function,
  keyword: CompletionItemKind.Keyword,
  template: CompletionItemKind.Module,
};

/** Lists completions as the protocol has them. The documentation of functions is long: an editor asks for it when it shows one. */
export const completionItems = (template: TemplateText, offset: number): CompletionItem[] =>
  completionsAt(template, offset).map(({ kind, documentation, ...completion }) => ({
    ...completion,
    kind: kinds[kind],
    ...(kind === "function" ? { data: "function" } : documentation !== undefined && { documentation }),
  }));

/** Adds the documentation of a function to its completion. */
export function resolveItem(item: CompletionItem): CompletionItem {
  const value = item.data === "function" ? functionDoc(item.label) : undefined;
  return value === undefined ? item : { ...item, documentation: { kind: "markdown", value } };
}
