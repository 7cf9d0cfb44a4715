import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reference, referenceFile } from "./reference.ts";

test("docs/rules.md is what npm run docs:rules writes", () => {
  expect(readFileSync(referenceFile, "utf8")).toBe(reference());
});
