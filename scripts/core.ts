import { copyFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./bundle.ts";
import { compile, type Exports, manifest, sourcesOf } from "./compile.ts";

/** Lists the entry points that need only the packages below, and nothing of Node. */
const browserSafe = [".", "./functions", "./lint", "./language"];

/** Lists the packages that these entry points import. */
export const enginePackages = ["@noble/hashes", "chevrotain", "re2js"];

const readme = `# tocsin-core

The engine of [tocsin](https://www.npmjs.com/package/tocsin) alone: renders and checks alerts with Go templates, in Node and in browsers.
It has tocsin's entry points that need nothing else, under the same names, and the same version:

    import { renderAlert } from "tocsin-core";
    renderAlert({ first_name: "Ada" }, { title: "Hey, {{ .first_name }}" }); // { title: "Hey, Ada" }

Collecting events, triggers, delivery and the command line are in tocsin, which has all of this as well: use one of the two.
`;

/** Makes the package tocsin-core, ready to be packed, of what the browser-safe entry points reach. */
export async function buildCore(outDir: string): Promise<void> {
  const { version, license, type, sideEffects, engines, dependencies, exports } = manifest();
  const entries = Object.entries<Exports[string]>(exports).filter(([name]) => browserSafe.includes(name));
  const inPackage = (path: string): string => path.replace("./dist/", "./");
  await rm(outDir, { recursive: true, force: true });
  await compile(sourcesOf(Object.fromEntries(entries)), outDir);
  const core = {
    name: "tocsin-core",
    version,
    description: "The engine of tocsin: alerts rendered from profiles with Go templates, in Node and in browsers",
    license,
    type,
    sideEffects,
    engines,
    exports: Object.fromEntries(
      entries.map(([name, target]) => [name, { types: inPackage(target.types), default: inPackage(target.default) }]),
    ),
    dependencies: Object.fromEntries(enginePackages.map((name) => [name, dependencies[name]])),
  };
  await writeFile(join(outDir, "package.json"), `${JSON.stringify(core, null, 2)}\n`);
  await writeFile(join(outDir, "README.md"), readme);
  await copyFile(join(root, "LICENSE"), join(outDir, "LICENSE"));
}
