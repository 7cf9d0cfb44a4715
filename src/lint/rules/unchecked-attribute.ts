import type { Rule } from "../rule.ts";

/** Finds values in attributes that Go does not check: `<iframe srcdoc="{{ .text }}">`. */
export const uncheckedAttribute: Rule = {
  name: "unchecked-attribute",
  severity: "warning",
  summary:
    "A value in an attribute of an `html` part whose meaning `html/template` does not know, or cannot make safe.",
  reason:
    "Go escapes a value for the attribute's quotes and checks URLs where it knows that there is one. `srcdoc` is HTML of its own, scripts among it; `ping` is a list of URLs that browsers call; an animation in SVG (`animate`, `set` and their like) may set `href` to the content of `to`, `from`, `by` or `values`. Whoever fills in the profile decides what a value does there. Write such attributes without values, or with `urlquery`.",
  examples: {
    good: [
      {
        text: '<a href="{{ .url }}" ping="https://example.com/p?id={{ .id | urlquery }}">x</a>',
        options: { part: "html" },
      },
      { text: '<svg><set attributeName="x" to="5"/></svg><p from="{{ .a }}">x</p>', options: { part: "html" } },
      '<iframe srcdoc="{{ .text }}"></iframe>',
    ],
    bad: [
      { text: '<iframe srcdoc="{{ .text }}"></iframe>', options: { part: "html" } },
      { text: '<a href="/" ping="{{ .url }}">x</a>', options: { part: "html" } },
      { text: '<svg><animate attributeName="href" values="{{ .urls }}"/></svg>', options: { part: "html" } },
      { text: '<svg><a><set attributeName="href" to="{{ .url }}"/></a></svg>', options: { part: "html" } },
    ],
  },
  check(context) {
    if (context.part !== "html") return {};
    const html = new Scanner();
    return {
      tree: () => html.reset(),
      text: (node) => html.read(node.text),
      print(node, _, { tree }) {
        const { element, attribute } = html.valueHere();
        const why = reasonOf(element, attribute);
        const last = node.pipe.commands.at(-1)?.args[0];
        if (why === undefined || (last?.kind === "identifier" && last.name === "urlquery")) return;
        context.report({ message: `${why} Remove the value.`, at: node, source: tree.source });
      },
    };
  },
};

const animations = new Set(["animate", "set", "animatetransform", "animatemotion"]);
const animated = new Set(["to", "from", "by", "values"]);

function reasonOf(element: string, attribute: string): string | undefined {
  if (attribute === "srcdoc")
    return "srcdoc holds HTML of its own, including scripts, and escaping does not prevent that.";
  if (attribute === "ping") return "Browsers call every URL in ping, and Go does not check them there.";
  if (!animations.has(element) || !animated.has(attribute)) return undefined;
  return `This <${element}> can set href to a script, and Go does not check the URLs in ${attribute}.`;
}

type State = "text" | "comment" | "element" | "tag" | "attribute" | "equals" | "double" | "single" | "bare";

/** Limits names; no known one is longer. */
const maxNameLength = 40;

/** Follows HTML text by text, to tell the element and attribute of the next value. */
class Scanner {
  #state: State = "text";
  #element = "";
  #attribute = "";

  reset(): void {
    this.#state = "text";
  }

  /** Describes where a value is written now; names are empty outside attributes. */
  valueHere(): { readonly element: string; readonly attribute: string } {
    if (this.#state === "equals") this.#state = "bare";
    const isIn = this.#state === "double" || this.#state === "single" || this.#state === "bare";
    return { element: this.#element, attribute: isIn ? this.#attribute : "" };
  }

  read(html: string): void {
    for (let i = 0; i < html.length; i++) this.#state = this.#next(html[i]!, html, i);
  }

  #next(char: string, html: string, i: number): State {
    const isSpace = /\s/.test(char);
    switch (this.#state) {
      case "text":
        if (html.startsWith("<!--", i)) return "comment";
        if (char !== "<" || !/[a-zA-Z]/.test(html[i + 1] ?? "")) return "text";
        this.#element = "";
        return "element";
      case "comment":
        return html.startsWith("-->", i) ? "text" : "comment";
      case "double":
        return char === '"' ? "tag" : "double";
      case "single":
        return char === "'" ? "tag" : "single";
      case "equals":
        if (char === '"') return "double";
        if (char === "'") return "single";
        return isSpace ? "equals" : char === ">" ? "text" : "bare";
      case "bare":
        return char === ">" ? "text" : isSpace ? "tag" : "bare";
      case "element":
        if (char === ">") return "text";
        if (isSpace || char === "/") return "tag";
        if (this.#element.length < maxNameLength) this.#element += char.toLowerCase();
        return "element";
      case "tag":
      case "attribute":
        if (char === ">") return "text";
        if (char === "=") return "equals";
        if (isSpace || char === "/") return "tag";
        if (this.#state === "tag") this.#attribute = "";
        if (this.#attribute.length < maxNameLength) this.#attribute += char.toLowerCase();
        return "attribute";
      default:
        return this.#state satisfies never;
    }
  }
}
