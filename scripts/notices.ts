import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Metafile } from "esbuild";
import { root } from "./bundle.ts";

const isLicence = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/** Returns the folders of the packages of which code is in a bundle, relative to the root and sorted. */
export function packagesIn({ outputs }: Metafile): string[] {
  const folders = Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/**
 * Writes the notices of a bundle: name, version, licence and licence text of each package in it.
 * @throws Error names a package without a licence file
 */
export async function noticesOf(metafile: Metafile): Promise<string> {
  const notices = await Promise.all(packagesIn(metafile).map(noticeOf));
  return `Packages of which code is in these files, and their licences.\n\n${notices.join("\n\n")}`;
}

async function noticeOf(folder: string): Promise<string> {
  const path = resolve(root, folder);
  const { name, version, license } = JSON.parse(await readFile(join(path, "package.json"), "utf8"));
  const files = (await readdir(path)).filter((file) => isLicence.test(file)).sort();
  if (!files.some((file) => !/^notice/i.test(file)))
    throw new Error(`${name}@${version} is bundled and has no licence file: leave it outside of the bundle`);
  const texts = await Promise.all(files.map((file) => readFile(join(path, file), "utf8")));
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join("\n\n");
}
