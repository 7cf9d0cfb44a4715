import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { escapeControls, type Styled } from "../base/escape-controls.ts";
import type { FileAccess } from "../files/access.ts";
import type { ExitCode } from "./command.ts";

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The streams and the environment of a command; `process` has them, too. */
export interface Io extends FileAccess {
  readonly stdin: Readable & Pick<Screen, "isTTY">;
  readonly stdout: Writable & Screen;
  readonly stderr: Writable & Screen;
  /** Resolves when the process is asked to stop, with the name of the signal. @default never */
  untilStopped?(): Promise<string>;
  /** The variables that `${NAME}` in a configuration refers to. @default the environment of the process */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

type Output = Writable & Screen;

/**
 * Writes to the standard output or error; a terminal gets no control characters: see `escapeControls`. Everything that is printed
 * passes here. @returns false if the stream is full
 */
export function put(stream: Output, text: string | Styled): boolean {
  if (typeof text !== "string") return stream.write(text.text);
  return stream.write(stream.isTTY ? escapeControls(text) : text);
}

/** Writes, and resolves when the stream has room again, so that a slow reader slows the command down and does not fill memory. */
export async function write(stream: Output, text: string | Styled): Promise<void> {
  if (text !== "" && !put(stream, text)) await once(stream, "drain");
}

/** Replaces the line of a terminal that the cursor is in. */
export function redraw(stream: Output, line: string): void {
  stream.write(`\r\x1b[K${escapeControls(line)}`);
}

/** Asks for a yes at a terminal; without a terminal the answer is no. */
export async function confirmed(question: string, io: Io): Promise<boolean> {
  if (!canAsk(io)) return false;
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${escapeControls(question)} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

const canAsk = ({ stdin, stderr }: Io): boolean => stdin.isTTY === true && stderr.isTTY === true;

/**
 * Says that nothing was done, and what to do. @param verb what --yes does
 * @returns 1 if a person said no; 2 without a terminal, where the command line lacks --yes
 */
export async function declined(verb: string, io: Io): Promise<ExitCode> {
  await write(io.stderr, `Nothing changed. Run again with --yes to ${verb}.\n`);
  return canAsk(io) ? 1 : 2;
}
