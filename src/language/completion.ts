import { replaceLiterals } from "../../grammar/index.ts";
import { describe, fieldOf, type Type } from "../lint/type.ts";
import { functionDoc, keywords } from "./docs.ts";
import { actionBefore, probe, type TypesInScope } from "./probe.ts";
import type { TemplateText } from "./text.ts";

export type CompletionKind = "field" | "variable" | "function" | "keyword" | "template";

/** A word that could be written at the cursor. */
export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** The type of a field or a variable, in a few words. */
  readonly detail?: string;
  /** Documents the item: Markdown for a function, text for a keyword. */
  readonly documentation?: string;
}

/** Lists what could be written at an offset of a template. */
export function completionsAt(template: TemplateText, offset: number): Completion[] {
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

/** Returns the name that a text ends with. */
function wordAtEnd(text: string): string {
  let start = text.length;
  while (start > 0 && /\w/.test(text[start - 1]!)) start--;
  return text.slice(start).replace(/^\d+/, "");
}

function fields({ base, target }: TypesInScope): Completion[] {
  if (!base) return [];
  const names = [...(base.fields ?? base.shape?.fields ?? new Map<string, unknown>()).keys()];
  return names
    .filter((name) => /^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(name))
    .map((name) => {
      const type = fieldOf(base, name, target.numbers);
      return { label: name, kind: "field", detail: typeText(type) };
    });
}

/** Describes a type: `text, missing in 2 of 5 profiles`. */
export function typeText(type: Type | "unknown" | undefined): string {
  if (type === undefined) return "no such field";
  if (type === "unknown" || !type.kinds) return "anything";
  const { gap } = type;
  if (!gap) return describe(type);
  if (gap.from === "schema") return `${describe(type)}, not always there`;
  return `${describe(type)}, missing in ${gap.absent + gap.nil} of ${gap.of} profiles`;
}

const variables = ({ variables: all }: TypesInScope): Completion[] =>
  [["$", undefined] as const, ...all].map(([name, type]) => ({
    label: name,
    kind: "variable",
    detail: type ? typeText(type) : "the whole profile",
  }));

const functions = ({ target }: TypesInScope): Completion[] =>
  target.functionNames.map((label) => {
    const documentation = functionDoc(label);
    return { label, kind: "function", ...(documentation !== undefined && { documentation }) };
  });

const statements = (): Completion[] =>
  Object.entries(keywords).map(([label, documentation]) => ({
    label,
    kind: "keyword",
    documentation,
  }));

const templateNames = ({ target }: TypesInScope): Completion[] =>
  [...target.trees.keys()].filter((name) => name !== target.source.name).map((label) => ({ label, kind: "template" }));
