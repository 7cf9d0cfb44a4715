import { readFileSync } from "node:fs";

/** Returns the package's version. `src/cli` and `dist/cli`, which this is in when it is built, are equally deep in it. */
export function version(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}
