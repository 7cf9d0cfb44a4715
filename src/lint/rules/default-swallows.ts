import type { Rule } from "../rule.ts";
import { isNumber, isOnly, kindsOf, truthOf } from "../type.ts";
import { named } from "../words.ts";

/** Finds `default` replacing `false` and `0`. */
export const defaultSwallows: Rule = {
  name: "default-swallows",
  severity: "warning",
  summary: "A `default` that replaces `false` or `0`, which are values, or whose arguments are in the wrong order.",
  reason:
    "To `default`, false, 0 and empty text are the same as missing: `default true .active` is always true. Test whether the field is there instead. The fallback comes first, and the value last or before a `|`.",
  examples: {
    good: [
      { text: '{{ .name | default "you" }}', options: { samples: [{ name: "" }] } },
      { text: "{{ .points | default 0 }}", options: { samples: [{ points: 0 }] } },
    ],
    bad: [
      "{{ if default true .active }}x{{ end }}",
      { text: "{{ .points | default 10 }}", options: { samples: [{ points: 0 }, { points: 3 }] } },
      '{{ default .name "you" }}',
      { text: '{{ .active | default "unknown" }}', options: { samples: [{ active: true }] } },
    ],
  },
  check: (context) => ({
    call({ name, fn, args, command, node }, { tree }) {
      if (!fn || name !== "default" || args.length !== 2) return;
      const [otherwise, value] = args;
      const { literal } = otherwise!.type;
      const written = tree.source.text.slice(otherwise!.node.start, otherwise!.node.end);
      if (literal === undefined && value!.type.literal !== undefined && truthOf(value!.type)) {
        const always = tree.source.text.slice(value!.node.start, value!.node.end);
        context.report({
          message: `This is always ${always}: default takes the fallback first, then the value. Write ${written} | default ${always}.`,
          at: command ?? node,
          source: tree.source,
        });
        return;
      }
      if (literal === undefined || literal === false || literal === "" || Number(literal) === 0) return;
      const { shape } = value!.type;
      const isBool = isOnly(value!.type, "bool") || (literal === true && kindsOf(value!.type).length === 0);
      const isZero = kindsOf(value!.type).some(isNumber) && shape !== undefined && shape.falsy > 0;
      if (!isBool && !isZero) return;
      const shown = named(value!.type, "the value");
      const seen =
        shape?.from === "samples" && shape.falsy > 0 ? `, as in ${shape.falsy} of ${shape.seen} samples,` : "";
      context.report({
        message: `default treats ${isBool ? "false" : "0"} as missing: where ${shown} is ${isBool ? "false" : "0"}${seen} this gives ${written}. Test with if whether it is there.`,
        at: command ?? node,
        source: tree.source,
      });
    },
  }),
};
