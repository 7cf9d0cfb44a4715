import { describe, expect, test } from "vitest";
import { lint, shapeOfSchema } from "../../src/lint/index.ts";

const rulesIn = (text: string, schema: unknown): string[] => lint(text, { schema }).map(({ rule }) => rule);

describe("a JSON Schema", () => {
  test.each<[string, unknown, string, string[]]>([
    ["properties", { properties: { a: {} } }, "{{ .b }}", ["unknown-field"]],
    ["required", { properties: { a: { type: "string" } }, required: ["a"] }, "{{ .a }}", []],
    ["not required", { properties: { a: { type: "string" } } }, "{{ .a }}", ["missing-value"]],
    [
      "type unions",
      { properties: { a: { type: ["string", "null"] } }, required: ["a"] },
      "{{ .a }}",
      ["missing-value"],
    ],
    [
      "nullable",
      { properties: { a: { type: "string", nullable: true } }, required: ["a"] },
      "{{ .a }}",
      ["missing-value"],
    ],
    [
      "items",
      { properties: { l: { items: { properties: { x: {} } } } } },
      "{{ range .l }}{{ .y }}{{ end }}",
      ["unknown-field"],
    ],
    [
      "prefixItems",
      { properties: { l: { prefixItems: [{ type: "string" }] } } },
      "{{ range .l }}{{ .y }}{{ end }}",
      ["no-fields"],
    ],
    [
      "local $ref",
      { $defs: { p: { properties: { x: {} } } }, properties: { a: { $ref: "#/$defs/p" } } },
      "{{ with .a }}{{ .y }}{{ end }}",
      ["unknown-field"],
    ],
    [
      "a $ref with escapes",
      { "a/b": { "c~d": { type: "boolean" } }, properties: { a: { $ref: "#/a~1b/c~0d" } }, required: ["a"] },
      "{{ range .a }}{{ end }}",
      ["range-over"],
    ],
    [
      "a $ref to the root",
      { properties: { a: { $ref: "#" }, n: {} }, required: ["a"] },
      "{{ .a.a.a.x }}",
      ["unknown-field"],
    ],
    [
      "enum",
      { properties: { a: { enum: ["x", "y"] } }, required: ["a"] },
      "{{ if gt .a 3 }}x{{ end }}",
      ["comparison"],
    ],
    ["const", { properties: { a: { const: 3 } }, required: ["a"] }, "{{ .a.x }}", ["no-fields"]],
    ["integer", { properties: { a: { type: "integer" } }, required: ["a"] }, "{{ if gt .a 3 }}x{{ end }}", []],
    [
      "number",
      { properties: { a: { type: "number" } }, required: ["a"] },
      "{{ if gt .a 3 }}x{{ end }}",
      ["comparison"],
    ],
    [
      "allOf",
      { allOf: [{ properties: { a: {} }, required: ["a"] }, { properties: { b: {} } }] },
      "{{ .a }}{{ .c }}",
      ["unknown-field"],
    ],
    [
      "anyOf",
      {
        anyOf: [{ properties: { a: { type: "string" } }, required: ["a"] }, { properties: { b: { type: "string" } } }],
      },
      "{{ .a }}{{ .b }}",
      ["missing-value", "missing-value"],
    ],
    [
      "oneOf that all require it",
      {
        oneOf: [
          { properties: { a: { type: "string" } }, required: ["a"] },
          { properties: { a: { type: "string" } }, required: ["a"] },
        ],
      },
      "{{ .a }}",
      [],
    ],
    ["additionalProperties: true", { properties: { a: {} }, additionalProperties: true }, "{{ .b }}", []],
    [
      "additionalProperties: a schema",
      { properties: { a: {} }, additionalProperties: { type: "string" } },
      "{{ .b }}",
      [],
    ],
    ["patternProperties", { properties: { a: {} }, patternProperties: { "^x": {} } }, "{{ .xb }}", []],
    ["an object of anything", { properties: { o: { type: "object" } }, required: ["o"] }, "{{ .o.x.y }}", []],
    ["true", true, "{{ .x.y }}", []],
    [
      "a type that says nothing",
      { properties: { a: {} }, required: ["a"] },
      "{{ .a.b }}{{ range .a }}{{ end }}{{ len .a }}",
      [],
    ],
  ])("%s", (_, schema, text, want) => {
    expect(rulesIn(text, schema)).toEqual(want);
  });

  test("that refers to itself without anything between says nothing", () => {
    expect(rulesIn("{{ .x }}", { $ref: "#" })).toEqual([]);
    expect(rulesIn("{{ .x }}", { anyOf: [{ $ref: "#" }, { properties: { x: {} } }] })).toEqual(["missing-value"]);
  });

  test("of another document is refused", () => {
    expect(() => shapeOfSchema({ $ref: "https://example.com/schema" })).toThrow(/only references within the schema/);
  });
});
