import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder for a test file's databases, which goes with it. */
export function temporaryFolder(): { readonly path: string; file(): string } {
  const path = mkdtempSync(join(tmpdir(), "tocsin-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  let count = 0;
  return { path, file: () => join(path, `${++count}.db`) };
}
