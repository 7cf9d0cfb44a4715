import type { Source } from "../../../grammar/index.ts";
import { similar } from "../../base/similar.ts";
import { execMessage } from "../../template/run.ts";
import type { Rule } from "../rule.ts";
import { syntaxRuleOf } from "../syntax.ts";

/** Finds variables that are not declared where they are used. */
export const undefinedVariable: Rule = {
  name: "undefined-variable",
  severity: "error",
  summary: "A variable that is not declared there.",
  reason:
    "A variable lives from its `:=` to the end of the block it is declared in, and a template does not see the variables of its caller.",
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
          message: `The variable ${node.name} is not declared here, so it cannot be assigned. Write := to declare it.`,
          at: node,
          source: tree.source,
          // Elsewhere in an action Go names what it evaluated last.
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
          ? "It is only declared inside another block or template. Declare it before that block."
          : close.length > 0
            ? `Did you mean ${close.join(" or ")}?`
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

/** Returns the names that a text declares anywhere; of two with a comma only the first. */
function declaredIn(text: string): ReadonlySet<string> {
  const found = text.matchAll(/(\$[\p{L}\p{Nd}_]+)\s*(?:,\s*\$[\p{L}\p{Nd}_]+\s*)?:=/gu);
  return new Set([...found].map(([, name]) => name!));
}

/** Tells whether an offset is at the start of an action. */
function opensAction({ text, delims }: Source, at: number): boolean {
  const before = text.slice(Math.max(0, at - 40), at).trimEnd();
  return before.endsWith(delims[0]) || before.endsWith(`${delims[0]}-`);
}
