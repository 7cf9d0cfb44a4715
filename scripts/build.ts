/** Builds `dist`: the modules that the package's exports reach, and the command line as a bundle with its notices. */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundleCommandLine, root } from "./bundle.ts";
import { noticesOf } from "./notices.ts";

/** Threads are started from these modules, which nothing imports. */
const workers = ["src/workers/worker.ts", "src/stores/sqlite/checkpoint-worker.ts"];

/** Returns the source of each entry point in `exports`, without `./package.json`. */
async function entryPoints(): Promise<string[]> {
  const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  return Object.values(exports).flatMap((target) =>
    typeof target === "string"
      ? []
      : (target as { default: string }).default.replace("./dist/", "").replace(/js$/, "ts"),
  );
}

/** Compiles the entry points and what they import, so that `dist/src` holds nothing that no export reaches. */
async function compile(): Promise<void> {
  const config = join(root, "dist/tsconfig.json");
  const files = [...(await entryPoints()), ...workers].map((path) => `../${path}`);
  await writeFile(config, JSON.stringify({ extends: "../tsconfig.build.json", files, include: [] }));
  try {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    await promisify(execFile)(process.execPath, [tsc, "-p", config]);
  } catch (error) {
    throw new Error(`tsc failed:\n${(error as { stdout?: string }).stdout}`, { cause: error });
  } finally {
    await rm(config);
  }
}

if (import.meta.main) {
  await rm(join(root, "dist"), { recursive: true, force: true });
  await mkdir(join(root, "dist"));
  const [{ metafile }] = await Promise.all([bundleCommandLine(join(root, "dist/cli")), compile()]);
  await writeFile(join(root, "dist/cli/NOTICES.txt"), await noticesOf(metafile));
}
