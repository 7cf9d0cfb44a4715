import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";

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

test("workers are found in a bundle, where the command line's is built with them", async () => {
  const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  expect(scripts["build:cli"]).toMatch(
    /^esbuild main=src\/cli\/main.ts worker=src\/workers\/worker.ts checkpoint-worker=src\/stores\/sqlite\/checkpoint-worker.ts --bundle --splitting /,
  );
  const outdir = await mkdtemp(join(tmpdir(), "tocsin-bundle-"));
  try {
    await build({
      entryPoints: { main: program, worker: join(root, "src/workers/worker.ts") },
      outdir,
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      logLevel: "error",
    });
    await writeFile(join(outdir, "package.json"), '{"type":"module"}');
    expect(await run(join(outdir, "main.js"))).toBe(printed);
  } finally {
    await rm(outdir, { recursive: true });
  }
});
