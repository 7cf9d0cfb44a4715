/** Builds `dist`: the modules that the package's exports reach, and the command line as a bundle with its notices. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleCommandLine, root } from "./bundle.ts";
import { compile, manifest, sourcesOf, threadEntries } from "./compile.ts";
import { noticesOf } from "./notices.ts";

const dist = join(root, "dist");
await rm(dist, { recursive: true, force: true });
const [{ metafile }] = await Promise.all([
  bundleCommandLine(join(dist, "cli")),
  compile([...sourcesOf(manifest().exports), ...threadEntries], dist),
]);
await writeFile(join(dist, "cli/NOTICES.txt"), await noticesOf(metafile));
