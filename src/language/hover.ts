import type { Span } from "../../grammar/index.ts";
import { typeText } from "./completion.ts";
import { functionDoc } from "./docs.ts";
import { contains, visit } from "./probe.ts";
import type { TemplateText } from "./text.ts";

/** What is known of a field, a variable or a function. */
export interface Hover {
  /** Markdown. */
  readonly text: string;
  readonly span: Span;
}

/** Describes the field, variable or function at an offset of a template. */
export function hoverAt(template: TemplateText, offset: number): Hover | undefined {
  let hover: Hover | undefined;
  visit(template, () => ({
    field({ span, names, index, found: type }) {
      if (!contains(span, offset)) return;
      hover ??= { text: `\`.${names.slice(0, index + 1).join(".")}\`: ${typeText(type)}`, span };
    },
    use({ name, type }, node) {
      const span = { start: node.start, end: node.start + name.length };
      if (contains(span, offset)) hover ??= { text: `\`${name}\`: ${typeText(type)}`, span };
    },
    call({ name, node }) {
      if (!contains(node, offset)) return;
      const text = functionDoc(name);
      if (text !== undefined) hover ??= { text, span: node };
    },
  }));
  return hover;
}
