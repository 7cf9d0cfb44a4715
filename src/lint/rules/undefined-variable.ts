import type { Source } from "../../../grammar/index.ts";
import { similar } from "../../base/similar.ts";
import { execMessage } from "../../template/run.ts";
import type { Rule } from "../rule.ts";
import { syntaxRuleOf } from "../syntax.ts";

/** A variable that was not declared where it is used. */
export const undefinedVariable: Rule = {
  name: "undefined-variable",
  severity: "error",
  summary: "A variable that is not declared there.",
  reason:
    "A variable lives from its `:=` to the end of the block it is declared in, and templates do not see those of their callers.",
  examples: {
    good: ["{{ $name := .name }}{{ $name }}"],
    bad: ["{{ $name := .name }}{{ $nmae }}", "{{ if .a }}{{ $x := 1 }}{{ print $x }}{{ end }}{{ $x }}"],
  },
  check: (context) => {
    let names: ReadonlySet<string> | undefined;
    const declaredNames = (): ReadonlySet<string> => {
      names ??= declaredIn(context.source.text);
      return names;
    };
    return {
      assign(variable, node, { tree }) {
        if (variable) return;
        context.report({
          message: `The variable ${node.name} is not declared here, so that it cannot be assigned. Write := to declare it.`,
          at: node,
          source: tree.source,
          // Elsewhere Go names what it evaluated last.
          ...(opensAction(tree.source, node.start) && {
            go: execMessage(tree, node, `undefined variable: ${node.name}`),
          }),
        });
      },
      problem(problem) {
        if (syntaxRuleOf(problem, context) !== "undefined-variable") return;
        const { span, text, message: go } = problem.error;
        const name = text.slice(span.start, span.end);
        const declared = declaredNames();
        const close = similar(name, declared);
        const advice = declared.has(name)
          ? `It is declared elsewhere, but only for the block or template it is declared in. Declare it before that block.`
          : close.length > 0
            ? `Is ${close.join(" or ")} meant?`
            : `Declare it first: {{ ${name} := … }}.`;
        context.report({
          message: `The variable ${name} is not declared here. ${advice}`,
          at: span,
          go,
          suggestions: close.map((other) => ({ message: `Write ${other}`, edits: [{ ...span, text: other }] })),
        });
      },
    };
  },
};

/** Names that a text declares anywhere, of two with a comma the first. */
function declaredIn(text: string): ReadonlySet<string> {
  const found = text.matchAll(/(\$[\p{L}\p{Nd}_]+)\s*(?:,\s*\$[\p{L}\p{Nd}_]+\s*)?:=/gu);
  return new Set([...found].map(([, name]) => name!));
}

/** Nothing is before it in its action. */
function opensAction({ text, delims }: Source, at: number): boolean {
  const before = text.slice(Math.max(0, at - 40), at).trimEnd();
  return before.endsWith(delims[0]) || before.endsWith(`${delims[0]}-`);
}
