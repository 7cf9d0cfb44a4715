import { similar } from "../../base/similar.ts";
import { directivesOf } from "../disable.ts";
import type { Rule } from "../rule.ts";

/** Finds comments that turn off a rule that does not exist. */
export const unknownRule: Rule = {
  name: "unknown-rule",
  severity: "warning",
  summary: "A `tocsin-disable` comment names a rule that does not exist.",
  reason: "A misspelt rule turns nothing off.",
  examples: {
    good: ["{{/* tocsin-disable-next-line constant-condition */}}\n{{- if true }}x{{ end }}"],
    bad: ["{{/* tocsin-disable-line blank-lines */}}x"],
  },
  check: (context) => ({
    done() {
      for (const { rules, start, end } of directivesOf(context.source)) {
        for (const name of rules) {
          if (context.ruleNames.includes(name)) continue;
          const at = context.source.text.indexOf(name, start);
          const close = similar(name, context.ruleNames);
          context.report({
            message: `There is no rule ${name}. ${close.length > 0 ? `Did you mean ${close.join(" or ")}?` : "Name a rule, or none to turn off all rules."}`,
            at: at < 0 || at >= end ? { start, end } : { start: at, end: at + name.length },
            suggestions: close.map((other) => ({
              message: `Write ${other}`,
              edits: [{ start: at, end: at + name.length, text: other }],
            })),
          });
        }
      }
    },
  }),
};
