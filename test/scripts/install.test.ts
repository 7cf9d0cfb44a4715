import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../scripts/bundle.ts";
import { installDocument } from "../../scripts/entry-packages.ts";

test("docs/install.md says which packages an entry point needs (npm run docs:install)", async () => {
  expect(readFileSync(join(root, "docs/install.md"), "utf8")).toBe(await installDocument());
});
