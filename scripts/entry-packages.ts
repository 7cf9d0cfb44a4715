/** Writes into docs/install.md which optional packages each entry point needs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "./bundle.ts";
import { type Exports, manifest, sourcesOf } from "./compile.ts";

interface Needed {
  /** Imported when the entry point is. */
  readonly always: readonly string[];
  readonly whenUsed: readonly string[];
}

const packageOf = (path: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(path)![0];

async function neededBy(source: string, optional: ReadonlySet<string>): Promise<Needed> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    metafile: true,
    write: false,
    // Node loads every module that is imported, whether anything of it is used or not.
    treeShaking: false,
    ignoreAnnotations: true,
    logLevel: "error",
  });
  const imports = Object.values(metafile.inputs)
    .flatMap((input) => input.imports)
    .filter(({ external, path }) => external && optional.has(packageOf(path)));
  const names = (isDynamic: boolean): string[] =>
    [
      ...new Set(
        imports.filter(({ kind }) => (kind === "dynamic-import") === isDynamic).map(({ path }) => packageOf(path)),
      ),
    ].sort();
  return { always: names(false), whenUsed: names(true) };
}

/** Returns the rows of the table in docs/install.md, one an entry point. */
async function entryPackages(): Promise<string> {
  const { name, exports, optionalDependencies } = manifest();
  const optional = new Set(Object.keys(optionalDependencies));
  const sources = sourcesOf(exports as Exports);
  const rows = Object.keys(exports).map(async (entry, at) => {
    const { always, whenUsed } = await neededBy(sources[at]!, optional);
    const needed = [always.join(", ") || "none", ...whenUsed.map((one) => `${one} when it is used`)].join("; ");
    return `| \`${name}${entry.slice(1)}\` | ${needed} |\n`;
  });
  return `| entry point | optional packages |\n| --- | --- |\n${(await Promise.all(rows)).sort().join("")}`;
}

const between = /(?<=<!-- entry points -->\n).*(?=<!-- \/entry points -->)/s;

/** Returns docs/install.md with its table of entry points as it has to be. */
export async function installDocument(): Promise<string> {
  const text = readFileSync(join(root, "docs/install.md"), "utf8");
  const table = await entryPackages();
  return text.replace(between, () => table);
}

if (import.meta.main) writeFileSync(join(root, "docs/install.md"), await installDocument());
