import type { Span } from "../../grammar/index.ts";
import { typeText } from "./completion.ts";
import { functionDoc } from "./docs.ts";
import { contains, visit } from "./probe.ts";
import type { TemplateText } from "./text.ts";

/** Describes a field, a variable or a function. */
export interface Hover {
  /** Markdown. */
  readonly text: string;
  readonly span: Span;
}

/** Describes the field, variable or function at an offset of a template. */
export function hoverAt(template: TemplateText, offset: number): Hover | undefined {
  let hover: Hover | undefined;
  const found = (text: string, { start, end }: Span): void => {
    hover ??= { text, span: { start, end } };
  };
  visit(template, () => ({
    field({ span, names, index, found: type }) {
      if (!contains(span, offset)) return;
      found(`\`.${names.slice(0, index + 1).join(".")}\`: ${typeText(type)}`, span);
    },
    use({ name, type }, node) {
      const span = { start: node.start, end: node.start + name.length };
      if (contains(span, offset)) found(`\`${name}\`: ${typeText(type)}`, span);
    },
    call({ name, node }) {
      if (!contains(node, offset)) return;
      const text = functionDoc(name);
      if (text !== undefined) found(text, node);
    },
  }));
  return hover;
}
