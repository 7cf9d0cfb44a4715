import { describe, expect, test } from "vitest";
import { alerting, sprig } from "../../src/functions/index.ts";
import { completionsAt, definitionAt, functionDoc, hoverAt, type TemplateText } from "../../src/language/index.ts";
import { shapeFromJson, shapeOf, shapeToJson } from "../../src/lint/index.ts";

const shape = shapeOf([
  { first_name: "Ada", plan: { name: "pro", seats: 3 }, orders: [{ id: 7 }] },
  { plan: { name: "free", seats: 1 }, orders: [] },
]);
const options = { functions: [sprig, alerting], shape: shapeFromJson(shapeToJson(shape)) };

/** The template, and the offset of the mark ‸ in it. */
function cursor(marked: string): [TemplateText, number] {
  return [{ text: marked.replace("‸", ""), options }, marked.indexOf("‸")];
}

test("completion knows fields, variables, functions, keywords and templates", () => {
  expect(completionsAt(...cursor("{{ .‸"))).toEqual([
    { label: "first_name", kind: "field", detail: "text, missing in 1 of 2 profiles" },
    { label: "plan", kind: "field", detail: "a map of fields" },
    { label: "orders", kind: "field", detail: "a list" },
  ]);
  expect(completionsAt(...cursor('{{ define "x" }}a{{ end }}{{ template "‸'))).toEqual([
    { label: "x", kind: "template" },
  ]);
  const all = completionsAt(...cursor("{{ $p := .plan }}{{ ‸ }}"));
  expect(all).toContainEqual({ label: "$p", kind: "variable", detail: "a map of fields" });
  expect(all).toContainEqual({ label: "$", kind: "variable", detail: "the whole profile" });
  expect(all).toContainEqual({ label: "upper", kind: "function", documentation: functionDoc("upper") });
  expect(all).toContainEqual({
    label: "end",
    kind: "keyword",
    documentation: "Ends if, with, range, define and block.",
  });
  expect(completionsAt(...cursor("text .‸"))).toEqual([]);
});

test("hover says what a name is, and where it stands", () => {
  expect(hoverAt(...cursor("{{ .plan.se‸ats }}"))).toEqual({
    text: "`.plan.seats`: a whole number",
    span: { start: 8, end: 14 },
  });
  expect(hoverAt(...cursor("{{ up‸per .plan.name }}"))?.text).toBe(functionDoc("upper"));
  expect(hoverAt(...cursor("te‸xt"))).toBeUndefined();
});

test("definition finds variables and templates", () => {
  expect(definitionAt(...cursor("{{ $p := .plan }}{{ $‸p.name }}"))).toEqual({ start: 3, end: 5 });
  expect(definitionAt(...cursor('{{ define "x" }}b{{ end }}{{ template "‸x" . }}'))).toEqual({ start: 0, end: 16 });
  expect(definitionAt(...cursor("{{ .pl‸an }}"))).toBeUndefined();
});

describe("documentation", () => {
  test.each(["abbrev", "formatNumber", "len"])("%s has one", (name) => {
    expect(functionDoc(name)).toMatch(new RegExp(`^\`${name} `));
  });
  test.each(["nope", "constructor", "__proto__"])("%s has none", (name) => {
    expect(functionDoc(name)).toBeUndefined();
  });
});
