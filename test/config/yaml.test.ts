import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readConfig } from "../../src/config/index.ts";
import { alertSource } from "../../src/files/alert-file.ts";

const anything = z.record(z.string(), z.unknown());
const read = (text: string): unknown => readConfig("tocsin.yaml", text, anything).value;
const nested = (open: string, close: string, depth: number): string =>
  `a: ${open.repeat(depth)}1${close.repeat(depth)}`;

describe("YAML that would take the stack, or forever", () => {
  test.each([
    ["lists in brackets", nested("[", "]", 20_000)],
    ["brackets that are never closed", nested("[", "", 20_000)],
    ["maps in braces", nested("{a: ", "}", 20_000)],
    ["lists with hyphens", `a:\n  ${"- ".repeat(20_000)}1`],
    ["maps on lines", Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
  ])("%s", (_, text) => {
    const message = "more than 100 maps and lists inside each other; nest less";
    expect(() => read(text)).toThrow(message);
    expect(() => alertSource("a.yaml", text)).toThrow(message);
  });

  test("has its place", () => {
    expect(() => read(`x: 1\n${nested("[", "]", 200)}`)).toThrow(
      expect.objectContaining({ line: 2, file: "tocsin.yaml" }),
    );
  });

  test("ninety deep is read", () => {
    let value = (read(nested("[", "]", 90)) as { a: unknown }).a;
    for (let depth = 0; depth < 90; depth++) [value] = value as unknown[];
    expect(value).toBe(1);
  });

  test("aliases of aliases of aliases", () => {
    const bomb = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join("\n");
    expect(() => read(`a0: &a0 [x, x]\n${bomb}`)).toThrow(
      "the aliases of this file stand for more than 10000 values; write out what is meant",
    );
  });

  test("an alias of what it stands in", () => {
    expect(() => read("a: &a [*a]")).toThrow("an alias of nothing");
  });

  test("an alias is what stood before it by that name", () => {
    expect(read("a: &x 1\nb: &y { c: *x }\nd: &x 2\ne: *y\nf: *x")).toEqual({
      a: 1,
      b: { c: 1 },
      d: 2,
      e: { c: 1 },
      f: 2,
    });
  });
});
