import type { Rule } from "../rule.ts";
import { isNumber, isOnly, kindsOf } from "../type.ts";
import { named } from "../words.ts";

/** `default` takes `false` and `0` for missing. */
export const defaultSwallows: Rule = {
  name: "default-swallows",
  severity: "warning",
  summary: "A `default` that replaces `false` or `0`, which are values.",
  reason:
    "To `default`, false, 0 and empty text are the same as missing: `default true .active` is always true. Ask whether it is there instead.",
  examples: {
    good: [
      { text: '{{ .name | default "you" }}', options: { samples: [{ name: "" }] } },
      { text: "{{ .points | default 0 }}", options: { samples: [{ points: 0 }] } },
    ],
    bad: [
      "{{ if default true .active }}x{{ end }}",
      { text: "{{ .points | default 10 }}", options: { samples: [{ points: 0 }, { points: 3 }] } },
      { text: '{{ .active | default "unknown" }}', options: { samples: [{ active: true }] } },
    ],
  },
  check: (context) => ({
    call({ name, fn, args, command, node }, { tree }) {
      if (!fn || name !== "default" || args.length !== 2) return;
      const [otherwise, value] = args;
      const { literal } = otherwise!.type;
      if (literal === undefined || literal === false || literal === "" || Number(literal) === 0) return;
      const { shape } = value!.type;
      const isBool = isOnly(value!.type, "bool") || (literal === true && kindsOf(value!.type).length === 0);
      const isZero = kindsOf(value!.type).some(isNumber) && shape !== undefined && shape.falsy > 0;
      if (!isBool && !isZero) return;
      const shown = named(value!.type, "the value");
      const seen =
        shape?.from === "samples" && shape.falsy > 0 ? `, as in ${shape.falsy} of ${shape.seen} samples,` : "";
      const written = tree.source.text.slice(otherwise!.node.start, otherwise!.node.end);
      context.report({
        message: `default takes ${isBool ? "false" : "0"} for missing: where ${shown} is ${isBool ? "false" : "0"}${seen} this gives ${written}. Ask with if whether it is there.`,
        at: command ?? node,
        source: tree.source,
      });
    },
  }),
};
