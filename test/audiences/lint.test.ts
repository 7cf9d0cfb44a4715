import { expect, test } from "vitest";
import { lintCondition } from "../../src/audiences/index.ts";
import { sprig } from "../../src/functions/index.ts";

const profile = { email: "a@x.y", visits: 11, plan: { name: "pro" } };
const options = { profile, functions: [sprig] };
const shown = (where: string) =>
  lintCondition(where, options).map(({ rule, line, column, endLine, endColumn }) => [rule, line, column, endLine, endColumn]); // biome-ignore format: one line

test.each<[string, unknown[]]>([
  ['and .email (gt .visits 10) (eq .plan.name "pro")', []],
  ["$n := .visits | gt 5", [["unused-variable", 1, 1, 1, 3]]],
  [".emial", [["unknown-field", 1, 1, 1, 7]]],
  ["and .email\n  .plan.nam", [["unknown-field", 2, 8, 2, 12]]],
  ["nosuch .email", [["unknown-function", 1, 1, 1, 7]]],
  ["gt .email 10", [["comparison", 1, 1, 1, 13]]],
  ["true", [["constant-condition", 1, 1, 1, 5]]],
  [".email)", [["syntax", 1, 7, 1, 8]]],
  ["(.email", [["syntax", 1, 8, 1, 8]]],
  ["", [["syntax", 1, 1, 1, 1]]],
  ["{{ .email }}", [["syntax", 1, 1, 1, 1]]],
  [".email}}x{{end}}{{if .visits", [["syntax", 1, 7, 1, 7]]],
])("%j: %j", (where, expected) => {
  expect(shown(where)).toEqual(expected);
});

test("a finding has the place, the excerpt, Go's words and the changes of the condition's own text", () => {
  const [finding] = lintCondition(".plan.nmae", options);
  expect(finding).toMatchObject({
    rule: "unknown-field",
    name: "where",
    span: { start: 5, end: 10 },
    byteColumn: 5,
    excerpt: "1 | .plan.nmae\n  |      ^^^^^",
    suggestions: [{ edits: [{ start: 5, end: 10, text: ".name" }] }],
  });
  const go = (where: string) => lintCondition(where, { ...options, name: "vip" })[0]!.go;
  const words = "error calling gt: incompatible types for comparison: string and int";
  expect(go("gt .email 10")).toBe(`template: vip:1:0: executing "vip" at <gt .email 10>: ${words}`);
  expect(go("not (gt .email 10)")).toBe(`template: vip:1:5: executing "vip" at <gt .email 10>: ${words}`);
  expect(go("not\n (gt .email 10)")).toBe(`template: vip:2:2: executing "vip" at <gt .email 10>: ${words}`);
  expect(go("nosuch 1")).toBe('template: vip:1: function "nosuch" not defined');
});

test("what would change the text around the condition is not proposed", () => {
  for (const where of ["(.email", ".email\u00a0", 'eq .email "x', ".email }"]) {
    const findings = lintCondition(where, options);
    expect(findings).not.toEqual([]);
    const edits = findings.flatMap(({ fix, suggestions }) => [...(fix ? [fix] : []), ...suggestions].flatMap((one) => one.edits)); // biome-ignore format: one line
    for (const { start, end } of edits) {
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(where.length);
    }
  }
});

test("rules can be turned off and weighed otherwise", () => {
  expect(lintCondition("", { rules: { syntax: "off" } })).toEqual([]);
  expect(lintCondition("", { rules: { syntax: "info" } })[0]!.severity).toBe("info");
  expect(lintCondition(".emial", { ...options, rules: { "unknown-field": "off" } })).toEqual([]);
  for (const where of ["", ".a"])
    expect(() => lintCondition(where, { rules: { nosuch: "off" } })).toThrow(
      new TypeError("rules: there is no rule nosuch"),
    );
});
