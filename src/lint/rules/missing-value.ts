import type { Span, Tree } from "../../../grammar/index.ts";
import { parseFormat } from "../../template/fmt/format.ts";
import { execMessage } from "../../template/run.ts";
import type { Change } from "../finding.ts";
import { allowsAbsent, printers } from "../results.ts";
import type { Argument, Call, Context, Rule } from "../rule.ts";
import type { Gap, Type } from "../type.ts";
import { describeAffected, describeGap, showPath } from "../words.ts";

/** Finds values that are printed or used although some profiles lack them. */
export const missingValue: Rule = {
  name: "missing-value",
  severity: "warning",
  summary: "A field that some profiles lack is printed or used without a guard.",
  reason:
    'Go prints `<no value>` for a missing field ("Hey, <no value>"), and rendering fails where a function needs it. Guard it with `if` or `with`, or give a fallback with `default`. An `html` part prints nothing there, and `null` inside a script.',
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
      // A script may well expect null.
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
        message: `${showPath(gap.path)} is ${describeGap(gap)}: Go prints ${shown} ${describeAffected(gap)}. ${isJson ? inScript(path, context) : advice(path, context)}`,
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
        const outcome = consequence(call, i, param, describeAffected(gap));
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

/** Returns how often a value is missing; undefined if it never is, or nothing is known. */
function gapOf(type: Type): Gap | undefined {
  if (!type.absent && !type.kinds?.has("nil")) return undefined;
  return type.gap;
}

/** Returns the value as written, without the commands after it. */
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

/** Describes the effect of a missing argument, with Go's message; undefined if it is harmless. */
function consequence(
  { name, args }: Call,
  index: number,
  param: string | undefined,
  affected: string,
): readonly [text: string, go?: string] | undefined {
  if (name === "printf") return [`printf prints %!${verbOf(args, index)}(<nil>) ${affected}`];
  if (name === "print" || name === "println") return [`${name} prints <nil> ${affected}`];
  if (printers.has(name)) return [`${name} prints <no value> or the like ${affected}`];
  switch (name) {
    case "lt":
    case "le":
    case "gt":
    case "ge":
      return [`${name} fails ${affected} and no alert is sent`, `error calling ${name}: invalid type for comparison`];
    case "len":
      return [`len fails ${affected} and no alert is sent`];
    default:
      if (param === "string" || param === "bool" || param === "int" || param === "int64" || param === "float64") {
        return [`${name} fails ${affected} and no alert is sent`];
      }
      return undefined;
  }
}

/** Returns the verb that prints an argument of `printf`, `s` where the format does not tell. */
function verbOf([format]: readonly Argument[], index: number): string {
  if (typeof format?.type.literal !== "string") return "s";
  const verbs = [...parseFormat(format.type.literal)].flatMap(({ verb, steps }) =>
    verb === undefined || verb === "%" ? [] : [...steps.map(() => "s"), verb],
  );
  return verbs[index - 1] || "s";
}
