import { basename } from "node:path";
import type { FileAccess } from "./access.ts";
import { readText } from "./file.ts";
import { type Source, templateSource } from "./source.ts";

/** Reads an alert (`.yaml`, `.yml`), or a file that is one template; `-` is a template from the standard input. */
export async function readSource(file: string, access: FileAccess): Promise<Source> {
  const text = await readText(file, access);
  if (file === "-") return templateSource("stdin", text, "stdin");
  if (!/\.ya?ml$/i.test(file)) return templateSource(file, text, basename(file));
  const { alertSource } = await import("./alert-file.ts");
  return alertSource(file, text);
}
