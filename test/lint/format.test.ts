import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomCase } from "../../conformance/arbitrary.ts";
import type { Case } from "../../conformance/case.ts";
import { answer, caseFiles } from "../../conformance/run.ts";
import { TemplateError } from "../../src/index.ts";
import { format } from "../../src/lint/index.ts";
import { sized } from "../sized.ts";
import { errorOf } from "../thrown.ts";

describe("canonical spacing", () => {
  test.each([
    ["{{.a}}", "{{ .a }}"],
    ["{{  .a|f   .b  }}", "{{ .a | f .b }}"],
    ["{{-  .a   -}}", "{{- .a -}}"],
    ["{{- 3}}{{-3}}{{3 -}}", "{{- 3 }}{{ -3 }}{{ 3 -}}"],
    ["{{$x:=.a}}{{$x  =1}}{{$x}}", "{{ $x := .a }}{{ $x = 1 }}{{ $x }}"],
    ["{{range $i,$e:=.l}}{{$e.x}}{{end}}", "{{ range $i, $e := .l }}{{ $e.x }}{{ end }}"],
    ["{{if(eq .a  (len .b) ).c}}{{else   if  .x}}{{end}}", "{{ if (eq .a (len .b)).c }}{{ else if .x }}{{ end }}"],
    ['{{template  "x".}}{{define  `x`}}{{end}}', '{{ template "x" . }}{{ define `x` }}{{ end }}'],
    ["a  {{/*  c  */}}  {{- /* d */ -}} b", "a  {{/*  c  */}}  {{- /* d */ -}} b"],
    ['  {{printf\n"%s"\n\n  .a}}\n', '  {{ printf\n    "%s"\n    .a }}\n'],
    ["{{`\n  raw`}}", "{{ `\n  raw` }}"],
  ])("%s", (text, want) => {
    expect(format(text)).toBe(want);
  });

  test("text is never touched", () => {
    const text = " a \t\n\n } }} {{ .a }}  \r\n{ {";
    expect(format(text)).toBe(text);
  });

  test("with other delimiters", () => {
    expect(format("<%.a%>{{.b}}", { delims: ["<%", "%>"] })).toBe("<% .a %>{{.b}}");
  });

  test("functions need not exist, the syntax has to be right", () => {
    expect(format("{{shout .a}}")).toBe("{{ shout .a }}");
    expect(errorOf(() => format("{{.a", { name: "x" }))).toMatchObject({ message: "template: x:1: unclosed action" });
    expect(errorOf(() => format("{{.a"))).toBeInstanceOf(TemplateError);
  });
});

/** Checks that the formatted template renders the same; places in messages differ. */
function checked(one: Case): void {
  let text: string;
  try {
    text = format(one.template, { delims: one.delims });
  } catch (error) {
    if (error instanceof TemplateError) return;
    throw error;
  }
  expect(format(text, { delims: one.delims })).toBe(text);
  const { output, phase } = answer(one, "int");
  const { output: formatted, phase: formattedPhase } = answer({ ...one, template: text }, "int");
  expect({ template: text, output: formatted, phase: formattedPhase }).toEqual({ template: text, output, phase });
}

test.each(caseFiles())("recorded templates render the same when formatted: $file.section", ({ file: { cases } }) => {
  for (const one of cases) checked(one);
});

test("random templates render the same when formatted, and are formatted once", () => {
  fc.assert(fc.property(randomCase, checked), { numRuns: sized(125, 1000) });
});
