import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reference, referenceFile, schemaFile, schemaText, undescribed } from "./reference.ts";

test("docs/configuration.md and docs/tocsin.schema.json are current: npm run docs:config", () => {
  expect(readFileSync(referenceFile, "utf8")).toBe(reference());
  expect(readFileSync(schemaFile, "utf8")).toBe(schemaText());
});

test("every key has a sentence", () => {
  expect(undescribed()).toEqual([]);
});
