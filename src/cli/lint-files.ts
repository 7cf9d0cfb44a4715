import { basename, resolve } from "node:path";
import { glob } from "tinyglobby";
import { isMap, parseDocument } from "yaml";
import { alertSource } from "./alert-file.ts";
import { exists, isFolder, readText } from "./file.ts";
import type { Io } from "./io.ts";
import { InputError } from "./problem.ts";
import { type Source, templateSource } from "./source.ts";

/** One file with templates in it: an alert, or a single template. */
export interface TemplateFile {
  readonly file: string;
  readonly text: string;
  /** What the text is to Go's messages, and which part of it stands where. */
  readonly source: Source;
}

const templates = "**/*.{tmpl,gotmpl,tpl,gohtml}";
const yamls = "**/*.{yaml,yml}";

/**
 * The files that paths, folders and patterns name. In a folder: templates by their names' endings, and YAML files that are
 * alerts.
 * @throws InputError for a path that is not there
 */
export async function findFiles(paths: readonly string[], io: Io): Promise<string[]> {
  const cwd = resolve(io.cwd?.() ?? "");
  const found = await Promise.all(
    paths.map(async (path) => {
      if (path === "-") return [path];
      if (!exists(path, io)) {
        const matching = await glob(path, { cwd, ignore: "**/node_modules/**" });
        if (matching.length > 0) return matching;
        throw new InputError("there is no such file, and nothing that this pattern fits", { file: path });
      }
      if (!isFolder(path, io)) return [path];
      const inside = await glob([templates, yamls], { cwd: resolve(cwd, path), ignore: "**/node_modules/**" });
      const named = inside.map((file) => (path === "." ? file : `${path.replace(/\/$/, "")}/${file}`));
      const kept = await Promise.all(
        named.map(async (file) => !/\.ya?ml$/i.test(file) || isAlert(await readText(file, io))),
      );
      return named.filter((_, i) => kept[i]);
    }),
  );
  return [...new Set(found.flat())].sort();
}

/** Some other YAML, such as a configuration or tests, has no title. */
function isAlert(text: string): boolean {
  if (!/^["']?title["']?\s*:/m.test(text)) return false;
  const { contents } = parseDocument(text, { prettyErrors: false });
  return !isMap(contents) || contents.has("title");
}

/** @param name what the standard input is called */
export async function readTemplateFile(file: string, name: string | undefined, io: Io): Promise<TemplateFile> {
  const text = await readText(file, io);
  const called = file === "-" ? (name ?? "stdin") : file;
  const source = /\.ya?ml$/i.test(called) ? alertSource(called, text) : templateSource(called, text, basename(called));
  return { file: called, text, source };
}
