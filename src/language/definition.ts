import type { Span, Tree } from "../../grammar/index.ts";
import { contains, visit } from "./probe.ts";
import type { TemplateText } from "./text.ts";

/** Finds where the variable or the template at an offset is declared: a variable's name, or the action that defines a template. */
export function definitionAt(template: TemplateText, offset: number): Span | undefined {
  let definition: Span | undefined;
  visit(template, ({ trees, source }) => {
    const variable = (node: Span, name: string, declared: Span | undefined): void => {
      if (declared && contains({ start: node.start, end: node.start + name.length }, offset)) definition ??= declared;
    };
    return {
      use: ({ node: declared, name }, node) => variable(node, name, declared),
      assign: (known, node) => variable(node, node.name, known?.node),
      template(node) {
        const tree = trees.get(node.name);
        if (!tree || tree.source !== source || !contains(node, offset)) return;
        if (node.pipe && offset >= node.pipe.start) return;
        const start = definingAction(tree);
        definition ??= { start, end: Math.max(start, tree.root.start) };
      },
    };
  });
  return definition && { start: definition.start, end: definition.end };
}

/** Returns where the action that defines a template starts. */
function definingAction({ root, source: { text, delims } }: Tree): number {
  return Math.max(0, text.lastIndexOf(delims[0], Math.max(0, root.start - 1)));
}
