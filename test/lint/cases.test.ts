import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileAlert } from "../../src/index.ts";
import { rules } from "../../src/lint/index.ts";
import { expectedFile, lintCases, shownFindings } from "./cases.ts";

const ok = lintCases("ok");
const bad = lintCases("bad");

describe("alerts as they should be", () => {
  test.each(ok)("$name: nothing is found", (one) => {
    expect(shownFindings(one)).toBe("");
  });

  test.each(ok)("$name: every sample renders", ({ alert, options: { samples = [], schema: _, ...options } }) => {
    const { html: _html, ...text } = alert; // escaping is not tested here
    const { delims, functions, numbers, missingKey, templates } = options;
    const compiled = compileAlert(text, { delims, functions, numbers, missingKey, templates });
    for (const sample of samples) {
      for (const part of Object.values(compiled.render(sample))) expect(part).not.toMatch(/<no value>|%!/);
    }
  });

  test("there are enough of them", () => {
    expect(ok.length).toBeGreaterThanOrEqual(100);
  });
});

describe("alerts with mistakes", () => {
  test.each(bad)("$name: all is found, and nothing else", async (one) => {
    await expect(shownFindings(one)).toMatchFileSnapshot(expectedFile(one.name));
  });

  test("there are enough of them, and each has its expected file", () => {
    expect(bad.length).toBeGreaterThanOrEqual(60);
    expect(bad.map(({ name }) => name).filter((name) => !existsSync(expectedFile(name)))).toEqual([]);
  });

  test("every rule finds something", () => {
    const found = new Set(
      bad.flatMap((one) => [...shownFindings(one).matchAll(/\[([a-z-]+)\]$/gm)].map(([, rule]) => rule)),
    );
    // A case with a thousand mistakes would not be readable.
    expect(rules.map(({ name }) => name).filter((name) => !found.has(name))).toEqual(["too-many-findings"]);
  });
});
