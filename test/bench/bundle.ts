/** What the browser loads: the public entry with all it imports, as one minified module. */
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

/** Fails where anything needs Node. */
export async function bundle(): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL("../../src/index.ts", import.meta.url))],
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
    modules: Object.keys(metafile.inputs),
    imports: output!.imports.map(({ path }) => path),
  };
}

if (import.meta.main) {
  const { code, gzipped } = await bundle();
  printRows(
    { measured: "browser bundle, minified and gzipped", ours: `${thousands(gzipped)} bytes` },
    { peer: "before gzip", theirs: `${thousands(code.length)} bytes`, target: "≤ 70,000 bytes" },
  );
}
