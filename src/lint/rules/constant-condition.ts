import { type Branch, type Node, printNode, unreadable } from "../../../grammar/index.ts";
import type { Rule } from "../rule.ts";
import { truthOf } from "../type.ts";

/** Finds conditions that are always the same, and code that is never reached. */
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
  check: (context) => {
    /** For each branch, the `else if` below it with the same condition. */
    const asked = new Map<Branch, Branch | undefined>();
    return {
      branch(node, type, { tree }) {
        const { source } = tree;
        if (node.kind === "if") {
          const truth = truthOf(type);
          if (truth !== undefined) {
            const lost = truth
              ? node.elseList
                ? ": the part after its else is never shown"
                : ""
              : ": its content is never shown";
            context.report({
              message: `This condition is always ${truth}${lost}. Test a field, or remove the condition.`,
              at: node.pipe,
              source,
            });
          }
        }
        if (!asked.has(node)) lookThrough(node, source.delims, asked);
        const again = asked.get(node);
        if (!again) return;
        context.report({
          message: `An earlier branch of this ${node.kind} has the same condition, so this one is never reached. Test something else, or remove it.`,
          at: again.pipe,
          source,
        });
      },
      jump(node, { nodes, index, tree, blocks }) {
        if (!blocks.some((block) => block.node.kind === "range")) return;
        let at = index + 1;
        while (at < nodes.length && isNothing(nodes[at]!)) at++;
        const next = nodes[at];
        if (!next) return;
        context.report({
          message: `Nothing after this ${node.kind} is reached. Put the ${node.kind} inside an if, or remove the rest.`,
          at: next,
          source: tree.source,
        });
      },
    };
  },
};

const isNothing = (node: Node): boolean => node.kind === "comment" || (node.kind === "text" && node.text.trim() === "");

/**
 * Notes for each branch of a chain of `else if` which one below it has the same condition. Runs once for each chain, from its
 * end.
 */
function lookThrough(node: Branch, delims: readonly [string, string], asked: Map<Branch, Branch | undefined>): void {
  const chain = [node];
  for (let next = chained(node); next; next = chained(next)) chain.push(next);
  const below = new Map<string, Branch>();
  for (const branch of chain.toReversed()) {
    const condition = printNode(branch.pipe, delims);
    const isAsked = branch.kind !== "range" && branch.pipe.decl.length === 0 && condition !== unreadable;
    asked.set(branch, isAsked ? below.get(condition) : undefined);
    below.set(condition, branch);
  }
}

/** Returns the `else if` or `else with` of a branch. */
function chained({ kind, elseList }: Branch): Branch | undefined {
  const [first, ...others] = elseList?.nodes.slice(0, 2) ?? [];
  return others.length === 0 && first?.kind === kind ? (first as Branch) : undefined;
}
