import type { Command, Operand, Pipe } from "../../../grammar/index.ts";
import { formatFloat } from "../../template/fmt/index.ts";
import type { Rule, Scope } from "../rule.ts";
import { kindsOf, type Type } from "../type.ts";
import { named } from "../words.ts";

/** Marks the first float64 that Go prints with an exponent. */
const limit = 1e6;

/** Finds float64s that Go prints as `1e+06`. */
export const largeFloat: Rule = {
  name: "large-float",
  severity: "warning",
  summary: "A large fraction is printed with an exponent: `1.2345675e+06`.",
  reason:
    'Go prints a float64 of a million or more as `1e+06`. With `numbers: "float64"`, as Go reads JSON, every number is one. Choose the format with `printf "%.2f"` or `printf "%.0f"`.',
  examples: {
    good: [
      { text: '{{ printf "%.2f" .total }}', options: { samples: [{ total: 1234567.5 }] } },
      { text: "{{ .total }}", options: { samples: [{ total: 1234567 }] } },
    ],
    bad: [
      { text: "{{ .total }}", options: { samples: [{ total: 1234567.5 }] } },
      { text: "{{ .total }}", options: { samples: [{ total: 1234567 }], numbers: "float64" } },
    ],
  },
  check(context) {
    const report = (node: Pipe | Command | Operand, type: Type, { tree }: Scope): void => {
      const { shape } = type;
      if (!shape || !kindsOf(type).includes("float")) return;
      const largest = Math.max(shape.largestFloat, context.numbers === "float64" ? shape.largestInt : 0);
      if (largest < limit) return;
      const shown = named(type, tree.source.text.slice(node.start, node.end));
      context.report({
        message: `${shown} is up to ${largest} in the samples, which Go prints as ${formatFloat(largest, "g")}. Write printf "%.${Number.isInteger(largest) ? 0 : 2}f" ${shown}.`,
        at: node,
        source: tree.source,
      });
    };
    return {
      print: (node, type, scope) => report(node.pipe, type, scope),
      call({ name, fn, args }, scope) {
        if (!fn && (name === "print" || name === "println"))
          for (const { node, type } of args) report(node, type, scope);
      },
    };
  },
};
