import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, type BuildResult, build } from "esbuild";

export const root = join(import.meta.dirname, "..");

/**
 * Packages that are written into the command line's files, and why. Any other dependency stays outside and is loaded from
 * node_modules by the command that needs it: a native addon (better-sqlite3), files beside the code (@fastify/swagger-ui, pino),
 * a licence that asks for replaceable code (openpgp, web-push), or a package that few commands use.
 */
const bundled = {
  "@noble/hashes": "start: the template functions",
  chevrotain: "start: the parser, over a hundred files when it is not bundled",
  commander: "start: every command",
  croner: "start: reads schedules when a configuration is checked",
  diff: "start: fmt, lint and test show differences",
  "fastify-type-provider-zod": "must use the bundled copy of zod",
  "ipaddr.js": "small",
  "p-queue": "small",
  re2js: "start: the template functions",
  tinyglobby: "start: lint and test look for files",
  yaml: "start: every alert file and configuration",
  zod: "start: checks configurations; over a hundred files when it is not bundled",
} as const;

/** Returns the dependencies that the bundle imports when it runs. */
export function externalPackages(): string[] {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.keys(dependencies).filter((name) => !Object.hasOwn(bundled, name));
}

/**
 * Holds the options for bundling the command line. Modules that threads are started from are entries of their own: `main` looks for
 * them in the folder that it is in.
 */
export const commandLine = {
  absWorkingDir: root,
  entryPoints: {
    main: "src/cli/main.ts",
    worker: "src/workers/worker.ts",
    "checkpoint-worker": "src/stores/sqlite/checkpoint-worker.ts",
  },
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node22",
  logLevel: "warning",
  // CommonJS packages in the bundle call `require`, which ESM lacks.
  banner: { js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);" },
} as const satisfies BuildOptions;

/** Bundles the command line into a folder. @param write false: only the metafile is made */
export function bundleCommandLine(outdir: string, write = true): Promise<BuildResult<{ metafile: true }>> {
  return build({ ...commandLine, external: externalPackages(), outdir, write, metafile: true });
}
