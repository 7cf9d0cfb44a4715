import { type Buffer, isUtf8 } from "node:buffer";
import { existsSync, statSync } from "node:fs";
import { open, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { FileAccess } from "./access.ts";
import { InputError, type Place } from "./problem.ts";

/** A file, or the standard input, opened for reading. */
export interface OpenFile {
  /** The name in messages. */
  readonly file: string;
  readonly stream: Readable;
  /** In bytes; unknown of a pipe. */
  readonly size?: number | undefined;
}

/** Opens a file. @param file a path, or `-` for the standard input @throws {@link InputError} */
export async function openFile(file: string, access: FileAccess): Promise<OpenFile> {
  if (file === "-") return { file: "stdin", stream: access.stdin };
  try {
    const handle = await open(resolve(access.cwd?.() ?? "", file));
    const stats = await handle.stat();
    if (stats.isDirectory()) {
      await handle.close();
      throw new InputError("this is a folder; name a file", { file });
    }
    const size = stats.isFile() ? stats.size : undefined;
    // Node's own 64 kB for each of many small files keep the garbage collector busy.
    const highWaterMark = Math.max(4096, Math.min(65_536, (size ?? 65_536) + 1));
    return { file, stream: handle.createReadStream({ highWaterMark }), size };
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(reason(error as NodeJS.ErrnoException), { file });
  }
}

export async function readText(file: string, access: FileAccess): Promise<string> {
  const { stream, file: name } = await openFile(file, access);
  return decode(await buffer(stream), { file: name });
}

export const isFolder = (file: string, access: FileAccess): boolean =>
  statSync(resolve(access.cwd?.() ?? "", file)).isDirectory();

export const exists = (file: string, access: FileAccess): boolean => existsSync(resolve(access.cwd?.() ?? "", file));

/** Writes all of a file or, if the disk is full or the process ends, nothing of it. @throws {@link InputError} */
export async function writeText(file: string, text: string, access: FileAccess): Promise<void> {
  const path = resolve(access.cwd?.() ?? "", file);
  const half = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(half, text, { flush: true });
    await rename(half, path);
  } catch (error) {
    await rm(half, { force: true });
    throw new InputError(`this file cannot be written: ${writeProblem(error as NodeJS.ErrnoException)}`, { file });
  }
}

/** Decodes UTF-8, without its byte order mark. @throws {@link InputError} if it is not UTF-8 */
export function decode(bytes: Buffer, place: Place): string {
  if (isUtf8(bytes)) {
    const text = bytes.toString("utf8");
    return text.startsWith("\uFEFF") ? text.slice(1) : text;
  }
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16) throw new InputError("this is UTF-16 text; save it as UTF-8", place);
  let line = place.line ?? 1;
  for (let start = 0, end = 0; start < bytes.length; start = end + 1, line++) {
    end = bytes.indexOf("\n", start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) break;
  }
  throw new InputError("this is not UTF-8 text; save it as UTF-8", { ...place, line });
}

function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ENOENT":
      return "there is no such file";
    case "ENOTDIR":
      return "there is no such file: a part of its path is not a folder";
    case "EACCES":
    case "EPERM":
      return "this file may not be read (permission denied)";
    default:
      return `this file cannot be read: ${error.message}`;
  }
}

function writeProblem(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ENOSPC":
      return "the disk is full";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "permission denied";
    case "ENOENT":
      return "its folder does not exist";
    default:
      return error.message;
  }
}
