import { similar } from "../../base/similar.ts";
import type { Change } from "../finding.ts";
import type { Rule } from "../rule.ts";
import { kindsOf } from "../type.ts";
import { didYouMean, showPath } from "../words.ts";

/** Finds fields that no sample has and the schema does not name. */
export const unknownField: Rule = {
  name: "unknown-field",
  severity: "error",
  summary: "A field that the data does not have.",
  reason:
    "Go prints `<no value>` for a field that does not exist, or treats it as false: nothing fails, and the customer sees the mistake.",
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
      // A field of a scalar is another rule's, and a field of the wrong dot a third one's.
      const kinds = kindsOf(base);
      if (kinds.length > 0 && !kinds.includes("map")) return;
      if (fromDot && index === 0 && meansRoot(name, scope)) return;
      const names = base.fields ? [...base.fields.keys()] : [...(base.shape?.fields.keys() ?? [])];
      const isOptional = guarded && base.shape?.from === "samples";
      const close = similar(name, names).filter((other) => !isOptional || !isNext(name, other));
      // The field is tested before it is used, so these samples may just not have it.
      if (close.length === 0 && isOptional) return;
      const parent = base.path?.startsWith("$") && base.path !== "$" ? ` in ${showPath(base.path)}` : "";
      const lacking = base.fields
        ? `The value given here has no field ${name}`
        : `${base.shape?.from === "schema" ? "The schema" : "No sample"} has ${base.shape?.from === "schema" ? "no" : "a"} field ${name}${parent}`;
      const suggestions: Change[] = close.map((other) => ({
        message: `Write .${other}`,
        edits: [{ start: span.start, end: span.end, text: `.${other}` }],
      }));
      const advice = close.length > 0 ? didYouMean(close.map((other) => `.${other}`)) : listed(names);
      context.report({
        message: `${lacking}. ${advice}`,
        at: span,
        source: scope.tree.source,
        suggestions,
      });
    },
  }),
};

/** Tells whether the root has the field, and a block around has changed dot. */
export function meansRoot(
  name: string,
  {
    blocks,
    root,
  }: { blocks: readonly unknown[]; root: { shape?: { fields: ReadonlyMap<string, unknown> } | undefined } },
): boolean {
  return blocks.length > 0 && root.shape !== undefined && root.shape.fields.has(name);
}

/** Tells names that differ only in digits, `address2` and `address1`: another field rather than a mistake. */
const isNext = (name: string, other: string): boolean => name.replaceAll(/\d/g, "") === other.replaceAll(/\d/g, "");

function listed(names: readonly string[]): string {
  if (names.length === 0) return "There are no fields at all.";
  const shown = names.slice(0, 12).map((name) => `.${name}`);
  const others = names.length - shown.length;
  return `Fields: ${shown.join(", ")}${others > 0 ? ` and ${others} more` : ""}.`;
}
