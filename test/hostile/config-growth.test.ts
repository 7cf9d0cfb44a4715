import { describe, expect, test } from "vitest";
import { LineCounter } from "yaml";
import { z } from "zod";
import { readConfig } from "../../src/config/file.ts";
import { readYaml } from "../../src/files/yaml.ts";
import { growthOf } from "../growth.ts";

/** Linear is 2; what is more is allowed for a logarithm. */
const linear = 2.3;

const lines = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n / line(1000).length }, (_, i) => line(i)).join("");

/** Files of about `n` characters. */
const files: Readonly<Record<string, (n: number) => string>> = {
  keys: (n) => lines(n, (i) => `k${i}: 1\n`),
  "one key over and over": (n) => lines(n, () => "k: 1\n"),
  items: (n) => `k:\n${lines(n, () => "- 1\n")}`,
  "items on one line": (n) => `k: [${"1,".repeat(n / 2)}]`,
  "maps on one line": (n) => `k: [${"{a: 1},".repeat(n / 7)}]`,
  "what is never closed": (n) => `k: [${"{a: 1},".repeat(n / 7)}`,
  anchors: (n) => `k:\n${lines(n, (i) => `- &a${i} 1\n`)}`,
  aliases: (n) => `a: &a 1\nk:\n${lines(n, () => "- *a\n")}`,
  "anchors and aliases": (n) => `k:\n${lines(n, (i) => `- &a${i} 1\n- *a${i}\n`)}`,
  "an anchor over and over": (n) => `k:\n${lines(n, () => "- &a 1\n- *a\n")}`,
  "aliases of a long list": (n) => `a: &a [${"1,".repeat(20)}]\nk:\n${lines(n / 4, () => "- *a\n")}`,
  "aliases of nothing": (n) => `k:\n${lines(n, (i) => `- *a${i}\n`)}`,
  nesting: (n) => `k: ${"[".repeat(n)}`,
  "nesting by indentation": (n) => Array.from({ length: Math.sqrt(n) }, (_, i) => `${" ".repeat(i)}a:\n`).join(""),
  comments: (n) => `${lines(n, () => "# a\n")}k: 1`,
  "one text": (n) => `k: ${"word ".repeat(n / 5)}`,
  "a text with escapes": (n) => `k: "${"\\u0041".repeat(n / 6)}"`,
  "a text of many lines": (n) => `k: |\n${lines(n, () => "  line\n")}`,
  "a text that is folded": (n) => `k: >\n${lines(n, () => "  line\n")}`,
  "plain lines": (n) => `k: a\n${lines(n, () => "  line\n")}`,
  "quotes that are never closed": (n) => `k: "${lines(n, () => " line\n")}`,
  documents: (n) => lines(n, () => "---\na: 1\n"),
  "white space": (n) => `k:${" ".repeat(n)}1`,
  "what is no YAML": (n) => lines(n, () => "a: b: c\n"),
  tabs: (n) => lines(n, () => "\ta: 1\n"),
  tags: (n) => `k:\n${lines(n, () => "- !a 1\n")}`,
  "of the environment": (n) => `k:\n${lines(n, () => "- ${TOKEN}\n")}`,
  "of the environment in one text": (n) => `k: ${"${TOKEN} ".repeat(n / 9)}`,
  "of the environment, unfinished": (n) => `k: ${"${".repeat(n / 2)}`,
  "of the environment, and a long message": (n) =>
    `k:\n${lines(n / 2, () => "- ${TOKEN}\n")}? "${"x".repeat(n / 2)}"\n: 1`,
};

const env = { TOKEN: "a long secret" };
const schema = z.strictObject({ k: z.unknown(), a: z.unknown().optional() });

describe("what reading a configuration costs grows as the file", () => {
  test.each(Object.entries(files))("%s", (_, make) => {
    const { factor, most } = growthOf(800, make, (text) => readConfig("tocsin.yaml", text, schema, env));
    expect(factor, most).toBeLessThan(linear);
  });

  test("what is wrong is found in time that grows as the file", () => {
    const { factor, most } = growthOf(800, files["one key over and over"]!, (text) => {
      expect(readYaml(text, new LineCounter()).problems.length).toBeGreaterThan(10);
    });
    expect(factor, most).toBeLessThan(linear);
  });
});
