import { execMessage } from "../../template/run.ts";
import { minArguments } from "../results.ts";
import type { Argument, Report, Rule } from "../rule.ts";

/** Matches names that may be methods of Go, which take arguments: they start with a capital, as in `.StartsAt.Format "15:04"`. */
const mayBeMethod = /\.\p{Lu}[\p{L}\p{Nd}_]*$/u;

/** Finds calls with too few or too many arguments. */
export const argumentCount: Rule = {
  name: "argument-count",
  severity: "error",
  summary: "A function called with too few or too many arguments, or a value called as if it were a function.",
  reason: "Rendering fails there. The value before a `|` counts as the last argument.",
  examples: {
    good: ["{{ len .items }}", "{{ .items | len }}", '{{ printf "%d of %d" .a .b }}'],
    bad: [
      "{{ len }}",
      "{{ len .a .b }}",
      "{{ .a | len .b }}",
      "{{ .name .title }}",
      "{{ .name | .title }}",
      '{{ if not eq .a "b" }}x{{ end }}',
      "{{ if gt len .a 2 }}x{{ end }}",
      "{{ if eq .a }}x{{ end }}",
    ],
  },
  check: (context) => {
    /** Reports of functions without arguments among the arguments of another: parentheses are missing. */
    const bare = new Map<Argument["node"], Report>();
    return {
      call(call, { tree }) {
        const { name, node, args, piped, params, variadic, command, fn } = call;
        if (!params) return;
        const got = args.length;
        const min = minArguments(call);
        if (got >= min && (variadic || got <= params.length)) return;
        const counted = piped ? " (including the value before the |)" : "";
        const wanted = variadic ? `at least ${min}` : String(params.length);
        const isLonely = !fn && name === "eq" && got === 1;
        const go = isLonely
          ? "error calling eq: missing argument for comparison"
          : variadic
            ? `wrong number of args for ${name}: want at least ${params.length - 1} got ${got - (piped ? 1 : 0)}`
            : `wrong number of args for ${name}: want ${params.length} got ${got}`;
        const [inner] = args.map((one) => one.node).filter((one) => bare.delete(one));
        const advice = inner
          ? parenthesize(tree.source.text.slice(inner.start, inner.end))
          : !command
            ? parenthesize(name)
            : got < min
              ? `Add ${min - got === 1 ? "one" : `${min - got}`}`
              : `Remove ${got - params.length === 1 ? "one" : `${got - params.length}`}, or put part of it in parentheses`;
        const report: Report = {
          message: `${name} takes ${wanted} ${wanted === "1" || wanted === "at min 1" ? "argument" : "arguments"}, got ${got}${counted}. ${advice}.`,
          at: node,
          source: tree.source,
          go: execMessage(tree, (isLonely && command) || node, go),
        };
        if (command) context.report(report);
        else bare.set(node, report);
      },
      done() {
        for (const report of bare.values()) context.report(report);
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
    };
  },
};

const parenthesize = (name: string): string => `Put ${name} and its arguments in parentheses: (${name} …)`;
