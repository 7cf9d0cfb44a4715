import type { Rule } from "../rule.ts";

/** Finds `html` and `js` outside HTML. */
export const escapeInText: Rule = {
  name: "escape-in-text",
  severity: "warning",
  summary: "`html` or `js` in a part that is plain text.",
  reason:
    "Titles and bodies are plain text: the customer reads `Tom &amp; Jerry`. In an `html` part escaping is done for you.",
  examples: {
    good: [{ text: { title: "Hey, {{ .name }}" }, options: {} }, "{{ .name | html }}"],
    bad: [
      { text: { title: "Hey, {{ .name | html }}" }, options: {} },
      { text: "{{ js .name }}", options: { part: "body" } },
    ],
  },
  check(context) {
    const { part } = context;
    if (part === undefined || part === "html") return {};
    return {
      call({ name, node, fn }, { tree }) {
        if (fn || (name !== "html" && name !== "js")) return;
        context.report({
          message: `The ${part} is plain text, so ${name} makes people read ${name === "html" ? "&amp;" : "\\u0026"} instead of &. Remove it.`,
          at: node,
          source: tree.source,
        });
      },
    };
  },
};
