import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";

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

/** Resolves when the stream wants more, so that a slow reader slows us down and not fills memory. */
export async function write(stream: Writable, text: string): Promise<void> {
  if (text !== "" && !stream.write(text)) await once(stream, "drain");
}

/** Asks at a terminal; where there is none, the answer is no. */
export async function confirmed(question: string, io: Io): Promise<boolean> {
  if (!io.stdin.isTTY || !io.stderr.isTTY) return false;
  const lines = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
