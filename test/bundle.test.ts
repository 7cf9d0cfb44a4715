import { builtinModules } from "node:module";
import { expect, test } from "vitest";
import { bundle } from "./bench/bundle.ts";

const { code, gzipped, modules, imports } = await bundle();

/** Of 68,900 bytes, parsing and rendering text are 57,100 and escaping HTML is 11,800. */
test("is at most 70,000 bytes, gzipped", () => {
  expect(gzipped).toBeLessThanOrEqual(70_000);
});

test("needs nothing of Node, and nothing else at run time", () => {
  const ofNode = modules.filter((path) => path.startsWith("node:") || builtinModules.includes(path));
  expect(ofNode).toEqual([]);
  expect(imports).toEqual([]);
});

test("renders", async () => {
  const url = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
  const { compile, renderAlert, TemplateError } = await import(/* @vite-ignore */ url);
  expect(renderAlert({ first_name: "Zoë" }, { title: "Hey, {{ .first_name }}" })).toEqual({ title: "Hey, Zoë" });
  expect(renderAlert({ x: "<" }, { title: "", html: "<p>{{ .x }}</p>" }).html).toBe("<p>&lt;</p>");
  expect(() => compile("{{ .first_name")).toThrow(TemplateError);
});
