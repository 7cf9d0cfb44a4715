import { expect, test } from "vitest";
import { sprig } from "../../src/functions/index.ts";
import { compile, type LanguageOptions } from "../../src/template/index.ts";
import { errorOf } from "../thrown.ts";

/** Checks that regular expressions are RE2: no pattern and no text stalls a render. */

const render = (text: string, profile: unknown = {}, options: LanguageOptions = {}): string =>
  compile(text, { name: "t", functions: [sprig], ...options }).render(profile);

test.each([
  ["(a*)*$", "a".repeat(50_000), true],
  ["(a|aa)+$", `${"a".repeat(20_000)}b`, false],
  ["^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(5_000), false],
  ["(x+x+)+y", "x".repeat(20_000), false],
])("%s is linear in its text", (pattern, text, matches) => {
  expect(render("{{ regexMatch .pattern .text }}", { pattern, text })).toBe(String(matches));
});

test.each([
  ["x{1000}".repeat(200), "steps"],
  ["(x{100}){10}".repeat(5_000), "steps"],
  ["[a-z]".repeat(3_000_000), "steps"],
])("a pattern that would become a program of millions is not compiled", (pattern, limit) => {
  const error = errorOf(() => render("{{ regexMatch .pattern `x` }}", { pattern }, { limits: { steps: 100_000 } }));
  expect(error).toMatchObject({ limit });
});

test("replacements that grow stop at the output limit", () => {
  const profile = { text: "x".repeat(1000), by: "$0$0".repeat(1000) };
  const error = errorOf(() => render("{{ regexReplaceAll `x` .text .by }}", profile, { limits: { output: 100_000 } }));
  expect(error).toMatchObject({ limit: "output" });
});

test("a pattern counts the same whether or not it was compiled before", () => {
  const limits = { steps: 1_000 };
  const text = "{{ regexMatch `^[a-c]{3}$` `abc` }}";
  const first = render(text, {}, { limits });
  for (let steps = 1; steps < 1_000; steps += 50) {
    const outcome = (): string => {
      try {
        return render(text, {}, { limits: { steps } });
      } catch {
        return "limit";
      }
    };
    expect(outcome()).toBe(outcome());
  }
  expect(first).toBe("true");
});
