import { readSource, type Source } from "../../files/index.ts";
import { type Io, write } from "../io.ts";

/** Reads an alert or a template; where the standard input is a terminal, says first how to type a template there. */
export async function promptedSource(file: string, io: Io): Promise<Source> {
  if (file === "-" && io.stdin.isTTY) await write(io.stderr, "Type a template, then end it with Ctrl-D.\n");
  return readSource(file, io);
}
