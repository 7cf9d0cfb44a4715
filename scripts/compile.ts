import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { root } from "./bundle.ts";

/** Threads are started from these modules, which nothing imports. */
export const threadEntries = ["src/workers/worker.ts", "src/stores/sqlite/checkpoint-worker.ts"];

export type Exports = Readonly<Record<string, { readonly types: string; readonly default: string }>>;

/** Reads package.json. */
export const manifest = () => JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Returns the source of each entry point. */
export function sourcesOf(exports: Exports): string[] {
  return Object.values(exports).map((target) => target.default.replace("./dist/", "").replace(/js$/, "ts"));
}

/**
 * Compiles modules and what they import, declarations with them, and nothing else.
 * @param sources paths relative to the root
 * @throws Error with what tsc reports
 */
export async function compile(sources: readonly string[], outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const config = join(outDir, "tsconfig.json");
  const files = sources.map((path) => relative(outDir, join(root, path)));
  const base = relative(outDir, join(root, "tsconfig.build.json"));
  await writeFile(config, JSON.stringify({ extends: base, compilerOptions: { outDir }, files, include: [] }));
  try {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    await promisify(execFile)(process.execPath, [tsc, "-p", config]);
  } catch (error) {
    throw new Error(`tsc failed:\n${(error as { stdout?: string }).stdout}`, { cause: error });
  } finally {
    await rm(config);
  }
}
