import { expect, test } from "vitest";
import { format, lint } from "../../src/lint/index.ts";

const brief = (text: string, options = {}): string[] =>
  lint(text, options).map(({ rule, line, column, byteColumn }) => `${rule} ${line}:${column}:${byteColumn}`);

test("of more findings than are told the first are, and one more says so at the end", () => {
  const text = "ä {{ first_name }}\n".repeat(1500);
  const found = lint(text);
  expect(found.length).toBe(1001);
  expect(found.slice(0, -1).every(({ rule }) => rule === "forgotten-dot")).toBe(true);
  expect(found.at(-2)).toMatchObject({ line: 1000, column: 6, byteColumn: 6 });
  expect(found.at(-1)).toMatchObject({ rule: "too-many-findings", severity: "error", line: 1501, column: 1 });
  expect(found.at(-1)!.message).toContain("the rest of it may hold others");
});

test("warnings are cut as errors are, by what is found while the text is walked", () => {
  const text = '{{ if "a" }}x{{ end }}'.repeat(12);
  expect(brief(text, { maxFindings: 10 }).slice(9)).toEqual([
    "constant-condition 1:205:204",
    "too-many-findings 1:265:264",
  ]);
  expect(lint(text, { maxFindings: 10 }).at(-1)!.message).toBe(
    "More than 10 findings in one text: the rest of it was not checked. Correct these, or turn off the rule that reports most of them, then lint again.",
  );
  expect(brief(text, { maxFindings: 12 }).length).toBe(12);
  expect(brief(text, { maxFindings: 10, rules: { "too-many-findings": "off" } }).length).toBe(10);
  expect(() => lint("x", { maxFindings: -1 })).toThrow(TypeError);
});

test("what comments turn off does not count", () => {
  const text = `{{/* tocsin-disable */}}${"{{ a }}".repeat(50)}\n{{/* tocsin-enable */}}{{ a }}`;
  expect(brief(text, { maxFindings: 1 })).toEqual(["forgotten-dot 2:27:26"]);
});

test("more mistakes than are looked for in one text are said to be more", () => {
  const text = "{{ if eq .a “b” }}x{{ end }}\n".repeat(60);
  const found = brief(text);
  expect(found.filter((one) => one.startsWith("typographic-quotes")).length).toBe(51);
  expect(found.at(-1)).toMatch(/^too-many-findings 61:1/);
});

test("twenty mistakes are told of one action", () => {
  expect(brief(`{{ print ${"a ".repeat(30)}}}`).length).toBe(20);
});

test("a chain of else ifs is gone through once, and asks twice where it did before", () => {
  const chain = Array.from({ length: 150 }, (_, i) => `{{ ${i === 0 ? "" : "else "}if eq .a ${i % 149} }}x`).join("");
  expect(lint(`${chain}{{ end }}`).map(({ rule, span }) => [rule, span.start])).toEqual([
    ["constant-condition", chain.lastIndexOf("eq .a 0")],
  ]);
});

test("templates that call each other in a long row are a loop only where they come back", () => {
  const row = (last: string): string =>
    Array.from({ length: 500 }, (_, i) => `{{ define "t${i}" }}{{ template "t${i + 1}" . }}{{ end }}`).join("") +
    `{{ define "t500" }}${last}{{ end }}{{ template "t0" . }}`;
  const loops = (text: string): number => lint(text).filter(({ rule }) => rule === "recursion").length;
  expect(loops(row("x"))).toBe(0);
});

test("lines of actions are indented by where the first of them stands", () => {
  const text = "  x {{ .a\n| print }}{{ .b\n| print }}\n{{ .c\n| print }}";
  const formatted = "  x {{ .a\n    | print }}{{ .b\n    | print }}\n{{ .c\n  | print }}";
  expect(format(text)).toBe(formatted);
  expect(format(formatted)).toBe(formatted);
});
