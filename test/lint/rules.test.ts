import { describe, expect, test } from "vitest";
import { type Finding, lint, rules } from "../../src/lint/index.ts";
import type { Example } from "../../src/lint/rule.ts";

/** Lints the examples of the rules, which are their documentation and here their test. */
const linted = (example: Example): Finding[] =>
  typeof example === "string" ? lint(example) : lint(example.text, example.options);
const shown = (example: Example): string => (typeof example === "string" ? example : JSON.stringify(example));
const brief = (findings: readonly Finding[]) => findings.map(({ rule, message }) => `${rule}: ${message}`);

describe.each(rules)("$name", ({ name, examples: { good, bad }, summary, reason }) => {
  test.each(good.map((example) => [shown(example), example] as const))("finds nothing in %s", (_, example) => {
    expect(brief(linted(example))).toEqual([]);
  });

  test.each(bad.map((example) => [shown(example), example] as const))("finds this alone in %s", (_, example) => {
    const found = linted(example);
    expect(found.length, "findings").toBeGreaterThan(0);
    expect(brief(found.filter(({ rule }) => rule !== name))).toEqual([]);
  });

  test("is documented in sentences", () => {
    expect(good.length).toBeGreaterThan(0);
    expect(bad.length).toBeGreaterThan(0);
    expect(summary).toMatch(/^[A-Z`].*[.]$/);
    expect(reason).toMatch(/^[A-Z`].*[.]$/s);
  });
});

test("names are unique", () => {
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
});
