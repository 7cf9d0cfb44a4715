import { similar } from "../../base/similar.ts";
import type { Change } from "../finding.ts";
import type { Rule } from "../rule.ts";
import { kindsOf } from "../type.ts";
import { isMeant, showPath } from "../words.ts";

/** A field that no sample has and the schema does not name. */
export const unknownField: Rule = {
  name: "unknown-field",
  severity: "error",
  summary: "A field that the data does not have.",
  reason:
    "Go writes `<no value>` for a field that is not there, or takes it for false: nothing fails, and the mistake is read by the customer.",
  examples: {
    good: [
      { text: "{{ .email }}", options: { samples: [{ email: "a@example.com" }] } },
      { text: "{{ if .nickname }}{{ .nickname }}{{ end }}", options: { samples: [{ email: "a@example.com" }] } },
      { text: '{{ .address2 | default "" }}', options: { samples: [{ address1: "1 High Street" }] } },
    ],
    bad: [
      { text: "{{ .emial }}", options: { samples: [{ email: "a@example.com" }] } },
      { text: "{{ if .emial }}x{{ end }}", options: { samples: [{ email: "a@example.com" }] } },
      { text: '{{ .emial | default "none" }}', options: { samples: [{ email: "a@example.com" }] } },
      {
        text: "{{ range .items }}{{ .pirce }}{{ end }}",
        options: { schema: { properties: { items: { items: { properties: { price: { type: "number" } } } } } } },
      },
    ],
  },
  check: (context) => ({
    field({ base, name, found, span, guarded, fromDot, index }, scope) {
      if (found !== undefined) return;
      // Below a scalar is another mistake, and a dot that was changed a third.
      const kinds = kindsOf(base);
      if (kinds.length > 0 && !kinds.includes("map")) return;
      if (fromDot && index === 0 && meansRoot(name, scope)) return;
      const names = base.fields ? [...base.fields.keys()] : [...(base.shape?.fields.keys() ?? [])];
      const isOptional = guarded && base.shape?.from === "samples";
      const close = similar(name, names).filter((other) => !isOptional || !isNext(name, other));
      // Asked about before it is used: a field that these samples happen not to have.
      if (close.length === 0 && isOptional) return;
      const where = base.path?.startsWith("$") && base.path !== "$" ? showPath(base.path) : "The profile";
      const has = base.fields ? "What is given here" : where;
      const by = base.shape?.from === "schema" ? " in the schema" : "";
      const suggestions: Change[] = close.map((other) => ({
        message: `Write .${other}`,
        edits: [{ start: span.start, end: span.end, text: `.${other}` }],
      }));
      const advice = close.length > 0 ? isMeant(close.map((other) => `.${other}`)) : listed(names);
      context.report({
        message: `${has} has no field ${name}${by}. ${advice}`,
        at: span,
        source: scope.tree.source,
        suggestions,
      });
    },
  }),
};

/** The root has this field and dot was changed by a block around. */
export function meansRoot(
  name: string,
  {
    blocks,
    root,
  }: { blocks: readonly unknown[]; root: { shape?: { fields: ReadonlyMap<string, unknown> } | undefined } },
): boolean {
  return blocks.length > 0 && root.shape !== undefined && root.shape.fields.has(name);
}

/** `address2` beside `address1` or `address`: another field rather than a mistake. */
const isNext = (name: string, other: string): boolean => name.replaceAll(/\d/g, "") === other.replaceAll(/\d/g, "");

function listed(names: readonly string[]): string {
  if (names.length === 0) return "It has none at all.";
  const shown = names.slice(0, 8).map((name) => `.${name}`);
  return `There are ${shown.join(", ")}${names.length > shown.length ? " and others" : ""}.`;
}
