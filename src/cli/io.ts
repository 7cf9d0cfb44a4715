import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { type Painted, visible } from "../base/visible.ts";

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command may touch of the outside, besides files. `process` is one. */
export interface Io {
  readonly stdin: Readable & Pick<Screen, "isTTY">;
  readonly stdout: Writable & Screen;
  readonly stderr: Writable & Screen;
  /** Where file arguments start from. @default the current folder of the process */
  cwd?(): string;
  /** Resolves when the process is told to stop, with what told it. @default never */
  untilStopped?(): Promise<string>;
  /** What `${NAME}` in a configuration is. @default the environment of the process */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

type Output = Writable & Screen;

/**
 * Writes to the standard output or error; where that is a terminal, nothing that steers it gets there: see `visible`. All that
 * is printed comes through here. @returns whether the stream wants more
 */
export function put(stream: Output, text: string | Painted): boolean {
  if (typeof text !== "string") return stream.write(text.text);
  return stream.write(stream.isTTY ? visible(text) : text);
}

/** Resolves when the stream wants more, so that a slow reader slows us down and not fills memory. */
export async function write(stream: Output, text: string | Painted): Promise<void> {
  if (text !== "" && !put(stream, text)) await once(stream, "drain");
}

/** Replaces the line that the cursor of a terminal is in. */
export function redraw(stream: Output, line: string): void {
  stream.write(`\r\x1b[K${visible(line)}`);
}

/** Asks at a terminal; where there is none, the answer is no. */
export async function confirmed(question: string, io: Io): Promise<boolean> {
  if (!io.stdin.isTTY || !io.stderr.isTTY) return false;
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${visible(question)} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
