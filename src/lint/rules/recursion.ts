import { quote, type TemplateCall, type Tree } from "../../../grammar/index.ts";
import type { Rule, Scope } from "../rule.ts";

interface Edge {
  readonly node: TemplateCall;
  readonly tree: Tree;
  /** Tells whether the call passes the same dot. */
  readonly isSame: boolean;
  /** Tells whether the call is always reached. */
  readonly isAlways: boolean;
}

/** Finds templates that call each other endlessly. */
export const recursion: Rule = {
  name: "recursion",
  severity: "error",
  summary: "A template that calls itself endlessly.",
  reason:
    "A template may call itself with a part of its data, as for the children of a node. With the same data, or without a condition, it never ends, and rendering fails at a limit.",
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
          const some = all.filter((edge) => edge[property]);
          const loops = loopsOf(some);
          for (const edge of some) {
            if (loops.get(edge.node.name) !== loops.get(edge.tree.name)) continue;
            const how = property === "isAlways" ? "and nothing stops it" : "with the same data, so it never ends";
            context.report({
              message: `The template ${quote(edge.tree.name)} calls itself here${edge.node.name === edge.tree.name ? "" : ` through ${quote(edge.node.name)}`}, ${how}. Call it with only a part of its data, inside a range or with.`,
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

/**
 * Returns a number for each template, equal for templates that call each other. Tarjan's strongly connected components, with a
 * stack of its own, because chains of calls may be as long as a text.
 */
function loopsOf(edges: readonly Edge[]): ReadonlyMap<string, number> {
  const callees = new Map<string, string[]>();
  for (const { tree, node } of edges) {
    callees.set(node.name, callees.get(node.name) ?? []);
    callees
      .set(tree.name, callees.get(tree.name) ?? [])
      .get(tree.name)!
      .push(node.name);
  }
  const loops = new Map<string, number>();
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const enter = (name: string) => {
    order.set(name, order.size);
    lowest.set(name, order.get(name)!);
    open.push(name);
    return { name, next: 0 };
  };
  const reach = (name: string, number: number): void => {
    lowest.set(name, Math.min(lowest.get(name)!, number));
  };
  for (const start of callees.keys()) {
    const path = order.has(start) ? [] : [enter(start)];
    while (path.length > 0) {
      const at = path.at(-1)!;
      const callee = callees.get(at.name)![at.next++];
      if (callee !== undefined) {
        if (!order.has(callee)) path.push(enter(callee));
        else if (!loops.has(callee)) reach(at.name, order.get(callee)!);
        continue;
      }
      path.pop();
      const caller = path.at(-1);
      if (caller) reach(caller.name, lowest.get(at.name)!);
      if (lowest.get(at.name) !== order.get(at.name)) continue;
      for (let member = open.pop()!; ; member = open.pop()!) {
        loops.set(member, order.get(at.name)!);
        if (member === at.name) break;
      }
    }
  }
  return loops;
}
