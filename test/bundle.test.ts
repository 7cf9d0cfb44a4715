import { builtinModules } from "node:module";
import { expect, test } from "vitest";
import { bundle } from "./bench/bundle.ts";

const { code, gzipped, modules, imports } = await bundle();

/** Shares: parsing and rendering text 60,100, the functions `alerting` 4,400, escaping HTML and JSON 13,000. */
test("is at most 81,200 bytes, gzipped", () => {
  expect(gzipped).toBeLessThanOrEqual(81_200);
});

test("has the functions that alerts have by default, and no others", () => {
  const functions = modules.filter((path) => path.startsWith("src/functions/"));
  expect(functions).toContain("src/functions/alerting/index.ts");
  const heavy = /^src\/functions\/(?:sprig|alertmanager|index|regexp|layout|zone)|node_modules\/(?!@?chevrotain)/;
  expect(modules.filter((path) => heavy.test(path))).toEqual([]);
});

test("needs nothing of Node, and nothing else at run time", () => {
  const ofNode = modules.filter((path) => path.startsWith("node:") || builtinModules.includes(path));
  expect(ofNode).toEqual([]);
  expect(imports).toEqual([]);
});

test("has nothing of the linter, which needs nothing of Node either", async () => {
  const isLint = (path: string): boolean => path.startsWith("src/lint/");
  expect(modules.filter(isLint)).toEqual([]);
  const linter = await bundle(["lint"], "./src/lint/index.ts");
  expect(linter.modules.filter(isLint)).not.toEqual([]);
  expect(linter.imports).toEqual([]);
});

test("renders", async () => {
  const url = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
  const { compile, renderAlert, TemplateError } = await import(/* @vite-ignore */ url);
  expect(renderAlert({ first_name: "Zoë" }, { title: "Hey, {{ .first_name }}" })).toEqual({ title: "Hey, Zoë" });
  expect(renderAlert({ x: "<" }, { title: "", html: "<p>{{ .x }}</p>" }).html).toBe("<p>&lt;</p>");
  expect(() => compile("{{ .first_name")).toThrow(TemplateError);
});
