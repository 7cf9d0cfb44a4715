import { checkHtml } from "../../escape/index.ts";
import type { Rule } from "../rule.ts";

/** `{{ if .a }}<a href="{{ end }}`. */
export const htmlContext: Rule = {
  name: "html-context",
  severity: "error",
  summary: "HTML in which it is not clear where a value stands, in an `html` part.",
  reason:
    "A value is escaped for the place where it stands: text, an attribute, a URL, a script, a style. Where that depends on a condition, or the HTML breaks off, nothing is sent. Close what was opened, in every branch alike.",
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
        const error = checkHtml(context.trees, context.source.name);
        if (!error) return;
        const source = [...context.trees.values()].find((tree) => tree.source.text === error.text)?.source;
        context.report({
          message: `This HTML cannot be escaped safely: ${plain(error.message)}. Nothing is rendered. ${advice(error.message)}`,
          at: error.span,
          source,
          go: error.message,
        });
      },
    };
  },
};

/** Go's words without the place and the dump of its state. */
const plain = (message: string): string =>
  message
    .replace(/^html\/template:[^ ]* /, "")
    .replace(/: \{state.*$/s, "")
    .replace(/\s+/g, " ");

function advice(message: string): string {
  if (message.includes("branches end in different contexts"))
    return "Let every branch leave tags, quotes and scripts as the others do.";
  if (message.includes("ends in a non-text context"))
    return "Close the tag, quote, script, style or comment that is open at the end.";
  if (message.includes("ambiguous context within a URL")) return "Write the URL in each branch whole.";
  if (message.includes("predefined escaper"))
    return "Leave the escaper out: values are escaped for their place anyway.";
  return "Write the HTML around the action so that its place is clear.";
}
