import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { bundleCommandLine, externalPackages, root } from "../../scripts/bundle.ts";
import { noticesOf, packagesIn } from "../../scripts/notices.ts";

// The package as it is installed where optional dependencies are left out, with no package beside it at all.
const folder = await mkdtemp(join(tmpdir(), "tocsin-build-"));
afterAll(() => rm(folder, { recursive: true }));
await copyFile(join(root, "package.json"), join(folder, "package.json"));
const { metafile } = await bundleCommandLine(join(folder, "dist/cli"));

async function tocsin(...args: string[]) {
  const main = join(folder, "dist/cli/main.js");
  const ended = promisify(execFile)(process.execPath, [main, ...args], { cwd: folder });
  const { code = 0, stdout, stderr } = await ended.catch((error) => error);
  return { code, stdout, stderr };
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

test("a change of what is bundled shows here", () => {
  expect(packagesIn(metafile).map(nameOf).sort()).toEqual([
    "@chevrotain/gast",
    "@chevrotain/regexp-to-ast",
    "@chevrotain/utils",
    "@fastify/error",
    "@noble/hashes",
    "chevrotain",
    "commander",
    "croner",
    "diff",
    "fastify-type-provider-zod",
    "fdir",
    "ipaddr.js",
    "p-queue",
    "picomatch",
    "re2js",
    "tinyglobby",
    "yaml",
    "zod",
  ]);
});

test("what the bundle imports when it runs is declared as a dependency", () => {
  const imported = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ path, external }) => external && !isBuiltin(path))
    .map(({ path }) => /^(?:@[^/]+\/)?[^/]+/.exec(path)![0]);
  expect([...new Set(imported)].sort()).toEqual(externalPackages().sort());
});

test("each bundled package has its notice", async () => {
  const notices = await noticesOf(metafile);
  for (const path of packagesIn(metafile)) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"));
    expect(notices).toContain(`\n\n${name} ${version} (${license})\n\n`);
  }
  // Words of each licence: MIT, ISC, BSD and Apache.
  expect(notices).toContain("Permission is hereby granted, free of charge");
  expect(notices).toContain("Permission to use, copy, modify, and/or distribute this software");
  expect(notices).toContain("Redistribution and use in source and binary forms");
  expect(notices).toContain("Apache License");
});

test("a package without a licence file is an error", async () => {
  const path = join(folder, "node_modules/bare");
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "package.json"), '{"name":"bare","version":"1.0.0"}');
  const outputs = { out: { inputs: { [`${path}/index.js`]: { bytesInOutput: 1 } } } };
  await expect(noticesOf({ outputs } as never)).rejects.toThrow("bare@1.0.0 is bundled and has no licence file");
});

test("modules that threads are started from lie beside the command line", async () => {
  expect(await readdir(join(folder, "dist/cli"))).toEqual(
    expect.arrayContaining(["main.js", "worker.js", "checkpoint-worker.js"]),
  );
});

const alert = join(root, "examples/alerts/hello.yaml");
const profile = join(root, "examples/profile.json");

test("templates are rendered, checked and formatted without any package", async () => {
  const render = await tocsin("render", alert, "--profile", profile);
  expect(render).toEqual({ code: 0, stdout: expect.stringContaining("Hey, "), stderr: "" });
  expect(await tocsin("lint", alert, "--profile", profile)).toMatchObject({ code: 0, stderr: "" });
  expect(await tocsin("fmt", "--check", alert)).toMatchObject({ code: 0, stderr: "" });
});

test.each([
  ["better-sqlite3", "outbox", "list"],
  ["better-sqlite3", "audience", "list"],
  ["pino", "serve"],
  ["undici", "keys", "webhook"],
  ["vscode-languageserver", "lsp"],
])("the missing package %s is named by %s", async (name, ...args) => {
  expect(await tocsin(...args)).toEqual({
    code: 1,
    stdout: "",
    stderr: `the package ${name} is needed for this and is not installed: npm install ${name} (all of them: npm install --include=optional tocsin)\n`,
  });
});
