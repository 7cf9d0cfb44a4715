import { equals, less } from "../../template/compare.ts";
import { errorText, execMessage } from "../../template/run.ts";
import { Complex, Float64 } from "../../template/value.ts";
import type { Call, Context, Rule } from "../rule.ts";
import type { Kind } from "../shape.ts";
import { describe, kindsOf, type Type } from "../type.ts";
import { named } from "../words.ts";

const ordered = new Set(["lt", "le", "gt", "ge"]);

/** Finds comparisons that Go refuses. */
export const comparison: Rule = {
  name: "comparison",
  severity: "error",
  summary: "A comparison that Go refuses: a whole number with a fraction, a number with text, lists, maps.",
  reason:
    "Go compares only values of the same type: 1 with 1, 1.5 with 1.0, text with text. Anything else makes rendering fail.",
  examples: {
    good: [
      { text: '{{ if eq .status "vip" }}x{{ end }}', options: { samples: [{ status: "vip" }] } },
      { text: "{{ if gt .points 100 }}x{{ end }}", options: { samples: [{ points: 3 }] } },
    ],
    bad: [
      { text: "{{ if gt .price 100 }}x{{ end }}", options: { samples: [{ price: 9.5 }] } },
      { text: '{{ if eq .points "100" }}x{{ end }}', options: { samples: [{ points: 100 }] } },
      { text: "{{ if eq .items .others }}x{{ end }}", options: { samples: [{ items: [1], others: [2] }] } },
      { text: "{{ if gt .price 100 }}x{{ end }}", options: { samples: [{ price: 1 }], numbers: "float64" } },
      { text: "{{ if gt .active true }}x{{ end }}", options: { samples: [{ active: true }] } },
    ],
  },
  check: (context) => ({
    call(call, { tree }) {
      const { name, args, fn } = call;
      if (fn || (!ordered.has(name) && name !== "eq" && name !== "ne") || args.length < 2) return;
      const [first, ...others] = args;
      for (const other of others) {
        const refusal = refused(call, first!.type, other.type);
        if (!refusal) continue;
        const text = (one: typeof first): string => tree.source.text.slice(one!.node.start, one!.node.end);
        const shown = (one: typeof first): string => {
          const { type } = one!;
          return `${type.literal === undefined ? named(type, text(one)) : text(one)} (${describe(type)})`;
        };
        const often = refusal.always ? "" : " for some profiles";
        context.report({
          message: `${name} cannot compare ${shown(first)} with ${shown(other)}: rendering fails${often}. ${advice(first!.type, other.type, context)}`,
          at: call.command ?? call.node,
          source: tree.source,
          // A message that shows the values is known only at run time.
          ...(!refusal.message.startsWith("non-comparable") && {
            go: execMessage(tree, call.command ?? call.node, `error calling ${name}: ${refusal.message}`),
          }),
          ...(refusal.always ? {} : { severity: "warning" as const }),
        });
        return;
      }
    },
  }),
};

/** Holds one value of each kind in the engine's form, to ask the engine. */
const specimens: Readonly<Record<Kind, unknown>> = {
  nil: null,
  bool: true,
  int: 1n,
  uint: 1n,
  float: new Float64(1.5),
  complex: new Complex(1, 1),
  string: "a",
  list: ["a"],
  map: { a: "b" },
  time: new Date(0),
  func: () => null,
  seq: undefined,
  seq2: undefined,
  struct: undefined,
};

/** Returns the engine's own refusal for the first two kinds that it refuses; `always`: it refuses all possible kinds. */
function refused({ name }: Call, a: Type, b: Type): { readonly message: string; readonly always: boolean } | undefined {
  let message: string | undefined;
  let always = true;
  const kindsA = kindsOf(a);
  const kindsB = kindsOf(b);
  if (kindsA.length === 0 || kindsB.length === 0) return undefined;
  for (const kindA of kindsA) {
    for (const kindB of kindsB) {
      const specimenA = specimens[kindA];
      const specimenB = specimens[kindB];
      if (specimenA === undefined || specimenB === undefined) return undefined;
      try {
        const printing = { numbers: "int", output: 1e4, depth: 10 } as const;
        if (ordered.has(name)) less(specimenA, specimenB, printing);
        else equals(specimenA, specimenB, printing);
        always = false;
      } catch (error) {
        message ??= errorText(error);
      }
    }
  }
  return message === undefined ? undefined : { message, always: always && !a.absent && !b.absent };
}

function advice(a: Type, b: Type, context: Context): string {
  const all = [...kindsOf(a), ...kindsOf(b)];
  const isMixed = all.includes("int") && all.includes("float");
  const literal = [a, b].find((type) => typeof type.literal === "bigint");
  if (isMixed && literal && kindsOf(literal === a ? b : a).length === 1) return `Write ${literal.literal}.0.`;
  if (isMixed) {
    return context.isFunction("float64")
      ? "Convert both to fractions: (float64 …)."
      : "Use whole numbers for both in the data, or fractions for both.";
  }
  if (all.includes("string") && (all.includes("int") || all.includes("float"))) {
    const text = [a, b].find((type) => typeof type.literal === "string");
    if (text && /^-?\d+$/.test(String(text.literal))) return `Write ${text.literal} without quotes.`;
    return "Compare text with text, or a number with a number.";
  }
  return "Compare a field of it or its length: text, a number, or true or false.";
}
