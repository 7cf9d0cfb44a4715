import { basename, resolve } from "node:path";
import { glob } from "tinyglobby";
import type { AlertTemplate } from "../index.ts";
import type { Finding, LintOptions } from "../lint/index.ts";
import type { FileAccess } from "./access.ts";
import { alertSource } from "./alert-file.ts";
import { exists, isFolder, readText } from "./file.ts";
import { InputError } from "./problem.ts";
import { type Source, templateSource } from "./source.ts";

/** One file with templates in it: an alert, or a single template. */
export interface TemplateFile {
  readonly file: string;
  readonly text: string;
  /** The name of the template in Go's messages, and the place of each part in the file. */
  readonly source: Source;
}

const templates = "**/*.{tmpl,gotmpl,tpl,gohtml}";
const yamls = "**/*.{yaml,yml}";

/**
 * Lists the files that paths, folders and patterns name. In a folder: templates by their names' endings, and YAML files that
 * are alerts.
 * @throws InputError for a path that does not exist
 */
export async function findFiles(paths: readonly string[], access: FileAccess): Promise<string[]> {
  const cwd = resolve(access.cwd?.() ?? "");
  const found = await Promise.all(
    paths.map(async (path) => {
      if (path === "-") return [path];
      if (!exists(path, access)) {
        const matching = await glob(path, { cwd, ignore: "**/node_modules/**" });
        if (matching.length > 0) return matching;
        throw new InputError("no such file, and no file matches this pattern", { file: path });
      }
      if (!isFolder(path, access)) return [path];
      const inside = await glob([templates, yamls], { cwd: resolve(cwd, path), ignore: "**/node_modules/**" });
      const named = inside.map((file) => (path === "." ? file : `${path.replace(/\/$/, "")}/${file}`));
      const kept = await Promise.all(
        named.map(async (file) => !/\.ya?ml$/i.test(file) || isAlert(await readText(file, access))),
      );
      return named.filter((_, i) => kept[i]);
    }),
  );
  return [...new Set(found.flat())].sort();
}

/** Makes the error for paths below which there is nothing to read. */
export const noFiles = (paths: readonly string[]): InputError =>
  new InputError("no alerts or templates here (.yaml with a title, .tmpl, .gotmpl, .tpl, .gohtml)", {
    file: paths.join(", "),
  });

/** Tells alerts from other YAML, such as a configuration or tests, which has no title at its top. */
export const isAlert = (text: string): boolean => /^["']?title["']?\s*:/m.test(text);

/** Reads a file. @param name the name of the standard input */
export async function readTemplateFile(
  file: string,
  name: string | undefined,
  access: FileAccess,
): Promise<TemplateFile> {
  return templateFile(file === "-" ? (name ?? "stdin") : file, await readText(file, access));
}

/** Reads a text as the file of this name. @throws InputError for YAML that is not an alert */
export function templateFile(name: string, text: string): TemplateFile {
  const source = /\.ya?ml$/i.test(name) ? alertSource(name, text) : templateSource(name, text, basename(name));
  return { file: name, text, source };
}

/** A finding with its place in its file. Lines and columns are 1-based, in UTF-16 units. */
export interface Placed {
  readonly finding: Finding;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

type Lint = typeof import("../lint/index.ts").lint;

/** Returns the template of a file, or its templates by part. */
export function templateOf({ source, text }: TemplateFile): string | AlertTemplate {
  return source.alertTemplate ?? text;
}

export function lintFile(file: TemplateFile, options: LintOptions, lint: Lint): Finding[] {
  const template = templateOf(file);
  return lint(template, typeof template === "string" ? { ...options, name: file.source.name ?? file.file } : options);
}

export function placeOf(finding: Finding, { file, source }: TemplateFile): Placed {
  const scalar = finding.part && source.scalar?.(finding.part);
  const from = scalar ? scalar.place(finding.line, finding.column) : finding;
  const to = scalar
    ? scalar.place(finding.endLine, finding.endColumn)
    : { line: finding.endLine, column: finding.endColumn };
  return { finding, file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}
