import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { payloadNamed } from "../../conformance/alertmanager/case.ts";
import { alerting, alertmanager, alertmanagerData } from "../../src/functions/index.ts";
import { compile } from "../../src/index.ts";

/** What the documentation of a set says of each function: how it is called, and what examples give. */
function documented(files: readonly string[]): Map<string, string> {
  const sources = files.map((file) => readFileSync(join(import.meta.dirname, "../../src/functions", file), "utf8"));
  const sets = sources.map((source) => source.slice(source.indexOf("export const ")));
  const entries = sets.join("").matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+)[:,]/g);
  return new Map([...entries].map(([, text, name]) => [name!, text!.replace(/\s*\n\s*\*\s*/g, " ").trim()]));
}

const examples = /`([^`]*\{\{[^`]*)`(?: with `(\{[^`]*\})`)? → `([^`]*)`/g;

describe.each([
  ["alerting", alerting, undefined, ["alerting/index.ts"]],
  [
    "alertmanager",
    alertmanager,
    alertmanagerData(payloadNamed("firing")),
    ["alertmanager/index.ts", "alertmanager/grafana.ts"],
  ],
] as const)("%s", (_, set, data, files) => {
  const entries = documented(files);
  test.each(Object.keys(set))("%s", (name) => {
    const text = entries.get(name) ?? "";
    expect(text).toMatch(new RegExp(`^\`${name}(?: [^\`]+)?\`: `));
    const found = [...text.matchAll(examples)];
    expect(found.length).toBeGreaterThan(0);
    for (const [, template, profile, expected] of found) {
      const compiled = compile(template!, { functions: [set], clock: () => new Date("2026-11-24T18:30:00Z") });
      const rendered = compiled.render(profile === undefined ? data : JSON.parse(profile));
      expect(rendered).toBe(expected);
    }
  });
});
