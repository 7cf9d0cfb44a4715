import { basename } from "node:path";
import { type Io, write } from "../cli/io.ts";
import { readText } from "./file.ts";
import { type Source, templateSource } from "./source.ts";

/** An alert (`.yaml`, `.yml`), or a file that is one template; `-` is a template from the standard input. */
export async function readSource(file: string, io: Io): Promise<Source> {
  if (file === "-" && io.stdin.isTTY) await write(io.stderr, "Type a template, then end it with Ctrl-D.\n");
  const text = await readText(file, io);
  if (file === "-") return templateSource("stdin", text, "stdin");
  if (!/\.ya?ml$/i.test(file)) return templateSource(file, text, basename(file));
  const { alertSource } = await import("./alert-file.ts");
  return alertSource(file, text);
}
