import { execMessage } from "../../template/run.ts";
import type { Rule } from "../rule.ts";

/** Go's methods start with a capital, as in `.StartsAt.Format "15:04"`; they do take arguments. */
const mayBeMethod = /\.\p{Lu}[\p{L}\p{Nd}_]*$/u;

/** Too few or too many arguments for a function. */
export const argumentCount: Rule = {
  name: "argument-count",
  severity: "error",
  summary: "A function called with too few or too many arguments, or a value called as if it were a function.",
  reason: "Go stops rendering there. What stands before a `|` counts as the last argument.",
  examples: {
    good: ["{{ len .items }}", "{{ .items | len }}", '{{ printf "%d of %d" .a .b }}'],
    bad: ["{{ len }}", "{{ len .a .b }}", "{{ .a | len .b }}", "{{ .name .title }}", "{{ .name | .title }}"],
  },
  check: (context) => ({
    call({ name, node, args, piped, params, variadic }, { tree }) {
      if (!params) return;
      const got = args.length;
      // Of a variadic function the last parameter may have no argument at all.
      const least = variadic ? params.length - 1 : params.length;
      const short = name === "and" || name === "or" || name === "eq" || name === "call" ? 1 : least;
      if (got >= short && (variadic || got <= params.length)) return;
      const counted = piped ? " (what stands before the | is one of them)" : "";
      const wanted = variadic ? `at least ${short}` : String(params.length);
      const go = variadic
        ? `wrong number of args for ${name}: want at least ${short} got ${got - (piped ? 1 : 0)}`
        : `wrong number of args for ${name}: want ${params.length} got ${got}`;
      context.report({
        message: `${name} takes ${wanted} ${wanted === "1" || wanted === "at least 1" ? "argument" : "arguments"} and is given ${got}${counted}. ${got < short ? "Add what is missing" : "Remove what is too much, or put a part in parentheses"}.`,
        at: node,
        source: tree.source,
        go: execMessage(tree, node, go),
      });
    },
    value({ args: [first, second] }, piped, { tree }) {
      if ((!second && !piped) || first.kind === "nil" || (first.kind === "pipe" && !second)) return;
      const shown = tree.source.text.slice(first.start, first.end);
      if (mayBeMethod.test(shown)) return;
      context.report({
        message: `${shown} is a value and takes no arguments${second ? "" : ", but something is piped into it"}. Put a function before it, or separate the two.`,
        at: first,
        source: tree.source,
      });
    },
  }),
};
