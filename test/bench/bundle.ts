/** What the browser loads: what renders, of the public entry, with all it imports, as one minified module. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { printRows, thousands } from "./table.ts";

export interface Bundle {
  readonly code: Uint8Array<ArrayBuffer>;
  readonly gzipped: number;
  /** Modules in it, and those it would import when it runs. */
  readonly modules: readonly string[];
  readonly imports: readonly string[];
}

const rendering = ["compile", "compileAlert", "renderAlert", "TemplateError", "TemplateLimitError"];
const values = ["Complex", "Float64", "Pairs", "SizedInt"];

/** Bundles names of an entry point for browsers. @throws if a module needs Node */
export async function bundle(
  names: readonly string[] = [...rendering, ...values],
  entry = "./src/index.ts",
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export { ${names.join(", ")} } from "${entry}";`,
      resolveDir: fileURLToPath(new URL("../..", import.meta.url)),
    },
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const code = new Uint8Array(outputFiles[0]!.contents);
  const [output] = Object.values(metafile.outputs);
  return {
    code,
    gzipped: gzipSync(code, { level: 9 }).length,
    modules: Object.entries(output!.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? path : [])),
    imports: output!.imports.map(({ path }) => path),
  };
}

if (import.meta.main) {
  const { code, gzipped } = await bundle();
  printRows(
    { measured: "browser bundle, minified and gzipped", ours: `${thousands(gzipped)} bytes` },
    { peer: "before gzip", theirs: `${thousands(code.length)} bytes`, target: "≤ 81,200 bytes" },
  );
}
