import { execMessage } from "../../template/run.ts";
import type { Rule } from "../rule.ts";

/** Finds operands that are not values. */
export const notAValue: Rule = {
  name: "not-a-value",
  severity: "error",
  summary: "`nil` alone, or a whole number that is too large.",
  reason:
    "`nil` can be passed to a function but not printed, tested or stored, and an int has 64 bits. Rendering fails.",
  examples: {
    good: ["{{ if eq .name nil }}x{{ end }}"],
    bad: ["{{ if nil }}x{{ end }}", "{{ $x := nil }}{{ $x }}", "{{ 9223372036854775808 }}"],
  },
  check: (context) => ({
    value({ args: [first, second] }, _, { tree }) {
      const { source } = tree;
      if (first.kind === "nil") {
        const go = execMessage(tree, first, "nil is not a command");
        context.report({
          message: "nil alone is not a value. Pass it to a function, or remove it.",
          at: first,
          source,
          ...(!second && { go }),
        });
      } else if (
        first.kind === "number" &&
        first.int === undefined &&
        first.uint !== undefined &&
        !/[.eEpP]/.test(first.text)
      ) {
        const go = execMessage(tree, first, `${first.text} overflows int`);
        context.report({
          message: `${first.text} is too large for a whole number. Write ${first.text}.0 for a fraction.`,
          at: first,
          source,
          go,
        });
      }
    },
  }),
};
