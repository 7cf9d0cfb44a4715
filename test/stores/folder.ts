import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** In memory where there is such a thing: for tests that commit often, and are not about the disk. */
export const inMemory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A folder for a test file's databases, which goes with it. */
export function temporaryFolder(parent = tmpdir()): { readonly path: string; file(): string } {
  const path = mkdtempSync(join(parent, "tocsin-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  let count = 0;
  return { path, file: () => join(path, `${++count}.db`) };
}
