import type { Rule } from "../rule.ts";
import { describe, isOnly } from "../type.ts";
import { named } from "../words.ts";

/** Finds lists and maps that are printed as a whole. */
export const printsStructure: Rule = {
  name: "prints-structure",
  severity: "warning",
  summary: "A list, a map or a function is printed as a whole.",
  reason:
    "Go prints a list as `[a b]` and a map as `map[name:Ada]`, which no customer should read. A function cannot be printed at all.",
  examples: {
    good: [
      { text: "{{ range .tags }}{{ . }}, {{ end }}", options: { samples: [{ tags: ["a"] }] } },
      { text: "{{ len .tags }}", options: { samples: [{ tags: ["a"] }] } },
      { text: "<script>show({{ .tags }})</script>", options: { samples: [{ tags: ["a"] }], part: "html" } },
    ],
    bad: [
      { text: "{{ .tags }}", options: { samples: [{ tags: ["a", "b"] }] } },
      { text: "Hey, {{ .user }}", options: { samples: [{ user: { name: "Ada" } }] } },
      { text: '{{ printf "%v" .user }}', options: { samples: [{ user: { name: "Ada" } }] } },
    ],
  },
  check(context) {
    const message = (type: Parameters<typeof describe>[0], shown: string): string => {
      const looks = isOnly(type, "list")
        ? "Go prints as [a b c]"
        : isOnly(type, "map")
          ? "Go prints as map[a:b]"
          : "cannot be printed";
      const advice = isOnly(type, "map")
        ? "Print one of its fields"
        : isOnly(type, "list")
          ? "Loop over it with range"
          : "Call it with call";
      return `${named(type, shown)} is ${describe(type)}, which ${looks}. ${advice}.`;
    };
    return {
      print(node, type, { tree }) {
        if (!isOnly(type, "list", "map", "func") || context.isJson(node)) return;
        const { text } = tree.source;
        context.report({
          message: message(type, text.slice(node.pipe.start, node.pipe.end)),
          at: node.pipe,
          source: tree.source,
          ...(isOnly(type, "func") && { severity: "error" as const }),
        });
      },
      call({ name, fn, args }, { tree }) {
        if (fn || !["printf", "print", "println", "html", "urlquery"].includes(name)) return;
        for (const { node, type } of args) {
          if (!isOnly(type, "list", "map")) continue;
          context.report({
            message: message(type, tree.source.text.slice(node.start, node.end)),
            at: node,
            source: tree.source,
          });
        }
      },
    };
  },
};
