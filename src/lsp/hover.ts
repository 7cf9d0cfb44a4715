import type { Span } from "../../grammar/index.ts";
import { rules } from "../lint/index.ts";
import { typeText } from "./completion.ts";
import type { Embedded, Read } from "./document.ts";
import { definedAt, visit } from "./probe.ts";
import { functionDoc } from "./words.ts";

const holds = ({ start, end }: Span, offset: number): boolean => offset >= start && offset < end;

/** What is known of what stands at an offset of a template, as Markdown. */
export function hoverAt(
  template: Embedded,
  offset: number,
): { readonly text: string; readonly span: Span } | undefined {
  let found: { text: string; span: Span } | undefined;
  visit(template, () => ({
    field({ span, names, index, found: type }) {
      if (!holds(span, offset)) return;
      found ??= { text: `\`.${names.slice(0, index + 1).join(".")}\`: ${typeText(type)}`, span };
    },
    use({ name, type }, node) {
      const span = { start: node.start, end: node.start + name.length };
      if (holds(span, offset)) found ??= { text: `\`${name}\`: ${typeText(type)}`, span };
    },
    call({ name, node }) {
      if (!holds(node, offset)) return;
      const text = functionDoc(name);
      if (text !== undefined) found ??= { text, span: node };
    },
  }));
  return found;
}

/** Why what is found at an offset of the document is a mistake. */
export function reasonsAt({ document, placed }: Read, offset: number): string[] {
  const { line, character } = document.positionAt(offset);
  const at = (l: number, c: number): number => (line + 1 - l) * 1e6 + (character + 1 - c);
  const here = placed.filter((one) => at(one.line, one.column) >= 0 && at(one.endLine, one.endColumn) < 0);
  const names = new Set(here.map(({ finding }) => finding.rule));
  return rules.filter(({ name }) => names.has(name)).map(({ name, reason }) => `**${name}**: ${reason}`);
}

/** Where the variable or the template at an offset comes from. */
export function definitionAt(template: Embedded, offset: number): Span | undefined {
  let found: Span | undefined;
  visit(template, ({ trees, source }) => {
    const variable = (node: Span, name: string, declared: Span | undefined): void => {
      if (declared && holds({ start: node.start, end: node.start + name.length }, offset)) found ??= declared;
    };
    return {
      use: ({ node: declared, name }, node) => variable(node, name, declared),
      assign: (known, node) => variable(node, node.name, known?.node),
      template(node) {
        const tree = trees.get(node.name);
        if (!tree || tree.source !== source || !holds(node, offset)) return;
        if (node.pipe && offset >= node.pipe.start) return;
        const start = definedAt(tree);
        found ??= { start, end: Math.max(start, tree.root.start) };
      },
    };
  });
  return found;
}
