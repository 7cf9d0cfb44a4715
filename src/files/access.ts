import type { Readable } from "node:stream";

/** The files that a caller can name: paths below a folder, and the standard input as `-`. */
export interface FileAccess {
  readonly stdin: Readable;
  /** Returns the folder that relative paths start from. @default the current folder of the process */
  cwd?(): string;
}
