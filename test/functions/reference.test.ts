import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TemplateError } from "../../grammar/index.ts";
import { compile } from "../../src/compile.ts";
import {
  documented,
  type Example,
  reference,
  referenceModule,
  referenceModulePath,
  referencePath,
  sets,
} from "./reference.ts";

test("docs/functions.md and src/language/function-docs.ts are up to date: npm run docs", () => {
  expect(readFileSync(referencePath, "utf8")).toBe(reference());
  expect(readFileSync(referenceModulePath, "utf8")).toBe(referenceModule());
});

describe.each(sets)("$name", ({ name, set, options, profile }) => {
  const entries = documented(name);
  const shown = ({ template, profile: given }: Example): string => {
    try {
      return compile(template, options).render(given === undefined ? profile : JSON.parse(given));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return `error: ${error.message.replace(/^.*?: error calling \w+: /s, "")}`;
    }
  };
  test("every docstring is about a function", () => {
    expect([...entries.keys()].sort()).toEqual(Object.keys(set).sort());
  });
  test.each(Object.keys(set))("%s", (id) => {
    const { text, examples } = entries.get(id)!;
    expect(text).toMatch(new RegExp(`^\`${id}(?: [^\`]+)?\`: `));
    expect(examples.length).toBeGreaterThan(0);
    for (const one of examples) {
      expect(one.template).toMatch(new RegExp(`\\b${id}\\b`));
      expect(shown(one)).toBe(one.result);
    }
  });
});
