import type { Rule } from "../rule.ts";

/** Finds values in attributes without quotes: `<a href={{ .url }}>`. */
export const unquotedAttribute: Rule = {
  name: "unquoted-attribute",
  severity: "warning",
  summary: "A value in an attribute without quotes, in an `html` part.",
  reason:
    "Without quotes a space in the value ends the attribute, and an empty value is written as `ZgotmplZ`. Put it in quotes.",
  examples: {
    good: [{ text: '<a href="{{ .url }}">{{ .name }}</a>', options: { part: "html" } }, "<a href={{ .url }}>"],
    bad: [{ text: "<a href={{ .url }}>x</a>", options: { part: "html" } }],
  },
  check(context) {
    if (context.part !== "html") return {};
    let state: State = "text";
    return {
      tree() {
        state = "text";
      },
      text(node) {
        state = scan(node.text, state);
      },
      print(node, _, { tree }) {
        if (state !== "equals") return;
        const { text } = tree.source;
        const isWhole = /^[\s>]/.test(text.slice(node.end));
        context.report({
          message: 'This value is in an attribute without quotes. Write the attribute as name="{{ … }}".',
          at: node,
          source: tree.source,
          suggestions: isWhole
            ? [
                {
                  message: "Put it in quotes",
                  edits: [
                    { start: node.start, end: node.start, text: '"' },
                    { start: node.end, end: node.end, text: '"' },
                  ],
                },
              ]
            : [],
        });
        state = "tag";
      },
    };
  },
};

/** States of HTML: outside tags, inside a tag, directly after a `=`, in a quoted value, in a comment. */
type State = "text" | "tag" | "equals" | "double" | "single" | "comment";

function scan(html: string, from: State): State {
  let state = from;
  for (let i = 0; i < html.length; i++) {
    const char = html[i]!;
    switch (state) {
      case "text":
        if (html.startsWith("<!--", i)) state = "comment";
        else if (char === "<" && /[a-zA-Z/]/.test(html[i + 1] ?? "")) state = "tag";
        break;
      case "comment":
        if (html.startsWith("-->", i)) state = "text";
        break;
      case "tag":
        if (char === ">") state = "text";
        else if (char === "=") state = "equals";
        break;
      case "equals":
        if (char === '"') state = "double";
        else if (char === "'") state = "single";
        else if (char === ">") state = "text";
        else if (!/\s/.test(char)) state = "tag";
        break;
      case "double":
        if (char === '"') state = "tag";
        break;
      case "single":
        if (char === "'") state = "tag";
        break;
    }
  }
  return state;
}
