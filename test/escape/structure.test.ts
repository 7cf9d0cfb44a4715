import fc from "fast-check";
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { payloads } from "./payloads.ts";
import { places } from "./places.ts";

/** Returns what values must not change: the elements of a page as a browser would read it, and the names of their attributes. */
function shapeOf(html: string): string {
  return shape(parse(html));
}

function shape(node: DefaultTreeAdapterTypes.ParentNode): string {
  const children = "content" in node ? [node.content] : node.childNodes;
  const attributes = "attrs" in node ? node.attrs.map(({ name }) => ` ${name}`).join("") : "";
  const inside = children.map((child) => ("childNodes" in child ? shape(child) : "")).join("");
  return `<${node.nodeName}${attributes}>${inside}</>`;
}

/** Makes characters that often have a meaning somewhere. */
const special = fc.constantFrom(..."<>\"'&`=/\\!-#?;:(){}[]$*%+ \t\n\f\r\0\u2028\u00a0xon");
const anything = fc.oneof(
  fc.string({ unit: special, maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(...payloads),
  fc.tuple(fc.constantFrom(...payloads), fc.string({ unit: special, maxLength: 5 })).map((parts) => parts.join("")),
);

describe.each(Object.entries(places))("%s", (_, fragment) => {
  const template = compile(`<div>${fragment}</div><div>after</div>`, { escape: "html" });
  const harmless = shapeOf(template.render("x"));

  test("no text changes the elements and attributes of the page", () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(shapeOf(template.render(value))).toBe(harmless);
      }),
      { numRuns: 60 },
    );
  });

  test("nor does a list or map of them", () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 2 }), fc.dictionary(anything, anything, { maxKeys: 2 }), (a, b) => {
        expect(shapeOf(template.render([a, b]))).toBe(harmless);
      }),
      { numRuns: 15 },
    );
  });
});
