import { quote, type TemplateCall, type Tree } from "../../../grammar/index.ts";
import type { Rule, Scope } from "../rule.ts";

interface Edge {
  readonly node: TemplateCall;
  readonly tree: Tree;
  /** It is always reached, and with the same dot. */
  readonly isSame: boolean;
  readonly isAlways: boolean;
}

/** Templates that call each other without an end. */
export const recursion: Rule = {
  name: "recursion",
  severity: "error",
  summary: "A template that calls itself without an end.",
  reason:
    "A template may call itself with a part of its data, as for the children of a node. With the same data, or unconditionally, it never ends, and rendering stops at a limit.",
  examples: {
    good: [
      '{{ define "node" }}{{ .name }}{{ range .children }}{{ template "node" . }}{{ end }}{{ end }}{{ template "node" . }}',
    ],
    bad: [
      '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
      '{{ define "a" }}{{ template "b" .x }}{{ end }}{{ define "b" }}{{ template "a" .y }}{{ end }}{{ template "a" . }}',
      '{{ define "a" }}{{ if .more }}{{ template "a" . }}{{ end }}{{ end }}{{ template "a" . }}',
    ],
  },
  check(context) {
    const edges = new Map<TemplateCall, Edge>();
    return {
      template(node, _, scope) {
        if (!edges.has(node)) {
          edges.set(node, {
            node,
            tree: scope.tree,
            isSame: sameDot(node, scope),
            isAlways: scope.blocks.length === 0,
          });
        }
      },
      done() {
        const all = [...edges.values()];
        for (const property of ["isAlways", "isSame"] as const) {
          for (const edge of all) {
            if (!edge[property] || !leadsTo(edge.node.name, edge.tree.name, all, property)) continue;
            const how =
              property === "isAlways"
                ? "and nothing stops it"
                : "with the same data, so that it never ends once it begins";
            context.report({
              message: `The template ${quote(edge.tree.name)} calls itself here${edge.node.name === edge.tree.name ? "" : ` through ${quote(edge.node.name)}`}, ${how}. Call it with a part of its data only, inside a range or with.`,
              at: edge.node,
              source: edge.tree.source,
            });
          }
        }
      },
    };
  },
};

function sameDot(node: TemplateCall, { blocks }: Scope): boolean {
  const [command, ...others] = node.pipe?.commands ?? [];
  const [first, ...args] = command?.args ?? [];
  if (!first || others.length > 0 || args.length > 0) return false;
  const isMoved = blocks.some(({ node: block, isElse }) => block.kind !== "if" && !isElse);
  return (
    (first.kind === "dot" && !isMoved) || (first.kind === "variable" && first.name === "$" && first.fields.length === 0)
  );
}

function leadsTo(from: string, to: string, edges: readonly Edge[], property: "isAlways" | "isSame"): boolean {
  const seen = new Set<string>();
  const visit = (name: string): boolean => {
    if (name === to) return true;
    if (seen.has(name)) return false;
    seen.add(name);
    return edges.some((edge) => edge[property] && edge.tree.name === name && visit(edge.node.name));
  };
  return visit(from);
}
