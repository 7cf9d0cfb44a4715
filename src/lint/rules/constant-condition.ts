import { type Branch, type Node, printNode, unreadable } from "../../../grammar/index.ts";
import type { Rule } from "../rule.ts";
import { truthOf } from "../type.ts";

/** A condition that is always the same, and what can never be reached. */
export const constantCondition: Rule = {
  name: "constant-condition",
  severity: "warning",
  summary: "A condition that is always true or always false, and branches that are never reached.",
  reason:
    "A constant where a field was meant makes one of the branches useless: it is rendered for everyone or for no one.",
  examples: {
    good: [
      '{{ if eq .plan "gold" }}a{{ else if eq .plan "silver" }}b{{ end }}',
      "{{ range .items }}{{ if .last }}{{ break }}{{ end }}x{{ end }}",
    ],
    bad: [
      "{{ if true }}x{{ end }}",
      '{{ if "subscribed" }}x{{ end }}',
      '{{ if or (eq .plan "gold") "silver" }}x{{ end }}',
      '{{ if eq .plan "gold" }}a{{ else if eq .plan "gold" }}b{{ end }}',
      "{{ range .items }}{{ break }}x{{ end }}",
    ],
  },
  check: (context) => ({
    branch(node, type, { tree }) {
      const { source } = tree;
      if (node.kind === "if") {
        const truth = truthOf(type);
        if (truth !== undefined) {
          const lost = truth
            ? node.elseList
              ? ": what follows its else is never shown"
              : ""
            : ": what follows is never shown";
          context.report({
            message: `This condition is always ${truth}${lost}. Ask about a field, or remove the condition.`,
            at: node.pipe,
            source,
          });
        }
      }
      const again = repeated(node, source.delims);
      if (!again) return;
      context.report({
        message: `The same was asked before in this ${node.kind}, so that this branch is never reached. Ask something else, or remove it.`,
        at: again.pipe,
        source,
      });
    },
    jump(node, { nodes, index, tree, blocks }) {
      if (!blocks.some((block) => block.node.kind === "range")) return;
      const next = nodes
        .slice(index + 1)
        .find((one) => one.kind !== "comment" && (one.kind !== "text" || one.text.trim() !== ""));
      if (!next) return;
      context.report({
        message: `What follows this ${node.kind} is never reached. Put the ${node.kind} into an if, or remove what follows.`,
        at: next,
        source: tree.source,
      });
    },
  }),
};

/** The `else if` below with the same condition as `node`. */
function repeated(node: Branch, delims: readonly [string, string]): Branch | undefined {
  if (node.kind === "range" || node.pipe.decl.length > 0) return undefined;
  const asked = printNode(node.pipe, delims);
  if (asked === unreadable) return undefined;
  let at: Branch | undefined = node;
  while (at) {
    const only: Branch["elseList"] = at.elseList;
    const [first, ...others]: readonly Node[] = only?.nodes ?? [];
    if (others.length > 0 || first?.kind !== node.kind) return undefined;
    if (printNode(first.pipe, delims) === asked) return first;
    at = first;
  }
  return undefined;
}
