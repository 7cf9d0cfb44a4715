import { checkHtml, type EscapeErrorCode } from "../../escape/index.ts";
import type { Rule } from "../rule.ts";

/** Finds HTML that cannot be escaped: `{{ if .a }}<a href="{{ end }}`. */
export const htmlContext: Rule = {
  name: "html-context",
  severity: "error",
  summary: "HTML in an `html` part that leaves unclear what a value is part of.",
  reason:
    "A value is escaped for its place: text, an attribute, a URL, a script, a style. If the place depends on a condition, or the HTML breaks off, no alert is sent. Close in every branch what that branch opens.",
  examples: {
    good: [
      { text: '<a href="{{ if .url }}{{ .url }}{{ else }}/{{ end }}">x</a>', options: { part: "html" } },
      '{{ if .a }}<a href="{{ end }}',
    ],
    bad: [
      { text: '{{ if .a }}<a href="{{ end }}', options: { part: "html" } },
      { text: "<script>{{ .a }}", options: { part: "html" } },
    ],
  },
  check(context) {
    if (context.part !== "html") return {};
    return {
      done() {
        if (!context.parses) return;
        const problem = checkHtml(context.trees, context.source.name);
        if (!problem) return;
        const { error, code } = problem;
        const source = [...context.trees.values()].find((tree) => tree.source.text === error.text)?.source;
        context.report({
          message: `This HTML cannot be escaped safely: ${plain(error.message)}. Nothing is rendered. ${advice[code ?? "other"]}`,
          at: error.span,
          source,
          go: error.message,
        });
      },
    };
  },
};

/** Returns Go's message without the place and the dump of its state. */
const plain = (message: string): string =>
  message
    .replace(/^html\/template:[^ ]* /, "")
    .replace(/: \{state.*$/s, "")
    .replace(/\s+/g, " ");

const advice: Readonly<Record<EscapeErrorCode | "other", string>> = {
  "branch-end": "Make every branch end in the same place: the same tag, quote or script open.",
  "end-context": "Close the tag, quote, script, style or comment that is still open at the end.",
  "ambiguous-url": "Write the whole URL in each branch.",
  "predefined-escaper": "Remove the escaper: values are escaped for their place anyway.",
  other: "Write the HTML around the action so that its place is clear.",
};
