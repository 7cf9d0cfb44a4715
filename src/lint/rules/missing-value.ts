import type { Span, Tree } from "../../../grammar/index.ts";
import { execMessage } from "../../template/run.ts";
import type { Change } from "../finding.ts";
import { allowsAbsent, printers } from "../results.ts";
import type { Context, Rule } from "../rule.ts";
import type { Gap, Type } from "../type.ts";
import { describeGap, showPath } from "../words.ts";

/** Something is written that some profiles do not have. */
export const missingValue: Rule = {
  name: "missing-value",
  severity: "warning",
  summary: "A field that some profiles lack is written or used without a guard.",
  reason:
    'Go writes `<no value>` for what is missing, and stops where a function needs it: "Hey, <no value>". Guard it with `if` or `with`, or say what to write instead with `default`. An `html` part has nothing there, and `null` where a script has a value.',
  examples: {
    good: [
      { text: 'Hey, {{ .name | default "you" }}', options: { samples: [{ name: "Ada" }, {}] } },
      { text: "{{ with .name }}Hey, {{ . }}{{ end }}", options: { samples: [{ name: "Ada" }, {}] } },
      {
        text: "{{ if and .vip .level }}Level {{ .level }}{{ end }}",
        options: { samples: [{ vip: true, level: 1 }, {}] },
      },
    ],
    bad: [
      { text: "Hey, {{ .name }}", options: { samples: [{ name: "Ada" }, {}] } },
      { text: 'Hey, {{ printf "%s" .name }}', options: { samples: [{ name: "Ada" }, { name: null }] } },
      { text: "{{ if gt .points 100 }}Wow{{ end }}", options: { samples: [{ points: 1 }, {}] } },
      { text: "<script>greet({{ .name }})</script>", options: { samples: [{ name: "Ada" }, {}], part: "html" } },
      { text: "{{ .name }}", options: { schema: { properties: { name: { type: "string" } } } } },
    ],
  },
  check: (context) => ({
    print(node, type, { tree }) {
      const gap = gapOf(type);
      const isJson = context.isJson(node);
      // What is null in the data may well be null to a script.
      if (!gap || (isJson && gap.absent === 0)) return;
      const value = node.pipe.commands.length === 1 ? node.pipe.commands[0]! : node.pipe;
      const path = written(value, tree);
      const shown = context
        .missingAs(node)
        .map((text) => text || "nothing")
        .join(" or ");
      const suggestions: Change[] = context.isFunction("default")
        ? [{ message: "Add a default", edits: [{ start: value.end, end: value.end, text: ' | default "…"' }] }]
        : [];
      context.report({
        message: `${showPath(gap.path)} is ${describeGap(gap)}: Go writes ${shown} there. ${isJson ? inScript(path, context) : advice(path, context)}`,
        at: value,
        source: tree.source,
        suggestions,
        ...(isJson && { severity: "info" as const }),
      });
    },
    call(call, { tree }) {
      if (!call.params || (allowsAbsent(call.name) && call.name !== "eq" && call.name !== "ne")) return;
      for (const [i, { node, type }] of call.args.entries()) {
        const gap = gapOf(type);
        if (!gap) continue;
        const param = call.params[Math.min(i, call.params.length - 1)];
        const outcome = consequence(call.name, param);
        if (outcome === undefined) continue;
        const [text, go] = outcome;
        context.report({
          message: `${showPath(gap.path)} is ${describeGap(gap)}: ${text}. ${advice(written(node, tree), context)}`,
          at: node,
          source: tree.source,
          ...(go !== undefined && { go: execMessage(tree, call.command ?? call.node, go) }),
        });
      }
    },
  }),
};

/** What is known to be missing at times; data that nothing is known of is not. */
function gapOf(type: Type): Gap | undefined {
  if (!type.absent && !type.kinds?.has("nil")) return undefined;
  return type.gap;
}

/** The value as it is written, without what it is piped into. */
function written({ start, end }: Span, { source: { text } }: Tree): string {
  return /^[.$][\p{L}\p{Nd}_.$]*/u.exec(text.slice(start, end))?.[0] ?? "…";
}

function advice(path: string, context: Context): string {
  const otherwise = context.isFunction("default") ? `, or write ${path} | default "…"` : "";
  return `Guard it: {{ with ${path} }} … {{ end }}${otherwise}.`;
}

function inScript(path: string, context: Context): string {
  const otherwise = context.isFunction("default") ? `${path} | default "…"` : `or ${path} "…"`;
  return `Write ${otherwise} if the script does not expect null.`;
}

/** What becomes of an argument that is missing, and Go's words for it; undefined: nothing bad. */
function consequence(name: string, param: string | undefined): readonly [text: string, go?: string] | undefined {
  if (name === "printf") return ["printf writes %!s(<nil>) there"];
  if (name === "print" || name === "println") return [`${name} writes <nil> there`];
  if (printers.has(name)) return [`${name} writes <no value> or the like there`];
  switch (name) {
    case "lt":
    case "le":
    case "gt":
    case "ge":
      return [`${name} cannot compare it, and rendering stops`, `error calling ${name}: invalid type for comparison`];
    case "len":
      return ["len cannot count it, and rendering stops"];
    default:
      if (param === "string" || param === "bool" || param === "int" || param === "int64" || param === "float64") {
        return [`${name} needs a value, and rendering stops`];
      }
      return undefined;
  }
}
