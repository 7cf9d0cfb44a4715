import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomCase } from "../../conformance/arbitrary.ts";
import { decodeData } from "../../conformance/data.ts";
import { functions } from "../../conformance/functions.ts";
import { answer } from "../../conformance/run.ts";
import { applyEdits, applyFixes, type Finding, type LintOptions, lint } from "../../src/lint/index.ts";
import { lintCases } from "./cases.ts";

/** Applies fixes until there are none left. */
function fixed(text: string, options: LintOptions): { readonly text: string; readonly rounds: number } {
  let now = text;
  for (let rounds = 0; rounds < 20; rounds++) {
    const { text: next, applied } = applyFixes(now, lint(now, options));
    if (applied.length === 0) return { text: now, rounds };
    now = next;
  }
  return { text: now, rounds: Number.POSITIVE_INFINITY };
}

describe("what is fixed", () => {
  test.each([
    ["{{ if eq .a “b” }}x{{ end }}", '{{ if eq .a "b" }}x{{ end }}'],
    ["{{ if eq .a subscribed” }}x{{ end }}", '{{ if eq .a "subscribed" }}x{{ end }}'],
    ["{{ .a | default ‘it’ }} and {{ .b | default „b“ }}", '{{ .a | default "it" }} and {{ .b | default "b" }}'],
    ["{{ /* c */ }}x", "{{/* c */}}x"],
    ["{{-  /* c */ -}}x", "{{- /* c */ -}}x"],
    ["a{{ .b\u00a0}}", "a{{ .b }}"],
    ['{{ .b\u00a0| default "\u00a0" }}', '{{ .b | default "\u00a0" }}'],
    ["{{ with $x := .a }}{{ . }}{{ end }}", "{{ with .a }}{{ . }}{{ end }}"],
  ])("%s", (text, want) => {
    expect(fixed(text, {}).text).toBe(want);
  });

  test("a forgotten dot, where the data has the field", () => {
    const options = { samples: [{ name: "Ada" }] };
    expect(fixed("{{ name }} {{ if name }}x{{ end }}", options).text).toBe("{{ .name }} {{ if .name }}x{{ end }}");
    expect(fixed("{{ . name }}{{ if . name }}x{{ end }}", options).text).toBe("{{ .name }}{{ if .name }}x{{ end }}");
    expect(fixed("{{ nmae }}", options).text).toBe("{{ nmae }}");
  });

  test("all in one round, where they do not touch", () => {
    const text = "{{ if eq .a “b” }}x{{ end }}{{ /* c */ }}{{ .d | default “e” }}";
    expect(fixed(text, {})).toEqual({
      text: '{{ if eq .a "b" }}x{{ end }}{{/* c */}}{{ .d | default "e" }}',
      rounds: 1,
    });
  });
});

test("fixes that overlap wait for another round", () => {
  const finding = (start: number, end: number): Finding =>
    ({ fix: { message: "", edits: [{ start, end, text: "x" }] } }) as unknown as Finding;
  const findings = [finding(0, 2), finding(1, 3), finding(3, 4)];
  expect(applyFixes("abcd", findings)).toEqual({ text: "xcx", applied: [findings[0], findings[2]] });
});

test("edits are applied by place, whatever their order", () => {
  expect(
    applyEdits("abc", [
      { start: 2, end: 3, text: "C" },
      { start: 0, end: 0, text: ">" },
    ]),
  ).toBe(">abC");
});

/** Returns the result of a template, without places. */
const outcome = (one: Parameters<typeof answer>[0]) => {
  const { output, phase } = answer(one, "int");
  return { output, phase };
};

test("a fix never changes what a correct template renders, and what was fixed needs no fix", () => {
  fc.assert(
    fc.property(randomCase, (one) => {
      const options = {
        delims: one.delims,
        functions: one.functions ? [functions] : [],
        templates: Object.fromEntries(one.templates ?? []),
        samples: [decodeData(one.data)],
      };
      const before = outcome(one);
      if (before.phase !== undefined) return;
      const { text, rounds } = fixed(one.template, options);
      expect(rounds).toBeLessThan(20);
      expect(outcome({ ...one, template: text })).toEqual(before);
    }),
    { numRuns: 500 },
  );
});

test("fixes end for every wrong alert, and leave fewer findings", () => {
  for (const { alert, options } of lintCases("bad")) {
    for (const part of ["title", "body"] as const) {
      const text = alert[part];
      if (text === undefined) continue;
      const before = lint(text, { ...options, part });
      const after = fixed(text, { ...options, part });
      expect(after.rounds).toBeLessThan(20);
      if (after.rounds > 0) expect(lint(after.text, { ...options, part }).length).toBeLessThan(before.length);
    }
  }
});
