import { type Directive, parseFormat } from "../../template/fmt/format.ts";
import type { Argument, Call, Context, Rule } from "../rule.ts";
import type { Kind } from "../shape.ts";
import { describe, kindsOf } from "../type.ts";
import { named } from "../words.ts";

/** Verbs of package fmt that print a value of each kind as intended. */
const verbs: Partial<Record<Kind, string>> = {
  bool: "tvT",
  int: "dboOxXcqUvT",
  uint: "dboOxXcqUvT",
  float: "eEfFgGbxXvT",
  string: "sqxXvT",
};
/** Values as Go shows them when it complains about a verb: type and value. */
const samples: Partial<Record<Kind, string>> = {
  bool: "bool=true",
  int: "int=12",
  uint: "uint8=12",
  float: "float64=1.5",
  string: "string=abc",
};
const all = "tvTdboOxXcqUeEfFgGsp";

/** Finds calls of `printf` whose format does not fit the arguments. */
export const printfVerb: Rule = {
  name: "printf-verb",
  severity: "error",
  summary: "A `printf` whose format does not fit its arguments.",
  reason:
    "Go does not fail there, but prints its complaint into the alert: `%!d(string=x)`, `%!s(MISSING)`, `%!(EXTRA int=3)`.",
  examples: {
    good: [
      { text: '{{ printf "%.2f" .price }}', options: { samples: [{ price: 9.5 }] } },
      { text: '{{ printf "%d%% of %s" .points .name }}', options: { samples: [{ points: 3, name: "Ada" }] } },
      '{{ .name | printf "%-10s|" }}',
    ],
    bad: [
      { text: '{{ printf "%d" .price }}', options: { samples: [{ price: 9.5 }] } },
      { text: '{{ printf "%s" .points }}', options: { samples: [{ points: 3 }] } },
      '{{ printf "%d of %d" .points }}',
      '{{ printf "%s" .a .b }}',
      '{{ printf "%d%" .points }}',
      '{{ printf "%y" .points }}',
    ],
  },
  check: (context) => ({
    call(call, { tree }) {
      const [format, ...operands] = call.args;
      if (call.fn || call.name !== "printf" || typeof format?.type.literal !== "string") return;
      const { source } = tree;
      const report = (message: string, at: { readonly start: number; readonly end: number }): void =>
        context.report({ message, at, source });
      const directives = [...parseFormat(format.type.literal)].filter(({ verb }) => verb !== undefined);
      const problem = directives.find(isUnreadable);
      if (problem) {
        const verb = problem.verb === "" ? "" : problem.verb!;
        report(
          verb === ""
            ? "The format ends with a % that no verb follows. Write %% for a percent sign."
            : `%${verb} is not a verb of printf. Write %s for text, %d for a whole number, %.2f for a fraction, %v for anything, %% for a percent sign.`,
          format.node,
        );
        return;
      }
      if (directives.some(({ reorders }) => reorders)) return;
      check(call, directives, operands, source.text, context, report);
    },
  }),
};

const isUnreadable = ({ verb }: Directive): boolean =>
  verb === "" || !(all.includes(verb!) || verb === "%" || verb === "w");

function check(
  { name, node: callee }: Call,
  directives: readonly Directive[],
  operands: readonly Argument[],
  text: string,
  { isFunction }: Context,
  report: (message: string, at: { readonly start: number; readonly end: number }) => void,
): void {
  let next = 0;
  let wanted = 0;
  for (const { verb, steps } of directives) {
    for (const _ of steps) wanted++;
    if (verb === "%") continue;
    wanted++;
  }
  if (operands.length < wanted) {
    const last = operands.at(-1)?.node;
    report(
      `The format of this ${name} needs ${wanted} ${wanted === 1 ? "value" : "values"}, got ${operands.length}: Go prints %!(MISSING). Add the value, or write %% for a percent sign.`,
      last ?? callee,
    );
    return;
  }
  if (operands.length > wanted) {
    report(
      `The format of this ${name} needs ${wanted} ${wanted === 1 ? "value" : "values"}, got ${operands.length}: Go prints %!(EXTRA …). Add a verb such as %v, or remove the value.`,
      operands[wanted]!.node,
    );
    return;
  }
  for (const { verb, steps } of directives) {
    next += steps.length;
    if (verb === "%") continue;
    const operand = operands[next++]!;
    const kinds = kindsOf(operand.type);
    const bad = kinds.filter((kind) => verbs[kind] !== undefined && !verbs[kind]!.includes(verb!));
    if (kinds.length === 0 || bad.length === 0) continue;
    const written = text.slice(operand.node.start, operand.node.end);
    const shown = named(operand.type, written);
    const sometimes = bad.length < kinds.length;
    const isFraction = bad[0] === "int" && "eEfFgG".includes(verb!);
    const better = { int: "%d", uint: "%d", float: "%.2f", string: "%s", bool: "%t" }[bad[0] as "int"] ?? "%v";
    let advice = `Write ${sometimes ? "%v" : better}`;
    if (isFraction && isFunction("float64")) advice = `Convert it: (float64 ${written})`;
    else if (isFraction && isFunction("formatNumber")) advice = `Write formatNumber 2 ${written} instead`;
    report(
      `${shown} is ${sometimes ? "sometimes " : ""}${describe({ kinds: new Set(bad), absent: false })}, and %${verb} prints ${sometimes ? "those" : "that"} as %!${verb}(${samples[bad[0]!]}). ${advice}.`,
      operand.node,
    );
  }
}
