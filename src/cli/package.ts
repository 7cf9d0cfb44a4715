import { readFileSync } from "node:fs";
import { asMissingPackage } from "../base/optional.ts";

/** Reads package.json. `src/cli` and `dist/cli`, where this module is when it is built, are equally deep in it. */
const manifest = () => JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** Returns the package's version. */
export function version(): string {
  return manifest().version;
}

/** Returns an error that names the missing package where an optional dependency could not be imported, else the error itself. */
export function nameMissingPackage(error: unknown): unknown {
  return asMissingPackage(error, Object.keys(manifest().optionalDependencies));
}
