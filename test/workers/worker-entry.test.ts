import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { commandLine } from "../../scripts/bundle.ts";

const root = join(import.meta.dirname, "../..");
const program = join(root, "test/workers/preview-program.ts");
const run = async (...args: string[]) => (await promisify(execFile)(process.execPath, args)).stdout;
const printed = `{"title":"ADA"}
TemplateError: template: title:1:8: executing "title" at <.name.x>: can't evaluate field x in type interface {}
1 | {{ .name.x }}
  |         ^^
`;

/** A process with an idle worker ends, too. */
test("workers are found where they are written", async () => {
  expect(await run(program)).toBe(printed);
});

test("workers are found in a process that was given its program as text, with its own flags", async () => {
  const text = `await import(${JSON.stringify(program)})`;
  expect(await run("--max-old-space-size=256", "--input-type=module", "-e", text)).toBe(printed);
});

test("workers are found in a bundle that is made with the command line's options", async () => {
  const outdir = await mkdtemp(join(tmpdir(), "tocsin-bundle-"));
  try {
    await build({
      ...commandLine,
      entryPoints: { ...commandLine.entryPoints, main: program },
      packages: "external",
      outdir,
    });
    await symlink(join(root, "node_modules"), join(outdir, "node_modules"));
    await writeFile(join(outdir, "package.json"), '{"type":"module"}');
    expect(await run(join(outdir, "main.js"))).toBe(printed);
  } finally {
    await rm(outdir, { recursive: true });
  }
});
