/**
 * Packs tocsin and tocsin-core from what `npm run build` made, and checks the tarballs: exports and types, documents, install
 * sizes, and that both work where they are installed. `--keep FOLDER` leaves the tarballs there.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { root } from "./bundle.ts";
import { buildCore } from "./core.ts";

const { values } = parseArgs({ options: { keep: { type: "string" } } });

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, maxBuffer: 2 ** 26 });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")}:\n${stdout}${stderr}`, { cause: error });
  }
}

const tool = (name: string, ...args: string[]) => run(join(root, "node_modules/.bin", name), args, root);

interface Packed {
  readonly tarball: string;
  readonly files: readonly string[];
}

async function pack(folder: string, destination: string): Promise<Packed> {
  const output = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", destination], folder);
  // An array up to npm 10, an object by package since.
  const [packed] = Object.values(JSON.parse(output)) as { filename: string; files: { path: string }[] }[];
  const { filename, files } = packed!;
  return { tarball: join(destination, filename), files: files.map(({ path }) => path) };
}

/** Fails where a document that the README links is left out, or something that no export reaches is in. */
async function checkContents({ files }: Packed): Promise<void> {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const linked = Array.from(readme.matchAll(/\]\(([^):#]+\.md)(?:#[^)]*)?\)/g), ([, path]) => path!);
  const missing = linked.filter((path) => !files.includes(path));
  if (missing.length > 0) throw new Error(`the README links documents that are not packed: ${missing.join(", ")}`);
  const unreachable = files.filter((path) => /^dist\/(?:src\/(?:cli|lsp)|core)\//.test(path));
  if (unreachable.length > 0) throw new Error(`no export reaches these packed files: ${unreachable.join(", ")}`);
}

async function checkExports({ tarball }: Packed): Promise<void> {
  await tool("publint", "--strict", tarball);
  // An ES module can be required from Node 22.12 on, which engines ask for; the profile leaves older ways out.
  await tool("attw", tarball, "--profile", "esm-only", "--no-emoji");
}

interface Limits {
  readonly packages: number;
  readonly mebibytes: number;
}

const program = `renderAlert({ a: "it works" }, { title: "{{ .a | upper }}" }, { functions: [sprig] }).title`;

/** Installs a tarball into a project of its own, imports and requires it. */
async function checkInstalled(name: string, { tarball }: Packed, flags: string[], limits: Limits): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tocsin-install-"));
  try {
    await writeFile(join(folder, "package.json"), "{}");
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...flags, tarball], folder);
    const { packages } = JSON.parse(await readFile(join(folder, "node_modules/.package-lock.json"), "utf8"));
    const count = Object.keys(packages).length;
    const mebibytes = Number.parseInt(await run("du", ["-sm", "node_modules"], folder), 10);
    console.log(`${[name, ...flags].join(" ")}: ${count} packages, ${mebibytes} MiB`);
    if (count > limits.packages || mebibytes > limits.mebibytes)
      throw new Error(`more than ${limits.packages} packages or ${limits.mebibytes} MiB`);
    const imported = `import { renderAlert } from "${name}"; import { sprig } from "${name}/functions"; console.log(${program})`;
    const required = `const { renderAlert } = require("${name}"); const { sprig } = require("${name}/functions"); console.log(${program})`;
    for (const [type, text] of [
      ["module", imported],
      ["commonjs", required],
    ] as const) {
      const output = await run(process.execPath, [`--input-type=${type}`, "-e", text], folder);
      if (output !== "IT WORKS\n") throw new Error(`${name} as ${type} prints ${output}`);
    }
    if (name === "tocsin") await run("npx", ["--no", "tocsin", "render", "--help"], folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const destination = values.keep === undefined ? await mkdtemp(join(tmpdir(), "tocsin-pack-")) : resolve(values.keep);
try {
  await mkdir(destination, { recursive: true });
  await buildCore(join(root, "dist/core"));
  const [whole, core] = [await pack(root, destination), await pack(join(root, "dist/core"), destination)];
  await checkContents(whole);
  await Promise.all([checkExports(whole), checkExports(core)]);
  await checkInstalled("tocsin-core", core, [], { packages: 12, mebibytes: 15 });
  await checkInstalled("tocsin", whole, ["--omit=optional"], { packages: 12, mebibytes: 15 });
  await checkInstalled("tocsin", whole, [], { packages: 140, mebibytes: 125 });
} finally {
  if (values.keep === undefined) await rm(destination, { recursive: true });
}
