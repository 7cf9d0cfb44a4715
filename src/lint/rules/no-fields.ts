import { execMessage } from "../../template/run.ts";
import type { Access, Rule, Scope } from "../rule.ts";
import { describe, isNumber, kindsOf } from "../type.ts";
import { describeGap, named } from "../words.ts";
import { meansRoot } from "./unknown-field.ts";

/** Finds fields read from values without fields: text, a number, a list, or nothing. */
export const noFields: Rule = {
  name: "no-fields",
  severity: "error",
  summary: "A field read from something that has no fields, or that can be null.",
  reason:
    "Rendering fails where a field of text, a number, a list or null is read: the alert is not sent. Test with `with` first.",
  examples: {
    good: [
      {
        text: "{{ with .user }}{{ .name }}{{ end }}",
        options: { samples: [{ user: null }, { user: { name: "Ada" } }] },
      },
    ],
    bad: [
      { text: "{{ .name.first }}", options: { samples: [{ name: "Ada" }] } },
      { text: "{{ range .attrs }}{{ .label }}{{ end }}", options: { samples: [{ attrs: { color: "red" } }] } },
      { text: "{{ .items.title }}", options: { samples: [{ items: [{ title: "Gear" }] }] } },
      { text: "{{ .user.name }}", options: { samples: [{ user: null }, { user: { name: "Ada" } }] } },
    ],
  },
  check: (context) => ({
    field(access, scope) {
      const { base, name, span, node, fromDot, index } = access;
      const kinds = kindsOf(base);
      const what = named(base, "This value");
      const { source } = scope.tree;
      if (kinds.length > 0 && !kinds.some((kind) => kind === "map" || kind === "time" || kind === "func")) {
        if (fromDot && index === 0 && meansRoot(name, scope)) return;
        const type = isNumber(kinds[0]!)
          ? kinds[0] === "float"
            ? "float64"
            : "int"
          : kinds[0] === "list"
            ? "[]interface {}"
            : kinds[0]!;
        const isElement = index === 0 && isElementOfData(access, scope);
        const shown = isElement || (base.path !== undefined && (index > 0 || !fromDot)) ? "interface {}" : type;
        const advice = kinds.includes("list")
          ? "Loop over it with range, or take one element with index … 0."
          : `Remove .${name}, or use the field that has it.`;
        context.report({
          message: `${what} is ${describe(base)}, which has no fields. ${advice}`,
          at: span,
          source,
          ...(kinds.length === 1 &&
            (index > 0 || isElement) &&
            node.kind !== "chain" && {
              go: execMessage(scope.tree, node, `can't evaluate field ${name} in type ${shown}`),
            }),
        });
        return;
      }
      // Reading a field of an absent value is harmless, reading a field of null is an error.
      if (index > 0 && base.kinds?.has("nil") && base.gap && base.gap.nil > 0) {
        context.report({
          message: `${what} is ${describeGap({ ...base.gap, absent: 0, empty: 0 })}, and reading a field of null fails: no alert is sent. Put it in {{ with ${what} }} … {{ end }}.`,
          at: span,
          source,
          ...(node.kind !== "chain" && {
            go: execMessage(scope.tree, node, `nil pointer evaluating interface {}.${name}`),
          }),
        });
      }
    },
  }),
};

/** Tells whether dot is an element of a list or map of the data, whose type Go checks only when it needs it. */
function isElementOfData({ base, fromDot }: Access, { blocks }: Scope): boolean {
  const block = blocks.findLast(({ node, isElse }) => node.kind !== "if" && !isElse);
  return fromDot && block?.node.kind === "range" && base.path?.startsWith("$") === true;
}
