import { type CompletionItem, CompletionItemKind } from "vscode-languageserver/node";
import { replaceLiterals } from "../../grammar/index.ts";
import { describe, fieldOf, type Type } from "../lint/index.ts";
import type { Embedded } from "./document.ts";
import { actionBefore, type Known, probe } from "./probe.ts";
import { functionDoc, keywords } from "./words.ts";

/** What could stand at an offset of a template. */
export function completionsAt(template: Embedded, offset: number): CompletionItem[] {
  const { delims = ["{{", "}}"] } = template.options;
  const action = actionBefore(template.text, offset, delims);
  if (action === undefined) return [];
  const named = /(?:^|[\s-])(?:template|block)\s+"([^"\n]*)$/.exec(action);
  if (named) return templateNames(probe(template, offset, named[0].length, ""));
  const bare = replaceLiterals(action, () => '""');
  if (/["`]/.test(bare.replaceAll('""', ""))) return [];
  const [field] = /\.\w*$/.exec(action) ?? [];
  if (field !== undefined) {
    if (/(?:^|[^\w)])\d+$/.test(action.slice(0, -field.length))) return [];
    return fields(probe(template, offset, field.length, "."));
  }
  const [variable] = /\$\w*$/.exec(action) ?? [];
  if (variable !== undefined) return variables(probe(template, offset, variable.length, "."));
  const word = wordAtEnd(action);
  const known = probe(template, offset, word.length, ".");
  const isFirst = /^-?\s*(?:else\s+)?$/.test(action.slice(0, action.length - word.length));
  return [...(isFirst ? statements() : []), ...functions(known), ...variables(known)];
}

/** The name that a text ends with. */
function wordAtEnd(text: string): string {
  let start = text.length;
  while (start > 0 && /\w/.test(text[start - 1]!)) start--;
  return text.slice(start).replace(/^\d+/, "");
}

function fields({ base, target }: Known): CompletionItem[] {
  if (!base) return [];
  const names = [...(base.fields ?? base.shape?.fields ?? new Map<string, unknown>()).keys()];
  return names
    .filter((name) => /^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(name))
    .map((name) => {
      const type = fieldOf(base, name, target.numbers);
      return { label: name, kind: CompletionItemKind.Field, detail: typeText(type) };
    });
}

/** `text, missing in 2 of 5 profiles`. */
export function typeText(type: Type | "unknown" | undefined): string {
  if (type === undefined) return "no such field";
  if (type === "unknown" || !type.kinds) return "anything";
  const { gap } = type;
  if (!gap) return describe(type);
  if (gap.from === "schema") return `${describe(type)}, not always there`;
  return `${describe(type)}, missing in ${gap.absent + gap.nil} of ${gap.of} profiles`;
}

const variables = ({ variables: all }: Known): CompletionItem[] =>
  [["$", undefined] as const, ...all].map(([name, type]) => ({
    label: name,
    kind: CompletionItemKind.Variable,
    detail: type ? typeText(type) : "the whole profile",
  }));

const functions = ({ target }: Known): CompletionItem[] =>
  target.functionNames.map((name) => ({ label: name, kind: CompletionItemKind.Function, data: "function" }));

const statements = (): CompletionItem[] =>
  Object.entries(keywords).map(([label, documentation]) => ({
    label,
    kind: CompletionItemKind.Keyword,
    documentation,
  }));

const templateNames = ({ target }: Known): CompletionItem[] =>
  [...target.trees.keys()]
    .filter((name) => name !== target.source.name)
    .map((label) => ({ label, kind: CompletionItemKind.Module }));

/** Documentation is for the one that is looked at. */
export function resolved(item: CompletionItem): CompletionItem {
  const value = item.data === "function" ? functionDoc(item.label) : undefined;
  return value === undefined ? item : { ...item, documentation: { kind: "markdown", value } };
}
